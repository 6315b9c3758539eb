from __future__ import annotations

import argparse
import csv
import errno
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.errors import CannotWrite, InputError, NothingToOpen, UnreadableFile
from medsr_viewer.upscaling.mapping import fit_mapping
from trainer.images import load_images
from trainer.prepare import frames
from trainer.prepare.command import add_prepare_command
from trainer.prepare.options import InvalidOptions, PrepareOptions
from trainer.prepare.run import Prepared, prepare
from trainer.prepare.splits import PatientInTwoSplits

CT, MR, SECONDARY = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.7"
NAME, ID = "Quimby^Zacharias", "MRN-90210-XY"
OPTIONS = PrepareOptions(shares=(0.5, 0.3, 0.2), min_side=32, source="Ours", licence="CC0", attribution="Us")


def slice_of(seed: int, rows: int = 40, columns: int = 44) -> np.ndarray[Any, np.dtype[np.int16]]:
    y, x = np.mgrid[:rows, :columns]
    return (500 + 400 * np.sin(y / (3 + seed)) * np.cos(x / 5) + seed).astype(np.int16)


def save_dicom(path: Path, pixels: np.ndarray[Any, Any], **elements: Any) -> Path:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = elements.pop("SOPClassUID", CT)
    ds.SOPInstanceUID = elements.pop("SOPInstanceUID", generate_uid())
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.PatientName, ds.PatientID, ds.Modality = NAME, ID, "CT"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation = 15, int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Return a folder with three slices of each of eight patients."""
    for patient in range(8):
        for index in range(3):
            save_dicom(
                tmp_path / "in" / f"p{patient}" / f"{index}.dcm", slice_of(10 * patient + index),
                PatientID=f"{ID}{patient}", StudyInstanceUID=f"1.2.{patient}", SeriesInstanceUID=f"1.2.{patient}.1",
                RescaleSlope="1", RescaleIntercept="-1024",
            )  # fmt: skip
    return tmp_path / "in"


def manifest(out: Path) -> list[dict[str, str]]:
    with (out / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def reasons(prepared: Prepared) -> dict[str, str]:
    with prepared.skipped_list.open(newline="") as file:
        return {Path(row["file"]).name: row["reason"] for row in csv.DictReader(file)}


def units_of(out: Path, row: dict[str, str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    stored = cv2.imread(str(out / row["file"]), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    units: np.ndarray[Any, np.dtype[np.float64]] = stored * float(row["slope"]) + float(row["intercept"])
    return units


def one(tmp_path: Path, **changes: Any) -> tuple[Path, dict[str, str]]:
    """Prepare what lies in ``in`` as one training image; return folder and row."""
    options = PrepareOptions(**{"shares": (1, 0, 0), "min_side": 8, **changes})
    prepare([tmp_path / "in"], tmp_path / "out", options)
    (row,) = manifest(tmp_path / "out")
    return tmp_path / "out", row


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_studies_become_a_folder_that_training_reads(studies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepared = prepare([studies], out, OPTIONS)
    rows = manifest(out)
    assert prepared.new == sum(prepared.images.values()) == len(rows) == 24
    assert sum(prepared.patients.values()) == 8
    by_patient: dict[str, set[str]] = {}
    for row in rows:
        by_patient.setdefault(row["patient"], set()).add(row["split"])
        assert hashlib.sha256((out / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert (row["source"], row["licence"], row["attribution"], row["modality"]) == ("Ours", "CC0", "Us", "CT")
    assert len(by_patient) == 8
    assert all(len(splits) == 1 for splits in by_patient.values())
    seen = {round(float(units_of(out, row).sum())) for row in rows}
    assert seen == {round(float((slice_of(10 * p + i) - 1024.0).sum())) for p in range(8) for i in range(3)}
    for place in (out, out / "manifest.csv"):
        images = [image for split in ("train", "val", "test") for image in load_images([place], split)]
        assert len(images) == 24
        assert {(image.folder, image.source, image.modality) for image in images} == {("out", "Ours", "CT")}


def test_training_sees_what_the_viewer_feeds_its_networks(tmp_path: Path) -> None:
    """MONOCHROME1 as it is stored, and 0 and 1 where the viewer puts them, without the padding."""
    pixels = slice_of(2)
    pixels[:6] = -2000
    save_dicom(
        tmp_path / "in" / "a.dcm", pixels, PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=-2000,
        RescaleSlope="2", RescaleIntercept="-1024",
    )  # fmt: skip
    out, row = one(tmp_path)
    assert row["inverted"] == "1"
    units = units_of(out, row)
    valid = pixels != -2000
    np.testing.assert_allclose(units[valid], (pixels * 2.0 - 1024)[valid], atol=float(row["slope"]) / 2)
    assert (units[~valid] == units[valid].min()).all()
    (image,) = load_images([out], "train")
    mapping = fit_mapping((pixels * 2.0 - 1024).astype(np.float32), valid)
    expected = mapping.to_network((pixels * 2.0 - 1024).astype(np.float32))
    np.testing.assert_allclose(image.pixels[valid], expected[valid], atol=1e-4)


def test_zero_filled_mr_is_cropped_to_what_was_acquired(tmp_path: Path) -> None:
    y, x = np.mgrid[:64, :64]
    small = 900 + 300 * np.sin(2 * np.pi * 20 * x / 64) + 200 * np.cos(2 * np.pi * 9 * y / 64)
    kspace = np.pad(np.fft.fftshift(np.fft.fft2(small)), 32)
    large = np.abs(np.fft.ifft2(np.fft.ifftshift(kspace))) * 4
    save_dicom(
        tmp_path / "in" / "a.dcm", np.rint(large).astype(np.uint16), SOPClassUID=MR, Modality="MR",
        AcquisitionMatrix=[64, 0, 0, 48], PixelSpacing=[0.5, 0.5],
    )  # fmt: skip
    out, row = one(tmp_path)
    assert (row["rows"], row["columns"], row["kspace_crop"], row["pixel_spacing_mm"]) == ("64", "64", "0.5", "1\\1")
    np.testing.assert_allclose(units_of(out, row), small, atol=1)
    prepare([tmp_path / "in"], tmp_path / "kept", PrepareOptions(shares=(1, 0, 0), keep_zero_filling=True))
    (kept,) = manifest(tmp_path / "kept")
    assert (kept["rows"], kept["kspace_crop"]) == ("128", "1")


def test_rasters_in_a_zip_keep_their_black_and_white(tmp_path: Path) -> None:
    gray = (np.arange(64 * 64).reshape(64, 64) % 200 + 20).astype(np.uint8)
    data = io.BytesIO()
    Image.fromarray(np.dstack([gray] * 3)).save(data, "PNG")
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.zip", "w") as archive:
        archive.writestr("folder/a.png", data.getvalue())
    out, row = one(tmp_path, raster_modality="DX")
    np.testing.assert_array_equal(units_of(out, row), gray)
    assert row["modality"] == "DX"
    (image,) = load_images([out], "train")
    np.testing.assert_allclose(image.pixels, gray / 255, atol=1e-6)


def test_every_reason_to_skip_is_written_down(studies: Path, tmp_path: Path) -> None:
    odd = studies / "odd"
    save_dicom(odd / "small.dcm", slice_of(1, 20, 80))
    save_dicom(odd / "blank.dcm", np.full((40, 40), 7, np.int16))
    save_dicom(odd / "scout.dcm", slice_of(3), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    save_dicom(odd / "capture.dcm", slice_of(4), SOPClassUID=SECONDARY)
    save_dicom(odd / "twin.dcm", slice_of(20), RescaleSlope="1", RescaleIntercept="-1024", PatientID="another")
    whole = save_dicom(odd / "cut.dcm", slice_of(5))
    whole.write_bytes(whole.read_bytes()[:-900])
    (odd / "notes.txt").write_text("not an image, and not worth a line")
    found = reasons(prepare([studies], tmp_path / "out", OPTIONS))
    assert "20 x 80 pixels are too few" in found["small.dcm"]
    assert found["blank.dcm"] == "blank"
    assert found["scout.dcm"] == "a localiser"
    assert found["capture.dcm"] == "a secondary capture"
    assert "cut.dcm" in found
    # One of the two, whoever comes first.
    assert list(found.values()).count("its pixels are those of another image") == 1
    assert "notes.txt" not in found
    assert len(manifest(tmp_path / "out")) == 24


def test_the_detail_filter_keeps_what_is_above_the_mean_for_good(studies: Path, tmp_path: Path) -> None:
    options = PrepareOptions(shares=(0.5, 0.3, 0.2), min_side=32, detail=True)
    everything = prepare([studies], tmp_path / "all", OPTIONS)
    scores = [float(row["filter_score"]) for row in manifest(tmp_path / "all")]
    prepared = prepare([studies], tmp_path / "out", options)
    assert prepared.new == sum(score > np.mean(scores) for score in scores)
    assert 0 < prepared.new < everything.new
    before = contents(tmp_path / "out")
    save_dicom(studies / "more.dcm", slice_of(1), PatientID="more", StudyInstanceUID="1.9")
    prepare([studies], tmp_path / "out", options)
    after = contents(tmp_path / "out")
    assert {name: data for name, data in after.items() if name in before and name != "manifest.csv"} == {
        name: data for name, data in before.items() if name != "manifest.csv"
    }


def test_adding_studies_moves_nobody(studies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare([studies / f"p{patient}" for patient in (1, 4)], out, OPTIONS)
    first = {row["file"]: row for row in manifest(out)}
    added = prepare([studies], out, OPTIONS)
    assert (len(first), added.new) == (6, 18)
    assert {name: row for name, row in ((r["file"], r) for r in manifest(out)) if name in first} == first
    again = prepare([studies], out, OPTIONS)
    assert (again.new, sum(again.images.values())) == (0, 24)
    # A folder of its own, with keys of its own, puts the patients where they were.
    prepare([studies], tmp_path / "other", OPTIONS)
    sums = [{(row["sha256"], row["split"]) for row in manifest(folder)} for folder in (out, tmp_path / "other")]
    assert sums[0] == sums[1]
    keys = [{row["patient"] for row in manifest(folder)} for folder in (out, tmp_path / "other")]
    assert not keys[0] & keys[1]


def test_a_patient_in_two_splits_is_refused_before_anything_is_written(studies: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare([studies / "p0"], out, OPTIONS)
    path = out / "manifest.csv"
    (split,) = {row["split"] for row in manifest(out)}
    path.write_text(path.read_text().replace(f",{split},", ",elsewhere,"))
    before = contents(out)
    with pytest.raises(PatientInTwoSplits, match="1 patients"):
        prepare([studies], out, OPTIONS)
    assert contents(out) == before


@pytest.mark.parametrize("changes", [{"seed": 1}, {"shares": (0.8, 0.1, 0.1)}, {"split": "random"}])
def test_a_folder_keeps_its_options(studies: Path, tmp_path: Path, changes: Any) -> None:
    out = tmp_path / "out"
    prepare([studies / "p0"], out, OPTIONS)
    with pytest.raises(InvalidOptions, match=f"other options: {next(iter(changes))}"):
        prepare([studies], out, PrepareOptions(**{"shares": (0.5, 0.3, 0.2), "min_side": 32, **changes}))


def test_without_its_salt_a_folder_is_not_added_to(studies: Path, tmp_path: Path) -> None:
    prepare([studies / "p0"], tmp_path / "out", OPTIONS)
    (tmp_path / "out-private" / "salt.txt").unlink()
    with pytest.raises(UnreadableFile, match="salt.txt: it is missing"):
        prepare([studies], tmp_path / "out", OPTIONS)


def test_a_random_split_tears_patients_apart(studies: Path, tmp_path: Path) -> None:
    prepare([studies], tmp_path / "out", PrepareOptions(split="random", shares=(0.5, 0.5, 0), min_side=32))
    rows = manifest(tmp_path / "out")
    assert len({(row["patient"], row["split"]) for row in rows}) > len({row["patient"] for row in rows})


def test_rasters_are_split_by_the_patient_in_their_names(tmp_path: Path) -> None:
    for index in range(12):
        path = tmp_path / "in" / f"{index // 4:03}_{index:02}.tif"
        path.parent.mkdir(exist_ok=True)
        tifffile.imwrite(path, slice_of(index).astype(np.uint16))
    options = {"shares": (0.5, 0.5, 0), "min_side": 32}
    prepare([tmp_path / "in"], tmp_path / "out", PrepareOptions(patient_pattern="^([0-9]+)_", **options))  # type: ignore[arg-type]
    assert len({row["patient"] for row in manifest(tmp_path / "out")}) == 3
    prepare([tmp_path / "in"], tmp_path / "alone", PrepareOptions(**options))  # type: ignore[arg-type]
    assert len({row["patient"] for row in manifest(tmp_path / "alone")}) == 12


def test_no_patient_is_named_in_what_is_handed_on(studies: Path, tmp_path: Path) -> None:
    """Neither in a file's content nor in its name; the private folder is readable by its owner alone."""
    secret = studies / "Quimby_Zacharias"
    (studies / "p0").rename(secret)
    save_dicom(secret / "scout.dcm", slice_of(9), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    prepare([studies], tmp_path / "out", OPTIONS)
    for name, data in contents(tmp_path / "out").items():
        for word in ("Quimby", "Zacharias", ID, "1.2.", "scout", str(tmp_path)):
            assert word not in name
            if not name.endswith(".png"):
                assert word.encode() not in data
    assert (tmp_path / "out-private").stat().st_mode & 0o077 == 0
    stored = next((tmp_path / "out").rglob("*.png")).read_bytes()
    assert not any(chunk in stored for chunk in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"))


def test_processes_make_the_same_folder(studies: Path, tmp_path: Path) -> None:
    prepare([studies], tmp_path / "out", OPTIONS)
    salt = (tmp_path / "out-private" / "salt.txt").read_bytes()
    (tmp_path / "two-private").mkdir()
    (tmp_path / "two-private" / "salt.txt").write_bytes(salt)
    prepare([studies], tmp_path / "two", OPTIONS, jobs=2)
    assert contents(tmp_path / "out") == contents(tmp_path / "two")


def counting(monkeypatch: pytest.MonkeyPatch, stop: Callable[[int], None]) -> list[str]:
    """Note each frame that is prepared, and let `stop` raise at one."""
    prepared: list[str] = []
    original = frames.prepare_frame

    def prepare_one(unit: Any, staging: Path, options: PrepareOptions) -> dict[str, str]:
        stop(len(prepared))
        prepared.append(unit.origin)
        return original(unit, staging, options)

    monkeypatch.setattr("trainer.prepare.run.prepare_frame", prepare_one)
    return prepared


def test_a_run_that_was_cut_off_goes_on(studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    prepare([studies], whole, OPTIONS)
    (tmp_path / "out-private").mkdir()
    (tmp_path / "out-private" / "salt.txt").write_bytes((tmp_path / "whole-private" / "salt.txt").read_bytes())

    def interrupt(done: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        counting(patched, interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare([studies], out, OPTIONS)
    assert not (out / "manifest.csv").exists()
    with (tmp_path / "out-private" / "journal.jsonl").open("a") as journal:
        journal.write('\n["cut o')
    prepared = counting(monkeypatch, lambda _done: None)
    prepare([studies], out, OPTIONS)
    assert len(prepared) == 24 - 7
    assert contents(out) == contents(whole)
    assert {path.name for path in (tmp_path / "out-private").iterdir()} == {"salt.txt", "sources.csv", "skipped.csv"}


def test_a_full_disk_stops_the_run_and_loses_nothing(
    studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    original = frames.write_whole
    written: list[Path] = []

    def fill(path: Path, content: bytes, **how: Any) -> None:
        def full(_file: BinaryIO) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        written.append(path)
        original(path, content if len(written) <= 5 else full, **how)

    with monkeypatch.context() as patched:
        patched.setattr(frames, "write_whole", fill)
        with pytest.raises(CannotWrite, match="No space left on device") as caught:
            prepare([studies], out, OPTIONS)
    assert "What is done is kept" in caught.value.advice
    prepared = counting(monkeypatch, lambda _done: None)
    assert prepare([studies], out, OPTIONS).new == 24
    assert len(prepared) == 24 - 5


def test_cancelling_stops_between_frames(studies: Path, tmp_path: Path) -> None:
    token = CancelToken()

    def progress(what: str, done: int, _total: int) -> None:
        if what == "images prepared" and done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        prepare([studies], tmp_path / "out", OPTIONS, progress=progress, token=token)


def test_nothing_to_prepare_and_a_folder_within_its_source_are_refused(studies: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToOpen, match="no image among"):
        prepare([tmp_path / "empty"], tmp_path / "out", OPTIONS)
    with pytest.raises(NothingToOpen, match="no image is left"):
        prepare([studies], tmp_path / "out", PrepareOptions(min_side=1000))
    with pytest.raises(InputError, match="lies in"):
        prepare([studies], studies / "out", OPTIONS)


def test_images_are_resized_and_few_patients_are_pointed_out(studies: Path, tmp_path: Path) -> None:
    prepared = prepare([studies / "p0"], tmp_path / "out", PrepareOptions(min_side=32, resize=(64, 48)))
    assert {(row["rows"], row["columns"]) for row in manifest(tmp_path / "out")} == {("64", "48")}
    assert sum("there are few patients" in warning for warning in prepared.warnings) == 2


def test_the_command(studies: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_prepare_command(parser.add_subparsers())
    options = parser.parse_args([
        "prepare", str(studies), "--out", str(tmp_path / "mine"), "--shares", "0.5", "0.3", "0.2", "--min-side", "32",
        "--modality", "CT", "--licence", "CC0",
    ])  # fmt: skip
    options.work(options)
    said = capsys.readouterr().out
    assert "24 of them new; 0 skipped" in said
    rows = manifest(tmp_path / "mine")
    assert {(row["source"], row["licence"]) for row in rows} == {("mine", "CC0")}


def test_real_studies(shared_data: Path, tmp_path: Path) -> None:
    options = PrepareOptions(shares=(1, 0, 0), stride=11)
    prepare([shared_data / "studies"], tmp_path / "out", options)
    rows = manifest(tmp_path / "out")
    assert {row["modality"] for row in rows} >= {"CT", "MR", "DX", "XA", "US"}
    sizes = {(row["rows"], row["kspace_crop"]) for row in rows if row["modality"] == "MR"}
    assert sizes >= {("288", "0.5625"), ("320", "0.625"), ("256", "0.5")}
    assert len(load_images([tmp_path / "out"], "train")) == len(rows)
