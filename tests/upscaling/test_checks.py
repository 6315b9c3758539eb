from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from medsr_viewer.errors import OutputCheckFailed
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.upscaling.checks import DRIFT_SHARE, check_tile
from medsr_viewer.upscaling.interpolation import interpolate, interpolation_reach
from medsr_viewer.upscaling.methods import INTERPOLATIONS, SCALE_FACTORS

WHOLE = Region(0, 0, 12, 16)


def ramp(*channels: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(-1000, 2000, (12, 16, *channels)).astype(np.float32)


def check(pixels: np.ndarray[Any, Any], upscaled: np.ndarray[Any, Any], **options: Any) -> None:
    check_tile("fmen", pixels, WHOLE, upscaled, 2, **options)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_sound_result_passes(channels: tuple[int, ...]) -> None:
    pixels = ramp(*channels)
    check(pixels, enlarge(pixels, 2, "bicubic"))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_pixel_that_is_not_finite(bad: float) -> None:
    upscaled = enlarge(ramp(), 2, "bicubic")
    upscaled[7, 3] = bad
    with pytest.raises(OutputCheckFailed, match=r"fmen: .* not finite"):
        check(ramp(), upscaled)


def test_a_wrong_size() -> None:
    for upscaled in (enlarge(ramp(), 3, "bicubic"), enlarge(ramp(), 2, "bicubic")[:-1], enlarge(ramp(3), 2, "bicubic")):
        with pytest.raises(OutputCheckFailed, match="for 12 x 16 pixels at x2"):
            check(ramp(), upscaled)


def test_a_constant_result_of_an_input_that_is_not() -> None:
    with pytest.raises(OutputCheckFailed, match="constant, its input is not"):
        check(ramp(), np.full((24, 32), ramp().mean(), np.float32))
    check(np.full((12, 16), 5, np.float32), np.full((24, 32), 5, np.float32))


def test_a_mean_that_moved() -> None:
    pixels = ramp()
    upscaled = enlarge(pixels, 2, "bicubic")
    span = float(np.ptp(pixels))
    check(pixels, upscaled + np.float32(0.09 * span))
    for wrong in (upscaled + np.float32(0.11 * span), upscaled / 2 - 1000, upscaled * 0 + np.eye(24, 32, dtype="f4")):
        with pytest.raises(OutputCheckFailed, match="the mean moved"):
            check(pixels, wrong)
    check(pixels, upscaled + np.float32(0.11 * span), slack=0.02 * span)


@pytest.mark.parametrize("value", [-1024, 0, 700])
def test_black_and_other_garbage_is_seen_even_where_the_input_is_constant(value: float) -> None:
    pixels = np.full((12, 16), value, np.float32)
    for garbage in (-3000.0, value + 50.0):
        with pytest.raises(OutputCheckFailed, match="the mean moved"):
            check(pixels, np.full((24, 32), garbage, np.float32), reach=5, slack=40)


@pytest.mark.parametrize("method", INTERPOLATIONS)
def test_a_flat_tile_beside_a_bright_one_raises_no_alarm(method: str) -> None:
    """Its edge takes from its neighbour's, though its own range is 0."""
    pixels = np.zeros((40, 80), np.float32)
    pixels[:, 40:] = 3000
    for tile in (Region(0, 0, 40, 40), Region(0, 40, 40, 40)):
        upscaled = interpolate(pixels, 2, method, tile)
        check_tile(method, pixels, tile, upscaled, 2, reach=interpolation_reach(method))


@pytest.mark.parametrize("method", INTERPOLATIONS)
@pytest.mark.parametrize("scale_factor", SCALE_FACTORS)
@pytest.mark.parametrize(
    ("shape", "tile", "bound"),
    [
        ((1, 3), Region(0, 0, 1, 3), 0.04),
        ((3, 3), Region(0, 0, 3, 3), 0.04),
        ((5, 2), Region(0, 0, 5, 2), 0.04),
        ((14, 14), Region(3, 3, 8, 8), 0.07),
    ],
)
def test_no_image_makes_interpolation_reach_the_limit(
    method: str, scale_factor: int, shape: tuple[int, int], tile: Region, bound: float
) -> None:
    """The worst of all images, exactly: interpolation is linear, so each input pixel's share of the drift is known.

    The shares add up to zero, so among images of range 1 the worst is 1 where a share is positive and 0 elsewhere.
    """
    shares = np.zeros(shape)
    for place in np.ndindex(shape):
        impulse = np.zeros(shape, np.float32)
        impulse[place] = 1
        upscaled = interpolate(impulse, scale_factor, method, tile)
        shares[place] = upscaled.mean(dtype=np.float64) - impulse[tile.slices].mean(dtype=np.float64)
    assert abs(shares.sum()) < 1e-6
    assert shares[shares > 0].sum() < bound < DRIFT_SHARE
