"""Every file of the collection of odd DICOM files: read as its index says, or refused with one clear reason."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.collect import collect
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance

INDEX = Path(__file__).resolve().parents[3] / "shared" / "data" / "odd-dicom" / "index.csv"

# Refused by the decoders that made the index, read here: the end of spectral selection is corrected in memory.
REPAIRED = {"files/049_JPEG-lossy.dcm", "files/129_RG2_JPLY.dcm", "files/156_MR1_JPLY.dcm", "files/159_XA1_JPLY.dcm"}
# The index's values come from another decoder of 12-bit JPEG, whose rounding differs.
ROUNDED = 3
# Frames 6 to 10 were damaged on purpose; only a decoder of another licence returns something for them.
DAMAGED_FRAMES = {"derived/fuzz_pix03_emri_small_jpeg_ls_lossless.dcm": 5}


def rows(*, ok: bool) -> list[dict[str, str]]:
    if not INDEX.is_file():
        return []
    with INDEX.open(newline="", encoding="utf-8", errors="replace") as file:
        return [row for row in csv.DictReader(file) if (row["default"] == "ok") == ok]


def instance_of(path: Path) -> Instance:
    found = collect([path], CancelToken())
    assert not found.skipped
    return found.studies[0].series[0].instances[0]


def stored_range(row: dict[str, str], frames: list[Frame]) -> tuple[float, float]:
    """Return the range of all pixels, padding too, as stored values."""
    low, high = (float(edge([edge(frame.pixels) for frame in frames])) for edge in (np.min, np.max))
    slope = float(row["slope"] or 1)
    if slope and row["modality_lut"] != "1.0":
        low, high = ((edge - float(row["intercept"] or 0)) / slope for edge in (low, high))
    return low, high


@pytest.mark.parametrize("row", rows(ok=True), ids=lambda row: row["file"])
def test_files_that_can_be_read(row: dict[str, str], shared_data: Path) -> None:
    instance = instance_of(shared_data / "odd-dicom" / row["file"])
    frame_count = int(float(row["frames"] or 1)) or 1
    assert instance.frame_count == frame_count
    assert (instance.rows, instance.columns) == (int(float(row["rows"])), int(float(row["cols"])))
    readable = DAMAGED_FRAMES.get(row["file"], frame_count)
    frames = [read_frame(instance, index) for index in range(readable)]
    colour = int(float(row["samples"])) == 3 or row["photometric"] == "PALETTE COLOR"
    for frame in frames:
        assert frame.shape == (instance.rows, instance.columns, *([3] if colour else []))
        assert frame.pixels.dtype == np.float32
        assert np.isfinite(frame.pixels).all()
        assert frame.vois
    if row["photometric"] == "PALETTE COLOR" or row["modality_lut"] == "1.0" or readable < frame_count:
        return  # the index has the range of what goes into a table
    low, high = stored_range(row, frames)
    tolerance = ROUNDED if row["file"].endswith("Se63.dcm") else 2e-3
    assert low == pytest.approx(float(row["min"]), abs=tolerance)
    assert high == pytest.approx(float(row["max"]), abs=tolerance)


@pytest.mark.parametrize("row", rows(ok=False), ids=lambda row: row["file"])
def test_files_that_cannot_be_read(row: dict[str, str], shared_data: Path) -> None:
    path = shared_data / "odd-dicom" / row["file"]
    found = collect([path], CancelToken())
    if row["file"] in REPAIRED:
        frame = read_frame(found.studies[0].series[0].instances[0])
        assert any("corrected" in warning for warning in frame.warnings)
        return
    if found.studies:
        with pytest.raises(UnreadableFile) as caught:
            read_frame(found.studies[0].series[0].instances[0])
        reason = caught.value.reason
        assert caught.value.advice
    else:
        (skipped,) = found.skipped
        reason = skipped.reason
    assert reason
    assert "\n" not in reason
    assert "Traceback" not in reason
    assert "not supported (" not in reason, "an unexpected failure: it deserves a reason of its own"


def test_the_repaired_jpeg_is_near_its_lossless_twin(shared_data: Path) -> None:
    """XA1 exists lossless and as JPEG Extended with the wrong byte."""
    folder = shared_data / "odd-dicom" / "files"
    lossless = read_frame(instance_of(folder / "143_XA1_J2KR.dcm")).pixels
    repaired = read_frame(instance_of(folder / "159_XA1_JPLY.dcm")).pixels
    error = float(np.mean((lossless - repaired) ** 2))
    assert 10 * np.log10(float(np.ptp(lossless)) ** 2 / error) > 35


def test_a_dicomdir_and_its_missing_files(shared_data: Path) -> None:
    found = collect([shared_data / "odd-dicom" / "dicomdir_tree.zip"], CancelToken())
    assert sum(len(series.instances) for study in found.studies for series in study.series) == 31
    assert {study.patient_id for study in found.studies} >= {"77654033", "98890234"}
    assert all(skipped.reason for skipped in found.skipped)


def test_all_studies_are_read(shared_data: Path) -> None:
    found = collect([shared_data / "studies"], CancelToken())
    assert not found.skipped
    assert sum(len(series.instances) for study in found.studies for series in study.series) == 112
    for study in found.studies:
        for series in study.series:
            instance, index = series.locate(series.frame_count // 2)
            frame = read_frame(instance, index)
            assert frame.shape[:2] == (instance.rows, instance.columns)
            assert frame.value_range[1] > frame.value_range[0]


def test_the_chest_series_is_sorted_and_its_double_position_named(shared_data: Path) -> None:
    found = collect([shared_data / "studies" / "ct_chest"], CancelToken())
    (series,) = found.studies[0].series
    heights = [instance.position[2] for instance in series.instances if instance.position]
    assert heights == sorted(heights)
    assert len(heights) == 64
    assert series.warnings == ("One slice position occurs twice: images 17 and 18.",)
