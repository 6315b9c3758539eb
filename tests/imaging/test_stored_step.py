"""The step of stored values, and rounding to it."""

from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.imaging.stored_step import rounded, stored_step


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, -1024.0), (0.5, 3.0), (0.3662, 0.0), (1.0, 0.0), (257.0, 0.0)])
def test_the_slope_of_a_file_is_found(slope: float, intercept: float) -> None:
    stored = np.random.default_rng(0).integers(0, 900, (64, 64))
    pixels = (stored * slope + intercept).astype(np.float32)
    assert stored_step(pixels) == pytest.approx(slope, rel=1e-3)


@pytest.mark.parametrize(
    "values", [np.random.default_rng(1).normal(size=(32, 32)), np.zeros((8, 8)), np.geomspace(1, 9, 64)]
)
def test_other_values_have_no_step(values: np.ndarray) -> None:
    assert stored_step(values.astype(np.float32)) == 0


def test_rounding_leaves_stored_values_and_moves_others_by_half_a_step_at_most() -> None:
    rng = np.random.default_rng(2)
    pixels = (rng.integers(0, 4096, (50, 40)) - 1024).astype(np.float32)
    np.testing.assert_array_equal(rounded(pixels, -1024.0, 1.0), pixels)
    computed = pixels + rng.uniform(-3, 3, pixels.shape).astype(np.float32)
    held = rounded(computed, float(pixels.min()), stored_step(pixels))
    assert np.abs(held - computed).max() <= 0.5
    np.testing.assert_array_equal(held, np.rint(computed))
