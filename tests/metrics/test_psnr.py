from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio

from medsr_viewer.metrics.psnr import mse, psnr

SHAPES = [(1, 1), (1, 9), (11, 11), (37, 53), (301, 7), (256, 256)]
images = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.floats(-4096, 32767, width=32)
)


def test_hand_computed() -> None:
    reference = np.array([[0.0, 10.0], [20.0, 30.0]])
    upscaled = np.array([[1.0, 10.0], [20.0, 27.0]])
    assert mse(reference, upscaled) == 2.5
    assert psnr(reference, upscaled, 30.0) == pytest.approx(10 * math.log10(900 / 2.5))


def test_identical_images_are_infinitely_close() -> None:
    image = np.arange(12.0).reshape(3, 4)
    assert psnr(image, image.copy(), 11.0) == math.inf


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
def test_equals_skimage(shape: tuple[int, int], dtype: Any) -> None:
    rng = np.random.default_rng(1)
    reference = rng.integers(0, 250, shape).astype(dtype)
    upscaled = (reference + rng.integers(1, 5, shape)).astype(dtype)
    expected = peak_signal_noise_ratio(reference, upscaled, data_range=249)
    assert psnr(reference, upscaled, 249) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("noise", [1e-2, 1.0, 300.0])
@pytest.mark.parametrize("offset", [-1024.0, 0.0, 30000.0])
def test_large_values_and_offsets_keep_their_accuracy(offset: float, noise: float) -> None:
    rng = np.random.default_rng(2)
    reference = (rng.uniform(0, 2000, (300, 400)) + offset).astype(np.float32)
    upscaled = (reference + rng.normal(0, noise, reference.shape)).astype(np.float32)
    exact = np.mean((reference.astype(np.float64) - upscaled.astype(np.float64)) ** 2)
    assert mse(reference, upscaled) == pytest.approx(exact, rel=1e-7)
    expected = peak_signal_noise_ratio(reference, upscaled, data_range=2000.0)
    assert psnr(reference, upscaled, 2000.0) == pytest.approx(expected, abs=1e-5)


def test_sixteen_bit_extremes_do_not_wrap_around() -> None:
    reference = np.array([[0, 65535]], np.uint16)
    assert mse(reference, reference[:, ::-1]) == pytest.approx(65535.0**2, rel=1e-12)


def test_wide_integers_are_not_rounded_to_float32() -> None:
    reference = np.array([[2**30, 2**30]], np.int32)
    assert mse(reference, reference + 1) == 1


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_squares_outside_of_float32(scale: float) -> None:
    reference = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32) * np.float32(scale)
    upscaled = reference + np.float32(0.5 * scale)
    assert psnr(reference, upscaled, 3 * scale) == pytest.approx(10 * math.log10(36), abs=1e-5)


def test_views_and_foreign_byte_order() -> None:
    rng = np.random.default_rng(3)
    whole, other = rng.normal(size=(2, 40, 40)).astype(np.float32)
    expected = np.mean((whole[5:30:2, 30:3:-3].astype(float) - other[5:30:2, 30:3:-3]) ** 2)
    whole.flags.writeable = False
    assert mse(whole[5:30:2, 30:3:-3], other[5:30:2, 30:3:-3]) == pytest.approx(expected)
    swapped = other.astype(">f4")[5:30:2, 30:3:-3]
    assert mse(whole[5:30:2, 30:3:-3], swapped) == pytest.approx(expected)


@given(images, st.floats(0.5, 100))
def test_symmetric_and_falls_by_six_decibels_when_errors_double(image: Any, error: float) -> None:
    step = np.where(np.indices(image.shape).sum(0) % 2, error, -error)
    near, far = image.astype(float) + step, image.astype(float) + 2 * step
    assert psnr(image, near, 255.0) == psnr(near, image, 255.0)
    assert psnr(image, near, 255.0) - psnr(image, far, 255.0) == pytest.approx(20 * math.log10(2), abs=1e-6)
    assert mse(image, near) == pytest.approx(mean_squared_error(image.astype(float), near), rel=1e-9)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_pixels_that_are_not_finite_are_refused(bad: float) -> None:
    image = np.zeros((4, 4), np.float32)
    spoilt = image.copy()
    spoilt[1, 2] = bad
    for pair in ((image, spoilt), (spoilt, image), (spoilt, spoilt)):
        with pytest.raises(ValueError, match="not finite"):
            psnr(*pair, 1.0)


@pytest.mark.parametrize("data_range", [0.0, -1.0, math.nan, math.inf])
def test_senseless_data_ranges_are_refused(data_range: float) -> None:
    with pytest.raises(ValueError, match="data range"):
        psnr(np.zeros((2, 2)), np.ones((2, 2)), data_range)


@pytest.mark.parametrize(
    ("reference", "upscaled", "match"),
    [
        (np.zeros((4, 4)), np.zeros((4, 5)), "equal in shape"),
        (np.zeros((4, 4, 3)), np.zeros((4, 4, 3)), "two-dimensional"),
        (np.zeros(4), np.zeros(4), "two-dimensional"),
        (np.zeros((4, 4), complex), np.zeros((4, 4)), "real numbers"),
        (np.zeros((0, 4)), np.zeros((0, 4)), "smaller than"),
    ],
)
def test_pairs_that_cannot_be_compared_are_refused(reference: Any, upscaled: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        mse(reference, upscaled)
