from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import convolve1d
from skimage.measure import block_reduce

from medsr_viewer.metrics.ms_ssim import MIN_SIDE, SCALE_WEIGHTS, combine_scales, ms_ssim, terms_by_scale
from medsr_viewer.metrics.ssim import SimilarityTerms, ssim


def smooth(image: Any) -> Any:
    weights = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    return convolve1d(convolve1d(image, weights, 0, mode="reflect"), weights, 1, mode="reflect")[5:-5, 5:-5]


def slow_ms_ssim(reference: Any, upscaled: Any, data_range: float) -> float:
    """Return MS-SSIM by the textbook: float64, five filters a scale, Wang's weights."""
    x, y = np.asarray(reference, np.float64), np.asarray(upscaled, np.float64)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    result = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        if scale:
            even = tuple(slice(side // 2 * 2) for side in x.shape)
            x, y = block_reduce(x[even], (2, 2), np.mean), block_reduce(y[even], (2, 2), np.mean)
        ux, uy = smooth(x), smooth(y)
        vx, vy, cov = smooth(x * x) - ux**2, smooth(y * y) - uy**2, smooth(x * y) - ux * uy
        contrast = (2 * cov + c2) / (vx + vy + c2)
        luminance = (2 * ux * uy + c1) / (ux**2 + uy**2 + c1)
        factor = np.mean(luminance * contrast) if scale == 4 else np.mean(contrast)
        result *= max(factor, 0.0) ** weight
    return float(result)


def pair(shape: tuple[int, int], sigma: float, offset: float = 0.0) -> tuple[Any, Any]:
    rng = np.random.default_rng(5)
    rows, columns = np.indices(shape)
    reference = 1500 + 900 * np.sin(rows / 19) * np.cos(columns / 31) + rng.normal(0, 40, shape) + offset
    upscaled = reference + rng.normal(0, sigma, shape) + 300 * np.sin(columns / 4)
    return reference.astype(np.float32), upscaled.astype(np.float32)


@pytest.mark.parametrize("shape", [(176, 176), (177, 191), (200, 333), (512, 256)])
@pytest.mark.parametrize("offset", [-2500.0, 0.0, 28000.0])
def test_equals_the_slow_reference(shape: tuple[int, int], offset: float) -> None:
    reference, upscaled = pair(shape, 120, offset)
    for data_range in (4000.0, 200.0):
        expected = slow_ms_ssim(reference, upscaled, data_range)
        assert 0.05 < expected < 0.99
        assert ms_ssim(reference, upscaled, data_range) == pytest.approx(expected, abs=2e-6)


def test_weights_are_wangs_and_sum_to_one() -> None:
    assert sum(SCALE_WEIGHTS) == pytest.approx(1.0001, abs=1e-9)
    assert MIN_SIDE == 176


def test_identical_symmetric_and_monotone() -> None:
    reference, upscaled = pair((180, 180), 200)
    assert ms_ssim(reference, reference.copy(), 4000.0) == 1
    forth, back = ms_ssim(reference, upscaled, 4000.0), ms_ssim(upscaled, reference, 4000.0)
    assert forth == pytest.approx(back, abs=1e-6)
    noise = np.random.default_rng(6).normal(0, 1, reference.shape)
    scores = [ms_ssim(reference, reference + sigma * noise, 4000.0) for sigma in (0, 20, 100, 500, 2000)]
    assert scores == sorted(scores, key=lambda value: -(value or 0))


def test_constant_images_differ_in_luminance_alone() -> None:
    reference, upscaled = np.full((176, 176), 50.0), np.full((176, 176), 100.0)
    c1 = (0.01 * 255) ** 2
    luminance = (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)
    assert ms_ssim(reference, upscaled, 255.0) == pytest.approx(luminance ** SCALE_WEIGHTS[-1], abs=1e-9)


def test_anticorrelated_images_score_zero_and_not_nan() -> None:
    reference, _ = pair((176, 200), 0)
    score = ms_ssim(reference, 3000 - reference, 4000.0)
    assert score == 0
    terms = [SimilarityTerms(0.5, 0.5)] * 4
    assert combine_scales([*terms, SimilarityTerms(-0.2, 0.5)]) == 0
    assert combine_scales([*terms, SimilarityTerms(0.5, -1)]) == pytest.approx(0.5 ** sum(SCALE_WEIGHTS))


@pytest.mark.parametrize("shape", [(175, 400), (400, 175), (1, 1), (0, 5)])
def test_too_small_for_five_scales(shape: tuple[int, int]) -> None:
    assert ms_ssim(np.zeros(shape), np.zeros(shape), 1.0) is None


def test_the_finest_scale_is_the_single_scale_score() -> None:
    reference, upscaled = pair((190, 230), 100)
    terms = terms_by_scale(reference, upscaled, 4000.0)
    assert len(terms) == 5
    assert terms[0].ssim == ssim(reference, upscaled, 4000.0)


def test_refusals() -> None:
    image = np.zeros((176, 176))
    with pytest.raises(ValueError, match="not finite"):
        ms_ssim(image, np.full_like(image, math.inf), 1.0)
    with pytest.raises(ValueError, match="data range"):
        ms_ssim(image, image, -1.0)
    with pytest.raises(ValueError, match="equal in shape"):
        ms_ssim(image, image.T[:170], 1.0)
