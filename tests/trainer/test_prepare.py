"""From studies to images that training reads."""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.errors import InputError, NothingToOpen
from medsr_viewer.upscaling.mapping import fit_mapping
from trainer.images import load_images
from trainer.prepare.command import add_prepare_command
from trainer.prepare.options import PrepareOptions
from trainer.prepare.run import prepare

from .preparing import MR, OPTIONS, SECONDARY, contents, manifest, one, reasons, save_dicom, slice_of, units_of


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


def test_what_is_named_like_an_image_and_is_none_is_listed_and_other_files_are_not(
    studies: Path, tmp_path: Path
) -> None:
    odd = studies / "odd"
    odd.mkdir()
    names = ("zeros.png", "zeros.dcm", "ZEROS.TIF")
    for name in (*names, "notes.txt", "table.csv"):
        (odd / name).write_bytes(bytes(40_000))
    (odd / "noise.jpeg").write_bytes(b"\x91\x3f\xd0\x07" * 500)
    prepared = prepare([studies], tmp_path / "out", OPTIONS)
    reason = "not a DICOM, PNG, TIFF or JPEG file"
    assert reasons(prepared) == dict.fromkeys((*names, "noise.jpeg"), reason)
    assert prepared.skipped == {reason: 4}
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "zeros.png").write_bytes(bytes(40_000))
    with pytest.raises(NothingToOpen, match=f"zeros.png: {reason}"):
        prepare([tmp_path / "none"], tmp_path / "new", OPTIONS)


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


def test_images_are_resized_and_few_patients_are_pointed_out(studies: Path, tmp_path: Path) -> None:
    prepared = prepare([studies / "p0"], tmp_path / "out", PrepareOptions(min_side=32, resize=(64, 48)))
    assert {(row["rows"], row["columns"]) for row in manifest(tmp_path / "out")} == {("64", "48")}
    assert sum("there are few patients" in warning for warning in prepared.warnings) == 2


def test_nothing_to_prepare_and_a_folder_within_its_source_are_refused(studies: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToOpen, match="no image among"):
        prepare([tmp_path / "empty"], tmp_path / "out", OPTIONS)
    with pytest.raises(NothingToOpen, match="no image is left"):
        prepare([studies], tmp_path / "out", PrepareOptions(min_side=1000))
    with pytest.raises(InputError, match="lies in"):
        prepare([studies], studies / "out", OPTIONS)


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
