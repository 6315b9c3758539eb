from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from medsr_viewer.metrics.uqi import uqi


def slow_uqi(reference: Any, upscaled: Any) -> float:
    """Return the index window by window in two passes: means first, then moments about them."""
    x = sliding_window_view(np.asarray(reference, np.float64), (8, 8)).reshape(-1, 64)
    y = sliding_window_view(np.asarray(upscaled, np.float64), (8, 8)).reshape(-1, 64)
    ux, uy = x.mean(1), y.mean(1)
    dx, dy = x - ux[:, None], y - uy[:, None]
    variances, covariance = (dx * dx + dy * dy).sum(1), (dx * dy).sum(1)
    squares = ux**2 + uy**2
    structure = np.divide(2 * covariance, variances, out=np.ones_like(ux), where=variances > 0)
    luminance = np.divide(2 * ux * uy, squares, out=np.ones_like(ux), where=squares > 0)
    return float(np.mean(structure * luminance))


def pair(shape: tuple[int, int], scale: float = 1.0, offset: float = 0.0) -> tuple[Any, Any]:
    rng = np.random.default_rng(8)
    rows, columns = np.indices(shape)
    reference = np.sin(rows / 6) * np.cos(columns / 9) + rng.normal(0, 0.1, shape)
    upscaled = reference + rng.normal(0, 0.1, shape)
    return (reference * scale + offset).astype(np.float32), (upscaled * scale + offset).astype(np.float32)


@pytest.mark.parametrize("shape", [(8, 8), (8, 50), (50, 9), (37, 53), (400, 100), (30, 5000)])
def test_equals_the_slow_reference(shape: tuple[int, int]) -> None:
    reference, upscaled = pair(shape, scale=400, offset=700)
    assert uqi(reference, upscaled) == pytest.approx(slow_uqi(reference, upscaled), abs=1e-9)


@pytest.mark.parametrize("offset", [-1000.0, 0.0, 30000.0])
@pytest.mark.parametrize("scale", [1e-2, 1.0, 2000.0])
def test_scales_and_offsets(scale: float, offset: float) -> None:
    reference, upscaled = pair((64, 70), scale, offset)
    assert uqi(reference, upscaled) == pytest.approx(slow_uqi(reference, upscaled), abs=1e-7)


def test_single_window_by_hand() -> None:
    reference = np.tile([1.0, 3.0], (8, 4))
    # cxy = 2, vx = 1, vy = 4, mx = 2, my = 4.
    assert uqi(reference, 2 * reference) == pytest.approx(4 * 2 * 2 * 4 / ((1 + 4) * (4 + 16)))
    # Equal means and variances, inverted: perfectly anticorrelated.
    assert uqi(reference, 4 - reference) == pytest.approx(-1)


def test_constant_windows() -> None:
    zero, one, three = np.zeros((9, 9)), np.ones((9, 9)), np.full((9, 9), 3.0)
    assert uqi(zero, zero) == 1
    assert uqi(three, three) == 1
    assert uqi(one, three) == pytest.approx(2 * 3 / (1 + 9))
    assert uqi(zero, three) == 0
    assert uqi(one, -one) == -1
    # No binary fraction, and a mean that is no whole number: still exactly constant.
    assert uqi(np.full((20, 20), 0.1), np.full((20, 20), 0.1)) == 1
    reference, upscaled = np.full((20, 20), -1024.3), np.full((20, 20), -1024.7)
    assert uqi(reference, upscaled) == pytest.approx(2 * 1024.3 * 1024.7 / (1024.3**2 + 1024.7**2), abs=1e-12)
    # A constant reference tells nothing about structure.
    assert uqi(three, three + np.indices((9, 9)).sum(0)) == 0


def test_zero_means_leave_the_structure() -> None:
    pattern = np.where(np.indices((8, 8)).sum(0) % 2, 1.0, -1.0)
    assert uqi(pattern, 2 * pattern) == pytest.approx(2 * 2 / (1 + 4))


def test_constant_background_beside_structure() -> None:
    reference, upscaled = pair((80, 90), scale=500, offset=100)
    reference[:, :45] = upscaled[:, :45] = -1024
    reference[:20], upscaled[:20] = -2000, -1999.5
    reference[60:70, 60:70] = upscaled[60:70, 60:70] = 30000
    assert uqi(reference, upscaled) == pytest.approx(slow_uqi(reference, upscaled), abs=1e-7)


@settings(max_examples=40)
@given(st.integers(8, 30), st.integers(8, 30), st.floats(0.01, 3), st.integers(0, 2**31))
def test_properties(height: int, width: int, sigma: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    reference = rng.uniform(0, 1, (height, width)).astype(np.float32)
    upscaled = (reference + rng.normal(0, sigma, reference.shape)).astype(np.float32)
    score = uqi(reference, upscaled)
    assert uqi(reference, reference.copy()) == 1
    assert -1 <= score < 1
    assert uqi(upscaled, reference) == pytest.approx(score, abs=1e-9)
    assert uqi(4 * reference, 4 * upscaled) == pytest.approx(score, abs=1e-9)
    assert score == pytest.approx(slow_uqi(reference, upscaled), abs=1e-9)


def test_falls_with_noise() -> None:
    reference, _ = pair((60, 60), offset=3)
    noise = np.random.default_rng(9).normal(0, 1, reference.shape)
    scores = [uqi(reference, reference + sigma * noise) for sigma in (0, 0.01, 0.05, 0.2, 1)]
    assert scores == sorted(scores, reverse=True)


def test_refusals() -> None:
    image = np.zeros((8, 8))
    with pytest.raises(ValueError, match="smaller than the 8 x 8 window"):
        uqi(image[:, :7], image[:, :7])
    with pytest.raises(ValueError, match="not finite"):
        uqi(image, np.full_like(image, math.nan))
    with pytest.raises(ValueError, match="equal in shape"):
        uqi(image, np.zeros((8, 9)))
