"""`medsr compare`: a table on the terminal, and JSON, a figure or arrays on demand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from medsr_viewer.cli.inputs import Failures, check_device, inputs_of
from medsr_viewer.cli.messages import WRONG_USAGE, line_of, say
from medsr_viewer.cli.terminal import console
from medsr_viewer.errors import UnusableImage
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.captions import score_caption
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, compare, is_too_small, nothing_to_compare
from medsr_viewer.workflows.figure import write_figure
from medsr_viewer.workflows.inputs import Input
from medsr_viewer.workflows.report import SCORE_NAMES, comparison_arrays, comparison_report, mean_report

HEADINGS = ("PSNR dB", "SSIM", "MS-SSIM", "UQI")


def run(options: argparse.Namespace) -> int:
    """Compare every input; return the exit status."""
    methods = _methods(options)
    check_device(options.device)
    failures = Failures()
    found = inputs_of(options, failures)
    if found.count > 1 and (options.figure or options.arrays):
        say(f"--figure and --arrays take one image; there are {found.count}")
        return WRONG_USAGE
    comparison: Comparison | None = None
    reports: list[dict[str, Any]] = []
    for source in found.inputs:
        with failures.catching(source.instance.source):
            comparison = _compare(_request(source, methods, options))
            reports.append(comparison_report(source, comparison, options.range))
            _name_failed_methods(source, comparison, failures)
    try:
        if options.json and reports:
            _write_json(options.json, reports if found.count > 1 else reports[0])
        if comparison:
            with failures.catching(found.inputs[0].instance.source):
                _write_extras(options, comparison, reports[0])
    finally:  # a file that cannot be written costs no scores, and a reader that leaves early no file
        _print_table(reports)
    return failures.status


def _compare(request: ComparisonRequest) -> Comparison:
    if is_too_small(request.frame, request.scale_factor):
        return nothing_to_compare(request)
    return compare(request)


def _name_failed_methods(source: Input, comparison: Comparison, failures: Failures) -> None:
    for result in comparison.results:
        if result.error:
            failures.add(source.instance.source, f"{result.method}: {result.error.reason}", result.error.advice)
    if comparison.prepared.degraded.size == 0:  # read well, and yet without scores: said, but no failure
        say(line_of(source.instance.source, comparison.prepared.notes[0]))


def _methods(options: argparse.Namespace) -> tuple[Method, ...]:
    known = catalogue()
    if not options.methods:
        return known.at_scale(options.scale)
    methods = (known.find(name, options.scale) for name in options.methods)
    return tuple({method.name: method for method in methods}.values())  # each once: a blend's position has two names


def _request(source: Input, methods: tuple[Method, ...], options: argparse.Namespace) -> ComparisonRequest:
    return ComparisonRequest(
        frame=source.read(),
        modality=source.instance.modality,
        mode="test",
        scale_factor=options.scale,
        methods=methods,
        device=options.device,
        precision=options.precision,
    )


def _write_extras(options: argparse.Namespace, comparison: Comparison, report: dict[str, Any]) -> None:
    if options.figure:
        if not comparison.prepared.degraded.size:
            raise UnusableImage("there is nothing to draw: the image is smaller than the scale factor")
        captions = {method["name"]: score_caption(method["psnr_db"], method["ssim"]) for method in report["methods"]}
        heading = (f"{Path(report['source']).name}, frame {report['frame']}", _measured_on([report]))
        write_figure(options.figure, comparison, captions, heading)
    if options.arrays:
        arrays: dict[str, Any] = comparison_arrays(comparison)
        write_whole(options.arrays, lambda file: np.savez(file, **arrays))


def _write_json(path: Path, values: Any) -> None:
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # A path that is not UTF-8 holds lone surrogates; escaped they are valid JSON and read back as the same path.
    write_whole(path, text.encode("utf-8", "backslashreplace"))


def _print_table(reports: list[dict[str, Any]]) -> None:
    if not reports:
        return
    table = Table(caption=_measured_on(reports), caption_justify="left")
    table.add_column("Image", overflow="fold")
    table.add_column("Method")
    for heading in (*HEADINGS, "Seconds"):
        table.add_column(heading, justify="right")
    for report in reports:
        for index, method in enumerate(report["methods"]):
            image = f"{report['source']} ({report['frame']})" if index == 0 else ""
            last = index == len(report["methods"]) - 1
            table.add_row(image, method["name"], *_cells(method), _number(method["seconds"], 3), end_section=last)
    if len(reports) > 1:
        for index, row in enumerate(mean_report(reports)):
            table.add_row(f"Mean of {row['images']}" if index == 0 else "", row["name"], *_cells(row), "")
    console().print(table)


def _measured_on(reports: list[dict[str, Any]]) -> str:
    first = reports[0]
    ranges = {report["data_range"] for report in reports}
    data_range = f"data range {ranges.pop():.6g} {first['unit']}".rstrip() if len(ranges) == 1 else "data range of each"
    kind = "full range" if first["range"] == "full" else "as displayed through the first window"
    return (
        f"x{first['scale_factor']}, {first['degradation']}; {data_range}, {kind}, whole image, no border cropped. "
        "Scores assume this degradation. Research use only."
    )


def _cells(values: dict[str, Any]) -> list[str]:
    return [_number(values[name], 2 if name == "psnr_db" else 4) for name in SCORE_NAMES]


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
