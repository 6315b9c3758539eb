"""`medsr upscale`: files that give the values back and say what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from medsr_viewer.imaging.resample import enlarge


@pytest.fixture
def upscale(medsr: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    def run(*arguments: object) -> Path:
        folder = tmp_path / "out"
        outcome = medsr("upscale", *arguments, "--method", "bicubic", "--scale", "2", "--out", folder)
        assert outcome.status == 0, outcome.err
        assert not outcome.err
        return folder

    return run


def read_values(path: Path) -> tuple[np.ndarray, dict[str, Any]]:
    description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    stored = stored if stored.ndim == 2 else stored[..., ::-1]
    return description["intercept"] + description["slope"] * stored.astype(np.float64), description


def test_png_gives_the_values_back_within_half_a_step(upscale: Callable[..., Path], ct: Path) -> None:
    import pydicom

    folder = upscale(ct)
    values, description = read_values(folder / "ct_upscaled_x2_bicubic.png")
    original = pydicom.dcmread(ct).pixel_array.astype(np.float32) - 1024
    expected = enlarge(original, 2, "bicubic")
    assert values.shape == (204, 170)
    np.testing.assert_allclose(values, expected, atol=description["slope"] * 0.5 + 1e-3)
    assert description["unit"] == "HU"
    assert description["source"] == "ct.dcm"
    assert description["method"] == "bicubic"
    assert description["scale_factor"] == 2


def test_png_of_colour(upscale: Callable[..., Path], colour_png: Path) -> None:
    values, description = read_values(upscale(colour_png) / "colour_upscaled_x2_bicubic.png")
    expected = enlarge(np.asarray(Image.open(colour_png), np.float32), 2, "bicubic")
    np.testing.assert_allclose(values, expected, atol=description["slope"] * 0.5 + 1e-3)


def test_eight_bit_white_stays_white(
    upscale: Callable[..., Path], make_png: Callable[..., Path], tmp_path: Path
) -> None:
    values, description = read_values(
        upscale(make_png(tmp_path / "mid.png", np.full((8, 8), 100.0))) / "mid_upscaled_x2_bicubic.png"
    )
    np.testing.assert_allclose(values, 100, atol=0.01)
    assert description["intercept"] == 0
    assert description["slope"] * 65535 == pytest.approx(255)


def test_png_says_what_it_is(upscale: Callable[..., Path], ct: Path) -> None:
    path = upscale(ct) / "ct_upscaled_x2_bicubic.png"
    with Image.open(path) as image:
        image.load()  # Pillow checks the chunk's checksum
        description = json.loads(image.text["Description"])
    assert description["label"] == "UPSCALED x2 by bicubic. Research use only."


def test_npz_is_exact(upscale: Callable[..., Path], ct: Path) -> None:
    with np.load(upscale(ct, "--format", "npz") / "ct_upscaled_x2_bicubic.npz", allow_pickle=False) as stored:
        upscaled, description = stored["upscaled"], json.loads(str(stored["description"]))
    assert upscaled.dtype == np.float32
    assert upscaled.shape == (204, 170)
    assert "Research use only" in description["label"]


@pytest.mark.parametrize("file_format", ["png", "npz"])
def test_no_patient_data_is_written(upscale: Callable[..., Path], ct: Path, file_format: str) -> None:
    for path in upscale(ct, "--format", file_format).iterdir():
        data = path.read_bytes().lower()
        assert b"secret" not in data
        assert str(ct.parent).encode().lower() not in data


def test_equal_names_do_not_overwrite_each_other(
    upscale: Callable[..., Path], make_png: Callable[..., Path], tmp_path: Path
) -> None:
    for level, name in enumerate(("a/scan.png", "b/scan.png", "b/SCAN.PNG", "b/scan_2.png"), start=1):
        make_png(tmp_path / "in" / name, np.full((8, 8), 10.0 * level))
    folder = upscale(tmp_path / "in")
    files = sorted(folder.glob("*.png"))
    assert len(files) == 4
    assert {round(float(read_values(path)[0].mean())) for path in files} == {10, 20, 30, 40}


def test_frame_is_in_the_name(upscale: Callable[..., Path], make_ct: Callable[..., Path], tmp_path: Path) -> None:
    frames = np.stack([np.full((8, 8), level, np.int16) for level in (1024, 1034)])
    folder = upscale(make_ct(tmp_path / "cine.dcm", frames), "--frame", "2")
    values, description = read_values(folder / "cine_frame2_upscaled_x2_bicubic.png")
    assert description["frame"] == 2
    np.testing.assert_allclose(values, 10)


def test_failed_input_is_named_and_the_others_are_written(medsr: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = medsr("upscale", tmp_path / "gone.png", ct, "--method", "nearest", "--scale", "2", "--out", out)
    assert outcome.status == 1
    (line,) = outcome.lines
    assert "gone.png" in line
    assert (out / "ct_upscaled_x2_nearest.png").is_file()
    assert f"{ct} -> {out / 'ct_upscaled_x2_nearest.png'}" in outcome.out


def test_folder_that_cannot_be_made_ends_the_command(medsr: Callable[..., Any], ct: Path, gray_png: Path) -> None:
    outcome = medsr("upscale", ct, gray_png, "--method", "nearest", "--scale", "2", "--out", ct / "out")
    assert outcome.status == 1
    assert len(outcome.lines) == 1
    assert str(ct / "out") in outcome.err


@pytest.mark.parametrize("left_out", ["--method", "--scale", "--out"])
def test_method_scale_and_folder_are_asked_for(medsr: Callable[..., Any], ct: Path, left_out: str) -> None:
    options = {"--method": "nearest", "--scale": "2", "--out": "x"}
    del options[left_out]
    outcome = medsr("upscale", ct, *(part for pair in options.items() for part in pair))
    assert outcome.status == 2
    assert left_out in outcome.err
