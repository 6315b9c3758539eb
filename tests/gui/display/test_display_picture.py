from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.pyramid import halve, level_for

RANDOM = np.random.default_rng(3)


def block_means(values: np.ndarray) -> np.ndarray:
    height, width = (-(-side // 2) for side in values.shape)
    means = np.full((height, width), np.nan)
    for row in range(height):
        for column in range(width):
            block = values[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            if np.isfinite(block).any():
                means[row, column] = np.nanmean(block)
    return means


@pytest.mark.parametrize("shape", [(8, 6), (7, 5), (1, 9), (1, 1)])
def test_halving_gives_block_means(shape):
    values = RANDOM.normal(size=shape).astype(np.float32)
    halved, valid = halve(values)
    assert valid is None
    np.testing.assert_allclose(halved, block_means(values), atol=1e-6)


def test_halving_leaves_padding_out():
    values = RANDOM.normal(size=(9, 8)).astype(np.float32)
    values[2:6, 1:5] = np.nan
    halved, valid = halve(values, np.isfinite(values))
    expected = block_means(values)
    assert np.array_equal(valid, np.isfinite(expected))
    np.testing.assert_allclose(halved[valid], expected[valid], atol=1e-6)


def test_halving_colour():
    values = RANDOM.uniform(0, 255, (5, 4, 3)).astype(np.float32)
    halved, _ = halve(values)
    for channel in range(3):
        np.testing.assert_allclose(halved[..., channel], block_means(values[..., channel]), atol=1e-4)


def test_levels_end_at_one_pixel():
    picture = Picture(np.zeros((100, 300), np.float32)).prepare()
    assert picture.level(picture.level_count - 1)[0].shape == (1, 1)


@pytest.mark.parametrize(("zoom", "level"), [(4, 0), (1, 0), (0.75, 0), (0.5, 1), (0.26, 2), (0.25, 2), (1e-9, 8)])
def test_level_for_a_zoom(zoom, level):
    assert level_for(zoom, 9) == level


@given(
    top=st.integers(0, 36),
    left=st.integers(0, 40),
    height=st.integers(1, 37),
    width=st.integers(1, 41),
    gap=st.booleans(),
)
def test_updating_a_region_equals_a_new_picture(top, left, height, width, gap):
    pixels = np.random.default_rng(0).normal(size=(37, 41)).astype(np.float32)
    picture = Picture(pixels).prepare()
    region = Region(top, left, height, width).intersection(Region.whole(pixels.shape))
    pixels[region.slices] += 5
    if gap:
        pixels[region.top, region.left] = np.nan
    picture.update_region(region)
    fresh = Picture(pixels)
    for index in range(fresh.level_count):
        (values, valid), (expected, expected_valid) = picture.level(index), fresh.level(index)
        assert (valid is None) == (expected_valid is None)
        mask = slice(None) if valid is None else valid
        if valid is not None:
            assert np.array_equal(valid, expected_valid)
        np.testing.assert_allclose(values[mask], expected[mask], atol=1e-6)


def test_growing_picture_ends_as_the_whole_one():
    pixels = RANDOM.normal(size=(40, 60)).astype(np.float32)
    whole = Picture(pixels.copy())
    canvas = np.full_like(pixels, 1e9)  # what an unfinished buffer may hold
    picture = Picture(canvas, pending=True)
    picture.level(2)  # shown before anything has arrived
    assert picture.value_range == (0.0, 0.0)
    for region in (Region(0, 0, 16, 60), Region(16, 0, 24, 30), Region(16, 30, 24, 30)):
        assert picture.is_growing
        canvas[region.slices] = pixels[region.slices]
        picture.update_region(region)
        picture.update_region(region)  # announced twice: no harm
    assert not picture.is_growing
    assert picture.value_range == whole.value_range
    for index in range(whole.level_count):
        np.testing.assert_allclose(picture.level(index)[0], whole.level(index)[0], atol=1e-5)


def test_value_under_a_point():
    pixels = np.arange(12, dtype=np.float32).reshape(3, 4)
    pixels[2, 3] = np.nan
    picture = Picture(pixels, 4)
    assert picture.extent == (12, 16)
    assert picture.value_at(0, 0) == 0
    assert picture.value_at(7.9, 4.0) == 5
    assert picture.value_at(15, 11) is None
    assert picture.value_at(-0.1, 0) is None
    assert picture.value_at(16, 0) is None
    assert picture.value_range == (0, 10)


def test_padding_stays_out_of_the_range():
    pixels = np.array([[-2000, 1], [2, 3]], np.float32)
    picture = Picture(pixels, valid=pixels > -2000)
    assert picture.value_range == (1, 3)
    assert picture.value_at(0.5, 0.5) is None


def test_values_not_arrived_are_not_read():
    picture = Picture(np.ones((4, 4), np.float32), pending=True)
    picture.update_region(Region(0, 0, 2, 2))
    assert picture.value_at(1, 1) == 1
    assert picture.value_at(3, 3) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_picture_without_a_finite_pixel(value):
    picture = Picture(np.full((3, 3), value, np.float32)).prepare()
    assert picture.value_range == (0.0, 0.0)
    assert picture.value_at(1, 1) is None
