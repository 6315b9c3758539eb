"""The values that a file can hold, and holding pixels to them."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.stored_values import StoredValues, stored_values


def values_of(pixels: object) -> StoredValues:
    found = stored_values(np.asarray(pixels, np.float32))
    assert found is not None
    return found


def stretched(pixels: np.ndarray, low: int, high: int) -> FloatArray:
    """Contrast-stretched as image editors do: 8-bit in, 8-bit out, gaps between the values."""
    return np.clip(np.rint((pixels - low) * 255 / (high - low)), 0, 255).astype(np.float32)


@pytest.mark.parametrize(
    ("slope", "intercept"),
    [(1.0, -1024.0), (0.5, 3.0), (0.3662, 0.0), (1.0, 0.0), (257.0, 0.0), (1e-4, 7.0), (1 / 65535, 0), (3.7e5, -1e6)],
)
@pytest.mark.parametrize("most", [900, 4096])
def test_the_slope_of_a_file_is_found(slope: float, intercept: float, most: int) -> None:
    stored = np.random.default_rng(0).integers(0, most, (64, 64))
    found = values_of(stored * slope + intercept)
    assert found.step == pytest.approx(slope, rel=1e-5)
    np.testing.assert_array_equal(found.levels, np.unique(stored) - stored.min())


def test_the_slope_is_found_where_no_two_stored_values_are_neighbours() -> None:
    stored = np.random.default_rng(3).choice([0, 6, 10, 15, 600, 4093], (32, 32))
    assert values_of(stored * 0.21973 - 12.5).step == pytest.approx(0.21973, rel=1e-5)


@given(st.lists(st.integers(-32768, 65535), min_size=2, max_size=40, unique=True))
def test_whole_numbers_have_the_greatest_common_divisor_of_their_gaps(stored: list[int]) -> None:
    assert values_of(stored).step == reduce(gcd, (value - min(stored) for value in stored))


@given(st.lists(st.integers(0, 4095), min_size=4, max_size=60, unique=True), st.floats(0.01, 50), st.floats(-2e3, 2e3))
def test_a_step_that_is_found_is_a_common_divisor(stored: list[int], slope: float, intercept: float) -> None:
    pixels = (np.array(stored) * slope + intercept).astype(np.float32)
    found = stored_values(pixels)
    if found is None:  # gaps of one slope are too rare, or too small for float32
        return
    np.testing.assert_allclose(found.held(pixels), pixels, rtol=0, atol=1e-6 * np.abs(pixels).max())
    ratio = Fraction(found.step / slope).limit_denominator(4095)
    assert found.step / slope == pytest.approx(float(ratio), rel=1e-3)


@pytest.mark.parametrize("values", [[[0, 2, 5, 8]], [[10, 13, 15]], [[7]], [[0, 255, 100]]])
def test_whole_numbers_without_neighbours_are_rounded_to_whole_numbers(values: list[list[int]]) -> None:
    computed = np.array([[7.3, 9.9, 11.2]], np.float32)
    held = values_of(values).held(computed)
    np.testing.assert_array_equal(held, np.rint(held))
    assert held.min() >= np.min(values)
    assert held.max() <= np.max(values)


@pytest.mark.parametrize(
    "values", [np.random.default_rng(1).normal(size=(32, 32)), np.full((8, 8), 0.3), np.geomspace(1, 9, 64)]
)
def test_other_values_have_no_step(values: np.ndarray) -> None:
    assert stored_values(values.astype(np.float32)) is None


def test_held_pixels_are_moved_by_half_a_step_at_most_and_stored_ones_stay() -> None:
    rng = np.random.default_rng(2)
    pixels = (rng.integers(0, 4096, (50, 40)) - 1024).astype(np.float32)
    found = values_of(pixels)
    np.testing.assert_array_equal(found.held(pixels), pixels)
    computed = pixels + rng.uniform(-3, 3, pixels.shape).astype(np.float32)
    np.testing.assert_array_equal(found.held(computed), np.clip(np.rint(computed), pixels.min(), pixels.max()))


@pytest.mark.parametrize(("low", "high"), [(20, 90), (3, 220), (60, 200), (0, 128)])
def test_a_stretched_image_lends_its_gaps(low: int, high: int) -> None:
    rng = np.random.default_rng(4)
    reference = stretched(rng.normal(100, 25, (128, 128)).round(), low, high)
    computed = reference + rng.normal(0, 4, reference.shape).astype(np.float32)
    held = values_of(reference).held(computed)
    levels = np.unique(reference)
    narrow = np.diff(levels) <= 12
    inner = levels[(np.r_[True, narrow]) & (np.r_[narrow, True])]  # the rarest values may be far apart
    assert len(inner) > 0.9 * len(levels)
    inside = np.isin(held, inner)
    assert set(held[~inside]) <= set(range(256)) - set(inner)
    assert inside.mean() > 0.99
    nearest = levels[np.abs(computed[..., None] - levels).argmin(-1)]  # oracle: every value tried
    np.testing.assert_allclose(np.abs(held - computed)[inside], np.abs(nearest - computed)[inside], atol=1e-5)


def test_a_wide_gap_and_a_gap_by_chance_stay_open() -> None:
    letters = np.r_[np.arange(101).repeat(20), np.full(500, 255)]  # burnt in
    assert values_of(letters).held(np.array([180.2], np.float32)) == 180
    rare = np.r_[np.arange(1001).repeat(20), [1003, 1006, 1010]]
    np.testing.assert_array_equal(values_of(rare).held(np.array([1001.0, 1004.6], np.float32)), [1001, 1005])
