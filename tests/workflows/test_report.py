"""Reports: plain values, nothing infinite, means of what is defined."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.frame import VoiLut
from medsr_viewer.imaging.study import Instance
from medsr_viewer.workflows.compare import Comparison, MethodResult, compare, prepare
from medsr_viewer.workflows.inputs import Input
from medsr_viewer.workflows.report import comparison_arrays, comparison_report, mean_report

SOURCE = Input(Instance(Path("/private/a.dcm"), "a.dcm", "", "", "", "CT", 64, 48, frame_count=3), 1)


def test_report_is_plain_json(make_frame: Callable[..., Any], request_for: Any, waves: np.ndarray) -> None:
    comparison = compare(request_for(make_frame(waves, unit="HU"), "bicubic", "nearest"))
    report = comparison_report(SOURCE, comparison, "full")
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["source"] == "a.dcm"
    assert report["frame"] == 2
    assert report["unit"] == "HU"
    assert "/private" not in json.dumps(report)


def test_infinite_score_is_none(make_frame: Callable[..., Any], request_for: Any) -> None:
    report = comparison_report(SOURCE, compare(request_for(make_frame(np.full((32, 32), 5.0)))), "full")
    assert report["methods"][0]["psnr_db"] is None
    assert report["methods"][0]["ssim"] == 1


def test_failed_method_is_in_the_report_with_its_error(
    make_frame: Callable[..., Any], request_for: Any, waves: np.ndarray
) -> None:
    request = request_for(make_frame(waves))
    comparison = Comparison(request, prepare(request), (MethodResult("bicubic", error=OutOfMemory("none left")),))
    (method,) = comparison_report(SOURCE, comparison, "full")["methods"]
    assert method["psnr_db"] is None
    assert method["seconds"] is None
    assert method["error"] == "Not enough memory: none left"
    assert comparison_arrays(comparison).keys() == {"reference", "degraded"}


def test_table_of_a_voi_lut_is_named(make_frame: Callable[..., Any], request_for: Any, waves: np.ndarray) -> None:
    table = VoiLut(np.arange(4096, dtype=np.uint16), -1000.0, 12, "bone")
    report = comparison_report(SOURCE, compare(request_for(make_frame(waves, vois=(table,)))), "window")
    assert report["window"] == {"center": None, "width": None, "function": "VOI LUT", "name": "bone"}
    assert report["data_range"] == 1


def test_mean_leaves_out_what_is_undefined() -> None:
    def report(psnr_db: float | None, ssim: float | None) -> dict[str, Any]:
        return {"methods": [{"name": "x", "psnr_db": psnr_db, "ssim": ssim, "ms_ssim": None, "uqi": 0.5}]}

    (row,) = mean_report([report(30.0, 0.9), report(None, 0.7), report(40.0, None)])
    assert row["psnr_db"] == 35
    assert row["ssim"] == pytest.approx(0.8)
    assert row["ms_ssim"] is None
    assert row["images"] == 3
