from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import Kernel, enlarge, resize

KERNELS: tuple[Kernel, ...] = get_args(Kernel)
PILLOW = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}


def noise(*shape: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(seed).uniform(-1024, 3000, shape).astype(np.float32)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("shape", [(40, 60), (10, 15), (7, 5), (1, 1), (20, 31)])
def test_equals_pillow_in_both_directions(kernel: Kernel, shape: tuple[int, int]) -> None:
    pixels = noise(20, 30)
    expected = np.asarray(Image.fromarray(pixels).resize(shape[::-1], Image.Resampling(PILLOW[kernel])))
    result = resize(pixels, shape, kernel)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, expected)


def test_bicubic_has_the_kernel_of_the_literature() -> None:
    """a = -0.5 at distances 0.25 and 0.75, by Keys's formula; a = -0.75 (OpenCV, torch) would give other weights."""

    def keys(x: float, a: float = -0.5) -> float:
        x = abs(x)
        if x < 1:
            return (a + 2) * x**3 - (a + 3) * x**2 + 1
        return a * (x**3 - 5 * x**2 + 8 * x - 4) if x < 2 else 0.0

    pixels = np.zeros((1, 9), np.float32)
    pixels[0, 4] = 1
    enlarged = enlarge(pixels, 2, "bicubic")[0]
    centres = (np.arange(18) + 0.5) / 2 - 0.5
    np.testing.assert_allclose(enlarged, [keys(c - 4) for c in centres], atol=1e-6)


def test_shrinking_is_antialiased() -> None:
    """A pattern above the new sampling rate vanishes; without antialiasing it would stay at full contrast."""
    stripes = np.tile(np.array([0, 1], np.float32), (16, 32))
    reduced = resize(stripes, (4, 16), "bicubic")
    assert np.ptp(reduced[:, 3:-3]) < 1e-6
    assert reduced[:, 3:-3].mean() == pytest.approx(0.5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_nothing_is_clipped_to_eight_bits(kernel: Kernel) -> None:
    pixels = np.array([[-1024, -1024, 30000, 30000]] * 4, np.float32)
    enlarged = enlarge(pixels, 4, kernel)
    assert enlarged.min() <= -1024
    assert enlarged.max() >= 30000


@pytest.mark.parametrize("kernel", KERNELS)
def test_colour_is_its_planes(kernel: Kernel) -> None:
    pixels = noise(9, 11, 3)
    enlarged = enlarge(pixels, 3, kernel, Region(2, 1, 5, 7))
    for plane in range(3):
        alone = enlarge(np.ascontiguousarray(pixels[..., plane]), 3, kernel, Region(2, 1, 5, 7))
        np.testing.assert_array_equal(enlarged[..., plane], alone)


def test_views_are_read_as_they_are_seen() -> None:
    pixels = noise(20, 30)
    view = pixels[::2, ::-3]
    np.testing.assert_array_equal(enlarge(view, 2, "lanczos"), enlarge(view.copy(), 2, "lanczos"))


@st.composite
def images_with_region(draw: st.DrawFn) -> tuple[tuple[int, int], Region]:
    rows, columns = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
    return (rows, columns), Region(top, left, draw(st.integers(1, rows - top)), draw(st.integers(1, columns - left)))


@settings(max_examples=150)
@given(images_with_region(), st.sampled_from([1, 2, 3, 4, 8]), st.sampled_from(KERNELS))
def test_a_region_is_what_the_whole_holds_there(
    case: tuple[tuple[int, int], Region], scale_factor: int, kernel: Kernel
) -> None:
    shape, region = case
    pixels = noise(*shape)
    whole = enlarge(pixels, scale_factor, kernel)
    assert whole.shape == (shape[0] * scale_factor, shape[1] * scale_factor)
    part = enlarge(pixels, scale_factor, kernel, region)
    np.testing.assert_allclose(part, whole[region.scaled(scale_factor).slices], atol=1e-3)  # 2.5e-7 of the range
