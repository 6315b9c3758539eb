from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.upscaling import upscaler
from medsr_viewer.upscaling.interpolation import BACK_PROJECTIONS, interpolate, interpolation_reach
from medsr_viewer.upscaling.methods import INTERPOLATIONS, SCALE_FACTORS, Method
from medsr_viewer.upscaling.tiles import tile_grid
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale


def noise(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(len(shape)).uniform(-1024, 3000, shape).astype(np.float32)


@settings(max_examples=60)
@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(5, 20), st.sampled_from((2, 3)), st.sampled_from(INTERPOLATIONS)
)
def test_tiles_make_the_whole(rows: int, columns: int, tile: int, scale_factor: int, method: str) -> None:
    pixels = noise(rows, columns)
    whole = interpolate(pixels, scale_factor, method, Region.whole(pixels.shape))
    for region in tile_grid(pixels.shape, tile):
        part = interpolate(pixels, scale_factor, method, region)
        np.testing.assert_allclose(part, whole[region.scaled(scale_factor).slices], atol=2e-3)  # 5e-7 of the range


@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
def test_back_projection_agrees_with_the_input_better_than_bicubic(scale_factor: int) -> None:
    pixels = noise(20, 24)
    whole = Region.whole(pixels.shape)
    errors = [
        np.abs(degrade(interpolate(pixels, scale_factor, method, whole), scale_factor) - pixels).mean()
        for method in ("bicubic", "back-projection")
    ]
    assert errors[1] < 0.1 * errors[0]


@pytest.mark.parametrize("method", INTERPOLATIONS)
def test_no_pixel_depends_on_one_beyond_the_reach(method: str) -> None:
    side = 2 * interpolation_reach(method) + 5
    centre = side // 2
    impulse = np.zeros((1, side), np.float32)
    impulse[0, centre] = 1
    touched = np.flatnonzero(interpolate(impulse, 2, method, Region.whole(impulse.shape))[0]) // 2
    assert np.abs(touched - centre).max() <= interpolation_reach(method)
    assert BACK_PROJECTIONS > 0


def hard_images() -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Images that an interpolation may rightly blur, overshoot or shift most."""
    rows, columns = np.mgrid[:45, :70]
    checkerboard = (rows + columns) % 2
    steps = (columns >= 35).astype(float)
    bright = np.zeros((45, 70))
    bright[0, 0] = 1
    corner = np.zeros((3, 3))
    corner[2, 2] = 1
    return {
        "checkerboard": checkerboard * 1000.0,
        "stripes": (columns % 2) * 1000.0,
        "step": steps * 4000 - 1024,
        "bright pixel in the corner": bright * 30000,
        "noise": np.random.default_rng(0).normal(0, 500, (45, 70)),
        "offset": np.random.default_rng(1).uniform(0, 1, (45, 70)) + 1e6,
        "offset checkerboard": checkerboard * 0.0625 + 1e6,
        "tiny range": checkerboard * 1e-30,
        "huge range": checkerboard * 1e30,
        "negative": steps * 1e-3 - 1e6,
        "one row": np.arange(9.0)[None] % 2,
        "one column": np.eye(1, 7)[0][:, None],
        "one pixel": np.array([[7.0]]),
        "two pixels": np.array([[0.0, 1.0]]),
        "corner": corner,
        "constant": np.full((5, 6), 0.1),
        "constant, large": np.full((45, 70), 1e6 / 3),
    }


HARD = {name: pixels.astype(np.float32) for name, pixels in hard_images().items()}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
def test_the_check_raises_no_false_alarm(name: str, scale_factor: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, in tiles of the smallest size in use, and in colour."""
    pixels = HARD[name]
    for method in INTERPOLATIONS:
        request = UpscalingRequest(pixels, Method(method, "interpolation"), scale_factor)
        whole = upscale(request).pixels
        np.testing.assert_array_equal(
            whole, interpolate(pixels, scale_factor, method, Region.whole(pixels.shape)), strict=True
        )
        with monkeypatch.context() as patch:
            patch.setattr(upscaler, "TILE", 35)
            tiled = upscale(request).pixels
        np.testing.assert_allclose(tiled, whole, rtol=1e-6, atol=1e-6 * float(np.ptp(pixels)))
    colour = np.stack([pixels, pixels[::-1], pixels[:, ::-1]], axis=2)
    upscale(UpscalingRequest(colour, Method("lanczos", "interpolation"), scale_factor))


@pytest.mark.parametrize("method", INTERPOLATIONS)
def test_colour_is_interpolated_plane_by_plane(method: str) -> None:
    pixels = noise(9, 11, 3)
    colour = upscale(UpscalingRequest(pixels, Method(method, "interpolation"), 2))
    for plane in range(3):
        gray = np.ascontiguousarray(pixels[..., plane])
        np.testing.assert_array_equal(colour.pixels[..., plane], interpolate(gray, 2, method, Region.whole(gray.shape)))
    assert (colour.device.name, colour.precision, colour.mapping, colour.notes) == ("cpu", "fp32", None, ())


def test_nearest_repeats_pixels() -> None:
    pixels = noise(4, 5)
    result = upscale(UpscalingRequest(pixels, Method("nearest", "interpolation"), 3, device="no such device"))
    np.testing.assert_array_equal(result.pixels, np.kron(pixels, np.ones((3, 3), np.float32)))


def test_bicubic_is_the_baseline() -> None:
    pixels = noise(14, 15)
    result = upscale(UpscalingRequest(pixels, Method("bicubic", "interpolation"), 4))
    np.testing.assert_array_equal(result.pixels, enlarge(pixels, 4, "bicubic"))
