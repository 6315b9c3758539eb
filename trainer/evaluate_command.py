"""`medsr-train evaluate`: methods and models side by side on a folder of images."""

from __future__ import annotations

import argparse
import csv
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsr_viewer.errors import CannotWrite

if TYPE_CHECKING:
    from medsr_viewer.upscaling.methods import Method
    from trainer.comparison import Row

COLUMNS = (
    ("PSNR dB", "psnr_db", "{:.2f}"),
    ("gain dB", "gain_db", "{:+.2f}"),
    ("SSIM", "ssim", "{:.4f}"),
    ("MS-SSIM", "ms_ssim", "{:.4f}"),
    ("UQI", "uqi", "{:.4f}"),
    ("VGG", "perceptual_distance", "{:.3f}"),
    ("improved", "improvement", "{:.0%}"),
    ("omitted", "omission", "{:.0%}"),
    ("invented", "hallucination", "{:.0%}"),
    ("LR RMS", "consistency_rms", "{:.3%}"),
    ("s", "seconds", "{:.2f}"),
)


def add_evaluate_command(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    command = commands.add_parser("evaluate", help="measure methods and models on images, with intervals and tests")
    command.add_argument("--data", type=Path, nargs="+", required=True, help="folders with the split, or manifests")
    command.add_argument("--split", default="val", help="subfolder of the images (default: val)")
    command.add_argument("--scale", type=int, default=4, help="scale factor (default: 4)")
    command.add_argument("--methods", nargs="+", metavar="NAME", help="methods of the viewer (default: all)")
    command.add_argument("--models", type=Path, nargs="+", default=[], metavar="CARD", help="model cards (JSON files)")
    command.add_argument("--baseline", default="bicubic", help="method that is tested against (default: bicubic)")
    command.add_argument("--vgg", type=Path, help="safetensors file with VGG-16's features")
    command.add_argument("--json", type=Path, help="write rows and summaries")
    command.add_argument("--csv", type=Path, help="write a row for each method and image")
    command.set_defaults(work=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from trainer.comparison import measure, summarise
    from trainer.evaluation import load_perceptual
    from trainer.images import load_images

    methods = _methods(options)
    images = load_images(options.data, options.split)
    rows = measure(methods, options.scale, images, load_perceptual(options.vgg), report=print)
    summaries = summarise(rows, options.baseline)
    _print_table(summaries, options)
    if options.json:
        _write(options.json, json.dumps(_document(options, rows, summaries), indent=2))
    if options.csv:
        _write_csv(options.csv, rows)
    return 0


def _methods(options: argparse.Namespace) -> list[Method]:
    """Return the named methods and models, the baseline first."""
    from medsr_viewer.models.cards import read_card
    from medsr_viewer.upscaling.catalogue import catalogue
    from medsr_viewer.upscaling.methods import Method

    known = catalogue()
    names = (
        options.methods or [] if options.models else options.methods or [m.name for m in known.at_scale(options.scale)]
    )
    methods = {name: known.find(name, options.scale) for name in names}
    for card in map(read_card, options.models):
        methods[card.name] = Method(card.name, card.kind, {card.scale_factor: card})
    if options.baseline not in methods:
        methods = {options.baseline: known.find(options.baseline, options.scale), **methods}
    return list(methods.values())


def _print_table(summaries: list[dict[str, Any]], options: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table

    for group in dict.fromkeys(s["group"] for s in summaries if s["grouping"] == "folder"):
        members = [s for s in summaries if s["grouping"] == "folder" and s["group"] == group]
        count = members[0]["figures"]["psnr_db"]["count"]
        title = f"{group}: x{options.scale}, {count} images, whole image on [0, 1]; 95 % bootstrap interval of PSNR"
        table = Table("method", "parameters", *(name for name, _, _ in COLUMNS), "interval", "p", title=title)
        for summary in members:
            table.add_row(summary["method"], f"{summary['parameters']:,}", *_cells(summary))
        # As wide as its cells: a cut number would be a wrong one.
        width = Console(width=1000).measure(table).maximum
        Console(width=max(width, Console().width)).print(table)


def _cells(summary: dict[str, Any]) -> list[str]:
    figures = summary["figures"]
    cells = [
        "-" if key not in figures or math.isnan(figures[key]["value"]) else form.format(figures[key]["value"])
        for _, key, form in COLUMNS
    ]
    psnr = figures["psnr_db"]
    interval = "-" if psnr["low"] is None else f"{psnr['low']:.2f} - {psnr['high']:.2f}"
    p = summary["p"].get("psnr_db")
    return [*cells, interval, "-" if p is None else f"{p:.2g}"]


def _document(options: argparse.Namespace, rows: list[Row], summaries: list[dict[str, Any]]) -> dict[str, Any]:
    from dataclasses import asdict

    document = {
        "scale_factor": options.scale,
        "split": options.split,
        "baseline": options.baseline,
        "data_range": 1.0,
        "measured_on": "whole image, clipped to [0, 1]; perceptual distance on the central 256 x 256 pixels",
        "rows": [asdict(row) for row in rows],
        "summaries": summaries,
    }
    cleaned: dict[str, Any] = _without_nan(document)
    return cleaned


def _without_nan(value: Any) -> Any:
    """Return the value with None for what is not a number: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_csv(path: Path, rows: list[Row]) -> None:
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(rows[0].figures) if rows else []
    writer.writerow(["method", "parameters", "file", "folder", "source", "modality", *names])
    for row in rows:
        values = [row.figures[name] for name in names]
        writer.writerow([row.method, row.parameters, row.file, row.folder, row.source, row.modality, *values])
    _write(path, text.getvalue())


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror}") from exc
