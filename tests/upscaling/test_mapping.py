from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medsr_viewer.upscaling.mapping import IntensityMapping, fit_mapping

images = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.one_of(st.floats(-32768, 65535, width=32), st.sampled_from([0.0, 1.0, -1024.0, 30000.0, 1e-30])),
)


def ct() -> np.ndarray:
    return np.random.default_rng(3).normal(40, 300, (200, 210)).astype(np.float32)


def test_the_percentiles_become_0_and_1() -> None:
    pixels = ct()
    mapped = fit_mapping(pixels).to_network(pixels)
    assert np.percentile(mapped, 0.1) == pytest.approx(0, abs=1e-6)
    assert np.percentile(mapped, 99.9) == pytest.approx(1, abs=1e-6)
    assert mapped.dtype == np.float32


def test_padding_is_left_out() -> None:
    pixels, padded = ct(), np.full((200, 400), -3000, np.float32)
    padded[:, :210] = pixels
    valid = padded != -3000
    assert fit_mapping(padded, valid) == fit_mapping(pixels)
    assert fit_mapping(padded).low == -3000


def test_an_image_of_padding_alone_is_mapped_by_its_values() -> None:
    pixels = ct()
    assert fit_mapping(pixels, np.zeros(pixels.shape, dtype=bool)) == fit_mapping(pixels)


def test_metal_survives() -> None:
    pixels = ct()
    pixels[50:52, 60:62] = 30000
    mapping = fit_mapping(pixels)
    mapped = mapping.to_network(pixels)
    assert mapped.max() > 10
    np.testing.assert_allclose(mapped * mapping.span + mapping.low, pixels, atol=0.01)
    assert mapping.span < 3000, "a few pixels of metal must not squeeze the tissue"


def test_a_few_bright_pixels_on_black_are_mapped_by_the_extremes() -> None:
    mask = np.zeros((100, 100), np.float32)
    mask[3, 3] = 7
    assert fit_mapping(mask) == IntensityMapping(0.0, 7.0)


@pytest.mark.parametrize("value", [0.0, -1024.0, 1e6, 0.1])
def test_a_constant_image_is_left_as_it_is(value: float) -> None:
    pixels = np.full((5, 6), value, np.float32)
    mapping = fit_mapping(pixels)
    assert mapping.span == 0
    assert not mapping.to_network(pixels).any()
    assert not mapping.residual_to_pixels(np.ones((5, 6), np.float32)).any()


@given(images)
def test_mapping_is_finite_and_linear_and_undone(pixels: np.ndarray) -> None:
    mapping = fit_mapping(pixels)
    mapped = mapping.to_network(pixels)
    assert np.isfinite(mapped).all()
    restored = mapping.residual_to_pixels(mapped).astype(np.float64) + mapping.low
    # Numbers below the smallest normal one have few digits, or none.
    smallest = np.finfo(np.float32).smallest_normal
    np.testing.assert_allclose(restored, pixels, rtol=1e-5, atol=1e-6 * np.abs(pixels).max() + smallest)


@given(images, st.floats(0.001, 1000), st.floats(-1000, 1000))
def test_network_values_do_not_depend_on_the_unit(pixels: np.ndarray, slope: float, intercept: float) -> None:
    mapped = fit_mapping(pixels).to_network(pixels)
    rescaled = (pixels.astype(np.float64) * slope + intercept).astype(np.float32)
    if np.ptp(pixels) * slope < 1e-3 * max(1, np.abs(rescaled).max()) or fit_mapping(pixels).span < 1e-3 * np.ptp(
        pixels
    ):
        return  # float32 itself loses the difference
    np.testing.assert_allclose(fit_mapping(rescaled).to_network(rescaled), mapped, rtol=0.01, atol=0.01)
