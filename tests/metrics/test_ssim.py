from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from medsr_viewer.metrics.ssim import mean_terms, ssim, ssim_map

SHAPES = [(11, 11), (11, 40), (64, 64), (37, 53), (501, 13), (12, 600), (300, 301), (70, 9000)]


def oracle(reference: Any, upscaled: Any, data_range: float) -> tuple[float, Any]:
    mean, similarity = structural_similarity(
        np.asarray(reference, np.float64),
        np.asarray(upscaled, np.float64),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=data_range,
        full=True,
    )
    return float(mean), similarity


def textured(shape: tuple[int, int], seed: int = 0) -> Any:
    """Return smooth structure plus noise in 0 .. 1; its left third is exactly constant."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    image = 0.5 + 0.3 * np.sin(rows / 7) * np.cos(columns / 5) + rng.normal(0, 0.02, shape)
    image[:, : shape[1] // 3] = 0
    return np.clip(image, 0, 1)


def noisy(image: Any, sigma: float, seed: int = 1) -> Any:
    return image + np.random.default_rng(seed).normal(0, sigma, image.shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sigma", [0.003, 0.05])
def test_equals_skimage(shape: tuple[int, int], sigma: float) -> None:
    reference = textured(shape).astype(np.float32)
    upscaled = noisy(reference, sigma).astype(np.float32)
    mean, similarity = oracle(reference, upscaled, 1.0)
    assert ssim(reference, upscaled, 1.0) == pytest.approx(mean, abs=1e-6)
    np.testing.assert_allclose(ssim_map(reference, upscaled, 1.0), similarity, atol=2e-4, rtol=0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
def test_data_types(dtype: Any) -> None:
    reference = (textured((60, 70)) * 250).astype(dtype)
    upscaled = np.clip(noisy(reference, 8), 0, 255).astype(dtype)
    assert ssim(reference, upscaled, 255) == pytest.approx(oracle(reference, upscaled, 255)[0], abs=1e-6)


@pytest.mark.parametrize("offset", [-1000, 0, 1000, 30000])
@pytest.mark.parametrize("data_range", [80.0, 400.0, 4000.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_offsets_and_narrow_data_ranges(offset: float, data_range: float, dtype: Any) -> None:
    reference = (textured((270, 250)) * 4000 + offset).astype(dtype)
    upscaled = noisy(reference, 20).astype(dtype)
    mean, similarity = oracle(reference, upscaled, data_range)
    assert ssim(reference, upscaled, data_range) == pytest.approx(mean, abs=1e-6)
    np.testing.assert_allclose(ssim_map(reference, upscaled, data_range), similarity, atol=2e-4, rtol=0)


def test_metal_beside_air() -> None:
    reference = (textured((300, 280)) * 2000 - 1024).astype(np.float32)
    reference[50:60, 70:80] = 30000
    upscaled = noisy(reference, 30).astype(np.float32)
    # Full range, the float32 path; and a window's width with unclipped pixels.
    for data_range in (31024.0, 400.0):
        assert ssim(reference, upscaled, data_range) == pytest.approx(
            oracle(reference, upscaled, data_range)[0], abs=1e-6
        )


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1e10, 1e25])
def test_scale_free(scale: float) -> None:
    reference = textured((40, 40)).astype(np.float32)
    upscaled = noisy(reference, 0.05).astype(np.float32)
    scaled = ssim(reference * np.float32(scale), upscaled * np.float32(scale), scale)
    assert scaled == pytest.approx(ssim(reference, upscaled, 1.0), abs=1e-6)


def test_two_constant_images_by_hand() -> None:
    reference, upscaled = np.full((11, 11), 100.0), np.full((11, 11), 140.0)
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 140 + c1) / (100**2 + 140**2 + c1)
    assert ssim(reference, upscaled, 255) == pytest.approx(expected, abs=1e-9)
    terms = mean_terms(reference, upscaled, 255)
    assert terms.contrast_structure == pytest.approx(1, abs=1e-12)


def test_inverted_contrast_is_negative() -> None:
    pattern = np.where(np.indices((32, 32)).sum(0) % 2, 1.0, -1.0)
    reference = 100 + 50 * pattern
    assert ssim(reference, 100 - 50 * pattern, 255) == pytest.approx(
        oracle(reference, 100 - 50 * pattern, 255)[0], abs=1e-9
    )
    assert ssim(reference, 100 - 50 * pattern, 255) < -0.9


def test_luminance_is_not_shift_invariant() -> None:
    reference = textured((50, 50)) * 200
    shifted_both = ssim(reference + 500, reference + 530, 255)
    assert ssim(reference, reference + 30, 255) < shifted_both < 1


def test_float32_path_near_its_limit() -> None:
    reference = (textured((300, 300)) * 4000 - 1000).astype(np.float32)
    upscaled = noisy(reference, 40).astype(np.float32)
    deviation = float(np.abs(upscaled - reference.mean()).max())
    for ratio in (1.24, 1.26):
        mean, similarity = oracle(reference, upscaled, deviation / ratio)
        assert ssim(reference, upscaled, deviation / ratio) == pytest.approx(mean, abs=1e-6)
        np.testing.assert_allclose(ssim_map(reference, upscaled, deviation / ratio), similarity, atol=3e-4, rtol=0)


@settings(max_examples=40)
@given(
    st.integers(11, 40),
    st.integers(11, 40),
    st.floats(0.001, 0.5),
    st.floats(-1000, 1000),
    st.integers(0, 2**31),
)
def test_properties(height: int, width: int, sigma: float, offset: float, seed: int) -> None:
    reference = (textured((height, width), seed) + offset).astype(np.float32)
    upscaled = noisy(reference, sigma, seed + 1).astype(np.float32)
    score = ssim(reference, upscaled, 1.0)
    assert ssim(reference, reference.copy(), 1.0) == 1
    assert -1 <= score < 1
    assert ssim(upscaled, reference, 1.0) == pytest.approx(score, abs=5e-6)
    assert ssim(reference.T, upscaled.T, 1.0) == pytest.approx(score, abs=5e-6)
    assert ssim(reference, upscaled, 1.0) == pytest.approx(oracle(reference, upscaled, 1.0)[0], abs=1e-5)


def test_falls_with_noise() -> None:
    reference = textured((80, 80))
    scores = [ssim(reference, noisy(reference, sigma), 1.0) for sigma in (0, 0.01, 0.03, 0.1, 0.3)]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (3, 5), (11, 6)])
def test_map_of_a_region_smaller_than_the_window(shape: tuple[int, int]) -> None:
    reference = np.random.default_rng(4).uniform(0, 1, shape)
    similarity = ssim_map(reference, reference, 1.0)
    assert similarity.shape == shape
    assert similarity.dtype == np.float32
    np.testing.assert_array_equal(similarity, 1)


def test_map_reflects_at_the_border_in_every_strip() -> None:
    # Strips are joined without a seam, and only the image's own edges reflect.
    reference = textured((700, 300))
    upscaled = noisy(reference, 0.05)
    np.testing.assert_allclose(
        ssim_map(reference, upscaled, 1.0), oracle(reference, upscaled, 1.0)[1], atol=1e-6, rtol=0
    )


def test_inputs_are_left_alone() -> None:
    reference, upscaled = textured((40, 40)), noisy(textured((40, 40)), 0.1)
    copies = reference.copy(), upscaled.copy()
    reference.flags.writeable = upscaled.flags.writeable = False
    ssim(reference, upscaled, 1.0)
    ssim_map(reference, upscaled, 1.0)
    np.testing.assert_array_equal(reference, copies[0])
    np.testing.assert_array_equal(upscaled, copies[1])


def test_refusals() -> None:
    image = np.zeros((11, 11))
    with pytest.raises(ValueError, match="smaller than the 11 x 11 window"):
        ssim(image[:10], image[:10], 1.0)
    with pytest.raises(ValueError, match="smaller than"):
        ssim_map(image[:0], image[:0], 1.0)
    with pytest.raises(ValueError, match="equal in shape"):
        ssim(image, image[:10], 1.0)
    for function in (ssim, ssim_map):
        with pytest.raises(ValueError, match="data range"):
            function(image, image, 0.0)
        with pytest.raises(ValueError, match="not finite"):
            function(image, np.full_like(image, math.nan), 1.0)
