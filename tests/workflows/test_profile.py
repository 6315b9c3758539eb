from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.measure import profile_line

from medsr_viewer.imaging.region import Region
from medsr_viewer.workflows.profile import profile

RAMP = np.arange(48, dtype=np.float32).reshape(6, 8)  # value = 8 row + column


def test_along_a_row_each_pixel_is_sampled_at_its_middle():
    distance, values = profile(RAMP, (0.5, 2.5), (7.5, 2.5))
    np.testing.assert_allclose(distance, np.arange(8))
    np.testing.assert_array_equal(values, RAMP[2])
    assert values.dtype == np.float32


def test_a_diagonal_of_three_and_four_pixels():
    distance, values = profile(RAMP, (1.5, 1.5), (5.5, 4.5))
    np.testing.assert_allclose(distance, [0, 1, 2, 3, 4, 5])
    # One pixel on is 0.8 columns and 0.6 rows: 0.8 + 8 * 0.6 = 5.6.
    np.testing.assert_allclose(values, 9 + 5.6 * np.arange(6), rtol=1e-6)


def test_between_pixels_values_are_linear():
    _, values = profile(RAMP, (1.0, 0.5), (3.0, 0.5))
    np.testing.assert_allclose(values, [0.5, 1.5, 2.5])


def test_half_a_pixel_at_the_border_is_the_border_pixel():
    _, values = profile(RAMP, (0.0, 0.0), (1.0, 0.0))
    np.testing.assert_allclose(values, [0.0, 0.5])
    assert profile(RAMP, (8.0, 6.0), (8.0, 6.0))[1] == [47.0]


def test_larger_pixels_are_blocks_where_they_lie_in_the_reference():
    blocks = np.array([[10, 20], [30, 40]], np.float32)
    distance, values = profile(blocks, (0.5, 1.5), (7.5, 1.5), pixel_size=4)
    np.testing.assert_allclose(distance, np.arange(8))
    np.testing.assert_array_equal(values, [10, 10, 10, 10, 20, 20, 20, 20])
    np.testing.assert_array_equal(profile(blocks, (0.5, 7.9), (7.5, 7.9), 4)[1], [30] * 4 + [40] * 4)
    np.testing.assert_array_equal(profile(blocks, (8.0, 8.0), (8.0, 8.0), 4)[1], [40])


def test_padding_is_a_gap_and_enters_no_value():
    pixels = RAMP.copy()
    pixels[2, 3] = -2000
    valid = pixels > -2000
    _, values = profile(pixels, (0.5, 2.5), (7.5, 2.5), valid=valid)
    np.testing.assert_array_equal(np.isnan(values), [False] * 3 + [True] + [False] * 4)
    _, values = profile(pixels, (0.75, 2.5), (6.75, 2.5), valid=valid)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(values)), [2, 3])
    np.testing.assert_allclose(values[[0, 1, 4]], 16.25 + np.array([0, 1, 4]))


def test_what_is_not_computed_is_a_gap_and_seams_are_not():
    tiles = [Region(0, 0, 6, 3), Region(0, 3, 6, 3)]
    _, values = profile(RAMP, (0.75, 2.5), (7.75, 2.5), computed=tiles)
    np.testing.assert_array_equal(np.isnan(values), [False] * 5 + [True] * 3)


def test_of_colour_the_luma_is_sampled():
    colour = np.zeros((4, 4, 3), np.float32)
    colour[..., 1] = 100
    _, values = profile(colour, (0.5, 0.5), (3.5, 3.5))
    np.testing.assert_allclose(values, 58.7, atol=0.05)
    np.testing.assert_allclose(profile(colour, (0.5, 0.5), (15.5, 0.5), 4)[1], 58.7, atol=0.05)


@given(st.tuples(*(st.floats(0, 1, allow_subnormal=False) for _ in range(4))), st.sampled_from([2, 3, 4]))
def test_all_images_give_samples_at_the_same_places(ends, scale):
    small = np.random.default_rng(0).normal(size=(7, 9)).astype(np.float32)
    large = small.repeat(scale, axis=0).repeat(scale, axis=1)
    height, width = large.shape
    start, end = (ends[0] * width, ends[1] * height), (ends[2] * width, ends[3] * height)
    fine, coarse = profile(large, start, end), profile(small, start, end, scale)
    np.testing.assert_array_equal(fine[0], coarse[0])
    assert fine[1].shape == coarse[1].shape == fine[0].shape
    expected = profile_line(
        large, (start[1] - 0.5, start[0] - 0.5), (end[1] - 0.5, end[0] - 0.5), order=0, mode="nearest"
    )
    # The two differ only where a sample lies on the edge between two pixels, to the last bit.
    assert (coarse[1] != expected).mean() <= 1 / len(expected) or _on_edges(start, end, len(expected)).any()


def _on_edges(start, end, count):
    points = np.stack([np.linspace(a, b, count) for a, b in zip(start, end, strict=True)])
    return (np.abs(points - np.rint(points)) < 1e-6).any(axis=0)


def test_a_line_without_length_is_one_sample():
    distance, values = profile(RAMP, (3.5, 1.5), (3.5, 1.5))
    assert distance.tolist() == [0.0]
    assert values.tolist() == [pytest.approx(11.0)]
