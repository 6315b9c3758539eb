"""`medsr compare --json`: keys, types and meaning."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

KEYS = {"source", "frame", "mode", "scale_factor", "degradation", "shape", "data_range", "range", "device", "methods"}
METHOD_KEYS = {"name", "psnr_db", "ssim", "ms_ssim", "uqi", "seconds"}


def test_one_image_is_an_object_with_every_key(compare_json: Callable[..., Any], ct: Path) -> None:
    report = compare_json(ct)
    assert report.keys() >= KEYS
    assert report["source"] == str(ct)
    assert report["frame"] == 1
    assert report["mode"] == "test"
    assert report["scale_factor"] == 4
    assert "bicubic" in report["degradation"]
    assert report["shape"] == [100, 84]
    assert report["cropped"] == [2, 1]
    assert report["range"] == "full"
    assert report["window"] is None
    assert report["device"] == "cpu"
    (method,) = report["methods"]
    assert method.keys() >= METHOD_KEYS
    assert method["name"] == "bicubic"
    assert 15 < method["psnr_db"] < 40
    assert 0 < method["ssim"] < 1
    assert method["ms_ssim"] is None  # undefined below 176 pixels
    assert method["seconds"] >= 0


def test_methods_keep_their_names_and_order(medsr: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    names = ["lanczos", "nearest", "back-projection", "bilinear", "bicubic"]
    path = tmp_path / "a.json"
    options = [part for name in [*names, "nearest"] for part in ("--method", name)]
    assert medsr("compare", ct, *options, "--json", path, "--scale", "2").status == 0
    report = json.loads(path.read_text())
    assert [method["name"] for method in report["methods"]] == names
    assert report["scale_factor"] == 2


def test_without_a_method_all_at_the_scale_are_compared(
    medsr: Callable[..., Any], gray_png: Path, tmp_path: Path
) -> None:
    from medsr_viewer.upscaling.catalogue import catalogue

    path = tmp_path / "a.json"
    assert medsr("compare", gray_png, "--scale", "3", "--json", path).status == 0
    names = [method["name"] for method in json.loads(path.read_text())["methods"]]
    assert names == [method.name for method in catalogue().at_scale(3)]
    assert names[:5] == ["nearest", "bilinear", "bicubic", "lanczos", "back-projection"]


def test_data_range_of_an_eight_bit_raster_is_255(compare_json: Callable[..., Any], gray_png: Path) -> None:
    assert compare_json(gray_png)["data_range"] == 255


def test_data_range_of_dicom_is_of_the_cropped_reference(
    compare_json: Callable[..., Any], make_ct: Callable[..., Path], tmp_path: Path
) -> None:
    stored = np.arange(102 * 85, dtype=np.int16).reshape(102, 85)
    report = compare_json(make_ct(tmp_path / "ramp.dcm", stored))
    kept = stored[:100, :84]
    assert report["data_range"] == kept.max() - kept.min()
    assert report["unit"] == "HU"


def test_data_range_of_the_window_is_its_width(compare_json: Callable[..., Any], ct: Path) -> None:
    report = compare_json(ct, "--range", "window")
    assert report["range"] == "window"
    assert report["data_range"] == 400
    assert report["window"] == {"center": 40.0, "width": 400.0, "function": "LINEAR", "name": ""}


def test_colour_has_a_third_number_in_shape(compare_json: Callable[..., Any], colour_png: Path) -> None:
    report = compare_json(colour_png)
    assert report["shape"] == [60, 48, 3]
    assert report["data_range"] == 255


def test_constant_image_has_no_infinite_score(
    compare_json: Callable[..., Any], make_ct: Callable[..., Path], tmp_path: Path
) -> None:
    report = compare_json(make_ct(tmp_path / "flat.dcm", np.full((32, 32), 1064, np.int16)))
    assert report["data_range"] == 0
    (method,) = report["methods"]
    assert method["psnr_db"] is None
    assert method["ssim"] == 1
    assert method["uqi"] == 1


def test_image_smaller_than_the_scale_factor_is_read_and_has_no_scores(
    compare_json: Callable[..., Any], medsr: Callable[..., Any], make_png: Callable[..., Path], tmp_path: Path
) -> None:
    tiny = make_png(tmp_path / "tiny.png", np.full((3, 5), 40.0))
    report = compare_json(tiny)
    assert report["shape"] == [0, 4]
    assert report["data_range"] == 255
    assert report["methods"][0]["psnr_db"] is None
    outcome = medsr("compare", tiny, "--method", "bicubic")
    assert outcome.status == 0
    (line,) = outcome.lines
    assert str(tiny) in line
    assert "5 x 3 pixels are too few to be degraded by 4" in line


@pytest.mark.parametrize("size", [(4, 4), (4, 9), (8, 5), (12, 12)])
def test_images_of_a_few_pixels_go_through_every_method(
    medsr: Callable[..., Any],
    make_png: Callable[..., Path],
    make_scene: Callable[..., np.ndarray],
    tmp_path: Path,
    size: Any,
) -> None:
    path = tmp_path / "a.json"
    outcome = medsr("compare", make_png(tmp_path / "small.png", make_scene(*size) * 255), "--json", path)
    assert outcome.status == 0, outcome.err
    assert all(method["psnr_db"] is not None for method in json.loads(path.read_text())["methods"])


def test_several_images_are_a_list_and_the_table_has_their_mean(
    medsr: Callable[..., Any], ct: Path, gray_png: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    outcome = medsr("compare", ct, gray_png, "--method", "bicubic", "--json", path)
    assert outcome.status == 0
    reports = json.loads(path.read_text())
    assert {report["source"] for report in reports} == {str(ct), str(gray_png)}
    mean = np.mean([report["methods"][0]["psnr_db"] for report in reports])
    (row,) = [line for line in outcome.out.splitlines() if "Mean of 2" in line]
    assert f"{mean:.2f}" in row


def test_folder_of_one_image_is_an_object(
    compare_json: Callable[..., Any], make_ct: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    make_ct(folder / "one.dcm")
    (folder / "README.txt").write_text("not an image")
    assert compare_json(folder)["source"].endswith("one.dcm")


def test_frames_count_from_one(compare_json: Callable[..., Any], make_ct: Callable[..., Path], tmp_path: Path) -> None:
    frames = np.stack([np.arange(256, dtype=np.int16).reshape(16, 16) * step for step in (1, 2, 3)])
    path = make_ct(tmp_path / "frames.dcm", frames)
    assert compare_json(path)["data_range"] == 255
    report = compare_json(path, "--frame", "3")
    assert report["frame"] == 3
    assert report["data_range"] == 765


def test_json_is_replaced_as_a_whole(compare_json: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    (tmp_path / "scores.json").write_text("x" * 100_000)
    assert compare_json(ct)["frame"] == 1
    assert {path.name for path in tmp_path.iterdir()} == {"ct.dcm", "scores.json"}
