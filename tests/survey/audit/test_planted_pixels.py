"""Leaks planted in pixels: each is found, and what methods legitimately change is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.survey.attention import ATTENTION_WINDOW, attention_picture
from medsr_viewer.survey.audit.cases import fingerprint, is_attention_check
from medsr_viewer.survey.audit.pixels import (
    check_borders,
    check_clipping,
    check_flat_areas,
    check_numbers,
    check_range,
    check_rounding,
    displayed,
)
from medsr_viewer.survey.audit.seams import check_seams
from medsr_viewer.survey.plan import Stimulus

from .surveys import KERNELS, SIDE, WINDOW, image, new_survey

Change = Callable[[FloatArray], None]


def stack() -> dict[str, FloatArray]:
    return {name: image("patient-2", name).copy() for name in (*KERNELS, "reference")}


def all_checks(pixels: dict[str, FloatArray]) -> set[str]:
    shown = {name: displayed(one, WINDOW) for name, one in pixels.items()}
    found = [
        *check_numbers(pixels),
        *check_range(pixels, WINDOW, 4),
        *check_clipping(pixels, WINDOW, 4),
        *check_flat_areas(pixels, shown, 4),
        *check_borders(pixels, shown),
        *check_seams(shown, 4),
        *check_rounding(pixels, WINDOW),
    ]
    return {finding.check for finding in found}


def not_a_number(pixels: FloatArray) -> None:
    pixels[5, 5] = np.nan


def infinite(pixels: FloatArray) -> None:
    pixels[5, 5] = np.inf


def other_unit(pixels: FloatArray) -> None:
    pixels -= pixels.min()
    pixels *= 8


def overshoot(pixels: FloatArray) -> None:
    pixels[::9, ::9] = 9000  # more than one pixel in a hundred


def padding_value(pixels: FloatArray) -> None:
    pixels[-40:, -40:] = -9999


def clipped(pixels: FloatArray) -> None:
    np.clip(pixels, -60, 120, out=pixels)


def clipped_above(pixels: FloatArray) -> None:
    np.minimum(pixels, 100, out=pixels)


def masked_area(pixels: FloatArray) -> None:
    pixels[60:140, 60:140] = 40


def black_area(pixels: FloatArray) -> None:
    pixels[60:140, 60:140] = -1000


def black_border(pixels: FloatArray) -> None:
    pixels[-1] = -1000


def repeated_value(pixels: FloatArray) -> None:
    pixels[:, -2:] = 17


def border_from_the_other_side(pixels: FloatArray) -> None:
    pixels[:, -4:] = pixels[:, :4]


def rounded(pixels: FloatArray) -> None:
    np.round(pixels, out=pixels)


def tiles(pixels: FloatArray) -> None:
    for row in range(0, SIDE, 48):
        for column in range(0, SIDE, 48):
            pixels[row : row + 48, column : column + 48] += 8 * ((row + column) // 48 % 2)


def blended_tiles_from_a_crop(pixels: FloatArray) -> None:
    pixels[:, 11::48] += 8  # tiles' last columns, where a halo is missing


@pytest.mark.parametrize("condition", ["swift-srgan", "reference"])
@pytest.mark.parametrize(
    ("change", "check"),
    [
        (not_a_number, "values"),
        (infinite, "values"),
        (other_unit, "value range"),
        (overshoot, "value range"),
        (padding_value, "value range"),
        (clipped, "clipping"),
        (clipped_above, "clipping"),
        (masked_area, "constant areas"),
        (black_area, "constant areas"),
        (black_border, "border"),
        (repeated_value, "border"),
        (border_from_the_other_side, "border"),
        (rounded, "rounding"),
        (tiles, "tile seams"),
        (blended_tiles_from_a_crop, "tile seams"),
    ],
)
def test_planted_in_one_image(change: Change, check: str, condition: str) -> None:
    pixels = stack()
    assert all_checks(pixels) == set()
    change(pixels[condition])
    assert check in all_checks(pixels)


@pytest.mark.parametrize(("side", "factor"), [(32, 4), (32, 8), (64, 8), (96, 4)])
def test_few_nearest_neighbours_are_not_clipped_but_what_is_clipped_is_found(side: int, factor: int) -> None:
    rows, columns = np.mgrid[:side, :side] + 0.0
    original = np.round(127 + 100 * np.sin(rows / 5) * np.cos(columns / 7)).astype(np.float32)
    window = (127.5, 255.0)
    degraded = original.reshape(side // factor, factor, side // factor, factor).mean((1, 3))
    nearest = np.round(np.kron(degraded, np.ones((factor, factor)))).astype(np.float32)
    tiny = {"nearest": nearest, "reference": original}
    assert list(check_clipping(tiny, window, factor)) == []
    if side == 4 * factor:
        return  # sixteen input pixels: nobody could tell
    low, high = np.percentile(original, (20, 80))
    tiny["clipped"] = np.clip(original, low, high)
    (finding,) = check_clipping({name: tiny[name] for name in ("clipped", "reference")}, window, factor)
    assert finding.check == "clipping"


def test_tiles_in_a_survey(tmp_path: Path) -> None:
    def alter(case: str, condition: str, pixels: FloatArray) -> FloatArray:
        if (case, condition) == ("patient-2", "swift-srgan"):
            tiles(pixels)
        return pixels

    survey = new_survey(tmp_path / "study", alter=alter)
    (finding,) = survey.audit()
    odd = [name for name in survey.stimuli("swift-srgan") if survey.allocation.meanings[name].case == "patient-2"]
    assert (finding.check, finding.severity) == ("tile seams", "warning")
    assert odd[0][:8] in finding.where
    assert survey.audit(look_at_pixels=False) == []


def test_a_leak_of_all_images_is_none() -> None:
    pixels = stack()
    for one in pixels.values():
        black_border(one)
        tiles(one)
        rounded(one)
    assert all_checks(pixels) == set()


def test_what_methods_change_is_no_leak() -> None:
    rng = np.random.default_rng(1)
    pixels = stack()
    pixels["noisy"] = pixels["bicubic"] + rng.standard_normal((SIDE, SIDE)).astype(np.float32) * 15
    pixels["sharp"] = 2 * pixels["reference"] - pixels["bicubic"]
    pixels["dark"] = pixels["bicubic"] - 25
    assert all_checks(pixels) == set()
    for name in ("noisy", "sharp", "dark", "nearest"):
        assert all_checks({name: pixels[name], "reference": pixels["reference"]}) == set()


def noise(kind: str, side: int) -> FloatArray:
    rng = np.random.default_rng(3)
    match kind:
        case "white":
            return rng.standard_normal((side, side)).astype(np.float32) * 100
        case "speckles":
            return (rng.random((side, side)) < 0.012).astype(np.float32) * 2000
    return rng.integers(0, 2, (side, side)).astype(np.float32) * 100


@pytest.mark.parametrize("kind", ["white", "speckles", "black and white"])
@pytest.mark.parametrize(("side", "factor"), [(64, 2), (64, 4), (128, 8)])
def test_noise_that_methods_lose_is_no_leak_and_what_is_put_into_it_is(side: int, factor: int, kind: str) -> None:
    original, window = noise(kind, side), (0.0, 400.0)
    degraded = degrade(original, factor)
    pixels = {"reference": original} | {name: enlarge(degraded, factor, name) for name in KERNELS.values()}  # type: ignore[arg-type]
    for name in KERNELS.values():
        assert list(check_range({"reference": original, name: pixels[name]}, window, factor)) == []
    assert list(check_range(pixels, window, factor)) == []
    for planted in (original + (original > 90) * 9000, np.where(np.arange(side) < side // 8, -9999.0, original)):
        (finding,) = check_range({**pixels, "reference": np.float32(planted)}, window, factor)
        assert finding.check == "value range"


def test_seams_of_compressed_input_are_none() -> None:
    pixels = stack()
    for weight, one in zip((2, 4, 6, 8), pixels.values(), strict=True):
        one[:, ::32] += weight  # blocks of 8 input pixels, sharper in one method than in another
    assert "tile seams" not in all_checks(pixels)


def test_attention_checks_are_of_no_case() -> None:
    picture = attention_picture(3)
    stimulus = Stimulus("0" * 32, "", (512, 512), ATTENTION_WINDOW)
    assert is_attention_check(stimulus, picture)
    assert not is_attention_check(stimulus, np.zeros((512, 512), np.float32))
    assert fingerprint(np.dstack([picture] * 3)).shape == (144,)
