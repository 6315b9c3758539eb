from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from medsr_viewer.errors import UnusableImage
from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH, back_project, crop_to_multiple, degrade
from medsr_viewer.imaging.resample import enlarge

SCALE_FACTORS = (2, 3, 4, 8)


def smooth_noise(rows: int, columns: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    coarse = np.random.default_rng(5).uniform(0, 1000, (rows // 2, columns // 2)).astype(np.float32)
    return enlarge(coarse, 2, "bicubic")


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(SCALE_FACTORS))
def test_cropping_keeps_the_upper_left_and_loses_less_than_a_degraded_pixel(
    rows: int, columns: int, scale_factor: int
) -> None:
    pixels = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    if min(rows, columns) < scale_factor:
        with pytest.raises(UnusableImage, match=f"{columns} x {rows}") as caught:
            crop_to_multiple(pixels, scale_factor)
        assert "smaller scale factor" in caught.value.advice
        return
    cropped = crop_to_multiple(pixels, scale_factor)
    assert all(length % scale_factor == 0 for length in cropped.shape)
    assert rows - cropped.shape[0] < scale_factor
    assert columns - cropped.shape[1] < scale_factor
    np.testing.assert_array_equal(cropped, pixels[: cropped.shape[0], : cropped.shape[1]])


def test_colour_is_cropped_in_rows_and_columns_alone() -> None:
    assert crop_to_multiple(np.zeros((9, 11, 3), np.float32), 4).shape == (8, 8, 3)


@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
def test_degraded_equals_pillow_and_is_not_clipped(scale_factor: int) -> None:
    reference = smooth_noise(48, 72) + np.linspace(-3000, 30000, 72, dtype=np.float32)
    expected = np.asarray(
        Image.fromarray(reference).resize((72 // scale_factor, 48 // scale_factor), Image.Resampling.BICUBIC)
    )
    degraded = degrade(reference, scale_factor)
    np.testing.assert_array_equal(degraded, expected)
    assert degraded.min() < 0
    assert degraded.max() > 255


@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
def test_back_projection_brings_the_degraded_estimate_closer(scale_factor: int) -> None:
    observed = smooth_noise(24, 32)
    estimate = enlarge(observed, scale_factor, "bilinear")
    before = np.abs(degrade(estimate, scale_factor) - observed)
    for _ in range(3):
        estimate = back_project(estimate, observed, scale_factor)
        after = np.abs(degrade(estimate, scale_factor) - observed)
        assert after.max() < 0.7 * before.max()
        assert after.mean() < 0.5 * before.mean()
        before = after


def test_back_projection_leaves_a_consistent_estimate_alone() -> None:
    estimate = smooth_noise(32, 48)
    corrected = back_project(estimate, degrade(estimate, 4), 4)
    np.testing.assert_allclose(corrected, estimate, atol=1e-3)


@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
def test_back_projection_reaches_no_farther_than_it_says(scale_factor: int) -> None:
    side, place = 31, 15
    observed, estimate = np.zeros((side, side), np.float32), np.zeros((side * scale_factor,) * 2, np.float32)
    observed[place, place] = 1
    estimate[place * scale_factor : (place + 1) * scale_factor, place * scale_factor : (place + 1) * scale_factor] = 1
    moved = np.argwhere(back_project(estimate, observed, scale_factor) != 0) // scale_factor
    assert np.abs(moved - place).max() <= BACK_PROJECTION_REACH


def test_set5_gives_the_figure_of_the_literature(shared_data: Path) -> None:
    """Bicubic x4 on Set5 is 28.42 dB: MATLAB's 8-bit luma, 4 pixels left out.

    MATLAB's ``rgb2ycbcr`` returns *studio range* (16 to 235) rounded to 8 bits, and both luma images are compared to a
    peak of 255. On full-range luma every figure would be 20 log10(255 / 219) = 1.32 dB lower. Rounding matters in the
    second decimal: 28.433 dB in float, 28.420 where luma is rounded, 28.419 where the degraded and the upscaled colour
    are rounded too, as images that were saved between the steps are.
    """
    figures: dict[str, list[float]] = {"float": [], "luma": [], "all": []}
    for path in sorted((shared_data / "set5").glob("*.png")):
        reference = crop_to_multiple(np.asarray(Image.open(path).convert("RGB")).astype(np.float32), 4)
        exact = enlarge(degrade(reference, 4), 4, "bicubic")
        saved = eight_bit(enlarge(eight_bit(degrade(reference, 4)), 4, "bicubic"))
        figures["float"].append(psnr_db(studio_luma(reference), studio_luma(exact)))
        figures["luma"].append(psnr_db(np.rint(studio_luma(reference)), np.rint(studio_luma(exact))))
        figures["all"].append(psnr_db(np.rint(studio_luma(reference)), np.rint(studio_luma(saved))))
    means = {name: float(np.mean(values)) for name, values in figures.items()}
    assert len(figures["all"]) == 5
    for figure in means.values():
        assert figure == pytest.approx(28.42, abs=0.02)
    assert means["float"] > means["luma"] > means["all"]


def studio_luma(rgb: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return BT.601 luma in 16..235, as MATLAB's rgb2ycbcr computes it from 0..255."""
    return 16 + rgb.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def eight_bit(pixels: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.clip(np.rint(pixels), 0, 255).astype(np.float32)


def psnr_db(reference: np.ndarray[Any, Any], upscaled: np.ndarray[Any, Any]) -> float:
    return float(10 * np.log10(255**2 / np.mean((reference - upscaled)[4:-4, 4:-4] ** 2)))
