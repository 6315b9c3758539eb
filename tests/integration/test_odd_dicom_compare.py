"""`medsr compare` on every odd DICOM file and every study: scores, or one line that says why not."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsr_viewer.cli import main

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ODD = DATA / "odd-dicom"
# Decoders refuse these as they are; one byte of the JPEG header is corrected in memory.
REPAIRED = {"files/049_JPEG-lossy.dcm", "files/129_RG2_JPLY.dcm", "files/156_MR1_JPLY.dcm", "files/159_XA1_JPLY.dcm"}

MODALITY_LUT = "files/121_mlut_18.dcm"
# The index's values come from another decoder of 12-bit JPEG, whose rounding differs.
ROUNDED = 3


def index() -> list[dict[str, str]]:
    if not (ODD / "index.csv").is_file():
        return []
    with (ODD / "index.csv").open(newline="", encoding="utf-8", errors="replace") as file:
        return list(csv.DictReader(file))


ROWS = index()


def compare(path: Path, scores: Path, *options: str) -> tuple[int, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        status = main(["compare", str(path), "--method", "bicubic", "--json", str(scores), *options])
    return status, json.loads(scores.read_text(encoding="utf-8")) if scores.exists() else None


def expected_shape(row: dict[str, str], scale: int) -> list[int]:
    rows, columns = (int(row[name]) // scale * scale for name in ("rows", "cols"))
    colour = row["photometric"] not in {"MONOCHROME1", "MONOCHROME2"}
    return [rows, columns, 3] if colour else [rows, columns]


def is_whole_first_frame(row: dict[str, str], report: dict[str, Any]) -> bool:
    """Whether the index's range is of the very pixels that were compared: gray, one frame, not cropped or padded."""
    return (
        len(report["shape"]) == 2
        and row["frames"] in {"", "1"}
        and report["cropped"] == [0, 0]
        and not any("Padding" in note for note in report["notes"])
    )


def test_the_index_is_there(shared_data: Path) -> None:
    assert len(ROWS) == 110


@pytest.mark.parametrize("row", [row for row in ROWS if row["default"] == "ok"], ids=lambda row: row["file"])
def test_readable_file_is_compared(row: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, report = compare(ODD / row["file"], tmp_path / "a.json", "--arrays", str(tmp_path / "a.npz"))
    said = capfd.readouterr().err
    assert status == 0, said
    assert report["shape"] == expected_shape(row, 4)
    if 0 in report["shape"]:
        assert "too few to be degraded by 4" in said
        assert report["methods"][0]["psnr_db"] is None
        return
    assert said == ""
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        reference = arrays["reference"].astype(np.float64)
        assert np.isfinite(reference).all()
        assert arrays["bicubic"].shape == reference.shape
    expected = 255 if reference.ndim == 3 and row["dtype"] == "uint8" and reference.max() <= 255 else np.ptp(reference)
    assert report["data_range"] == pytest.approx(expected, rel=1e-6)
    if is_whole_first_frame(row, report) and row["file"] != MODALITY_LUT:
        slope = abs(float(row["slope"] or 1)) or 1.0  # a slope of 0 is not applied
        stored_range = float(row["max"]) - float(row["min"])
        assert report["data_range"] == pytest.approx(stored_range * slope, rel=1e-6, abs=ROUNDED * slope)
    method = report["methods"][0]
    if np.ptp(reference):
        assert method["psnr_db"] > 5
    else:
        assert method["psnr_db"] is None


@pytest.mark.parametrize("row", [row for row in ROWS if row["default"] != "ok"], ids=lambda row: row["file"])
def test_other_file_is_refused_in_one_line(
    row: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, report = compare(ODD / row["file"], tmp_path / "a.json")
    said = capfd.readouterr()
    if row["file"] in REPAIRED:
        assert status == 0
        assert any("corrected" in note for note in report["notes"])
        return
    assert status == 1
    assert report is None
    assert said.out == ""
    (line,) = said.err.splitlines()
    reason = line.removeprefix(f"medsr: {ODD / row['file']}: ")
    assert reason != line
    assert len(reason) > 30
    assert reason.endswith(".")
    assert not any(word in reason for word in ("Error", "Exception", "Traceback", "unexpected"))


@pytest.mark.parametrize("options", [("--scale", "8"), ("--scale", "3", "--range", "window")], ids=" ".join)
def test_small_files_at_other_scales_and_through_the_window(
    options: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    small = [row for row in ROWS if row["default"] == "ok" and int(row["rows"]) * int(row["cols"]) <= 128 * 128]
    assert len(small) > 20
    for row in small:
        status, report = compare(ODD / row["file"], tmp_path / "a.json", *options)
        assert status == 0, capfd.readouterr().err
        assert report["shape"] == expected_shape(row, int(options[1])), row["file"]
        assert report["data_range"] >= 0


@pytest.mark.parametrize(
    ("study", "count"), [("ct_chest", 64), ("mr_lumbar", 39), ("multiframe", 4), ("radiographs", 5)]
)
def test_study_is_a_list_with_a_mean(
    study: str, count: int, tmp_path: Path, capfd: pytest.CaptureFixture[str], shared_data: Path
) -> None:
    status, reports = compare(shared_data / "studies" / study, tmp_path / "a.json")
    said = capfd.readouterr()
    assert status == 0, said.err
    assert said.err == ""
    assert len(reports) == count
    assert f"Mean of {count}" in said.out
    for report in reports:
        assert min(report["shape"][:2]) >= 128
        assert report["data_range"] > 100
        assert 15 < report["methods"][0]["psnr_db"] < 60


def test_tree_of_a_dicomdir_in_a_zip(tmp_path: Path, capfd: pytest.CaptureFixture[str], shared_data: Path) -> None:
    status, reports = compare(shared_data / "odd-dicom" / "dicomdir_tree.zip", tmp_path / "a.json")
    said = capfd.readouterr()
    assert status in (0, 1)
    assert len(reports) > 20
    assert all("dicomdir_tree.zip/" in report["source"] for report in reports)
    assert all(line.startswith("medsr: ") and "dicomdir_tree.zip/" in line for line in said.err.splitlines())
