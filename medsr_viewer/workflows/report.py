"""A finished comparison as plain values, for JSON files and tables, and as arrays."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from medsr_viewer.imaging.frame import FloatArray, Voi, Window
from medsr_viewer.metrics.scores import Scores
from medsr_viewer.workflows.compare import Comparison, MethodResult
from medsr_viewer.workflows.inputs import Input
from medsr_viewer.workflows.score import RangeMode, ScoreRequest, score_image
from medsr_viewer.workflows.weights import weights_report

SCORE_NAMES = ("psnr_db", "ssim", "ms_ssim", "uqi")


def comparison_report(source: Input, comparison: Comparison, range_mode: RangeMode) -> dict[str, Any]:
    """Return what a comparison gave, ready for JSON; a score that is undefined or infinite is None.

    Parameters
    ----------
    source : Input
        What was compared.
    comparison : Comparison
        In Test mode.
    range_mode : {"full", "window"}
        Which data range to score on: the reference's, or its first window's.
    """
    request, prepared = comparison.request, comparison.prepared
    scoring = ScoreRequest(range_mode, prepared.data_range or 0.0, request.frame.vois[0])
    computed = [result.upscaled.device.name for result in comparison.results if result.upscaled]
    return {
        "source": source.instance.source,
        "frame": source.index + 1,
        "mode": request.mode,
        "scale_factor": request.scale_factor,
        "degradation": STANDARD_DEGRADATION,
        "shape": None if prepared.reference is None else list(prepared.reference.shape),
        "cropped": list(prepared.cropped),
        "unit": request.frame.unit,
        "data_range": scoring.effective_range,
        "range": range_mode,
        "window": _window(request.frame.vois[0]) if range_mode == "window" else None,
        "device": next((name for name in computed if name != "cpu"), "cpu"),
        "precision": request.precision,
        "notes": [*prepared.notes, *request.frame.warnings],
        "methods": [_method_report(result, prepared.reference, scoring) for result in comparison.results],
    }


def mean_report(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each method's mean scores over several reports, with the number of images that each mean is of."""
    names = list(dict.fromkeys(method["name"] for report in reports for method in report["methods"]))
    rows = []
    for name in names:
        methods = [method for report in reports for method in report["methods"] if method["name"] == name]
        row: dict[str, Any] = {"name": name}
        for score in SCORE_NAMES:
            values = [method[score] for method in methods if method[score] is not None]
            row[score] = float(np.mean(values)) if values else None
        row["images"] = len(methods)
        rows.append(row)
    return rows


def comparison_arrays(comparison: Comparison) -> dict[str, FloatArray]:
    """Return ``reference``, ``degraded`` and each method's result, in modality units, by name."""
    prepared = comparison.prepared
    arrays = {"degraded": prepared.degraded}
    if prepared.reference is not None:
        arrays["reference"] = prepared.reference
    for result in comparison.results:
        if result.upscaled:
            arrays[result.method] = result.upscaled.pixels
    return arrays


def _window(voi: Voi) -> dict[str, Any]:
    if isinstance(voi, Window):
        return {"center": voi.center, "width": voi.width, "function": voi.function, "name": voi.name}
    return {"center": None, "width": None, "function": "VOI LUT", "name": voi.name}


def _method_report(result: MethodResult, reference: FloatArray | None, scoring: ScoreRequest) -> dict[str, Any]:
    report: dict[str, Any] = {"name": result.method, **dict.fromkeys(SCORE_NAMES), "seconds": None}
    upscaled = result.upscaled
    if upscaled is not None:
        report["seconds"] = round(upscaled.seconds, 4)
        if reference is not None:
            report.update(_finite(score_image(reference, upscaled.pixels, scoring)))
        if upscaled.mapping:
            report["mapping"] = asdict(upscaled.mapping)
        report |= weights_report(upscaled.card)
    if result.notes:
        report["notes"] = list(result.notes)
    if result.error:
        report["error"] = f"{result.error.title}: {result.error}"
    return report


def _finite(scores: Scores) -> dict[str, float | None]:
    values = asdict(scores)
    return {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}
