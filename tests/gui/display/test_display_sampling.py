from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.projection import UPRIGHT, Projection
from medsr_viewer.ui.display.sampling import interpolation_name, sample

IMAGE = np.random.default_rng(5).normal(size=(24, 32)).astype(np.float32)
WHOLE = Projection((16, 12), 1, UPRIGHT, (32, 24))


def zoomed(zoom, turn=UPRIGHT, swapped=False):
    size = (24, 32) if swapped else (32, 24)
    return Projection((16, 12), zoom, turn, (round(size[0] * zoom), round(size[1] * zoom)))


@pytest.mark.parametrize("zoom", [1, 2, 3, 7])
def test_nearest_repeats_pixels(zoom):
    crop = sample(Picture(IMAGE), zoomed(zoom), "auto")
    assert np.array_equal(crop.values, IMAGE.repeat(zoom, 0).repeat(zoom, 1))


@pytest.mark.parametrize("shrink", [2, 4])
def test_reduced_pictures_are_block_means(shrink):
    crop = sample(Picture(IMAGE), zoomed(1 / shrink), "auto")
    means = IMAGE.reshape(24 // shrink, shrink, 32 // shrink, shrink).mean(axis=(1, 3))
    np.testing.assert_allclose(crop.values, means, atol=1e-5)


def test_nearest_on_demand_takes_single_pixels_when_reduced():
    crop = sample(Picture(IMAGE), zoomed(0.5), "nearest")
    assert np.isin(crop.values, IMAGE).all()


@pytest.mark.parametrize("zoom", [1, 2.5, 4])
def test_smooth_is_linear_between_pixel_middles(zoom):
    projection = zoomed(zoom)
    crop = sample(Picture(IMAGE), projection, "smooth")
    x = (np.arange(crop.values.shape[1]) + crop.left + 0.5 - projection.origin[0]) / zoom - 0.5
    y = (np.arange(crop.values.shape[0]) + crop.top + 0.5 - projection.origin[1]) / zoom - 0.5
    across = np.stack([np.interp(x, np.arange(32), row) for row in IMAGE])
    expected = np.stack([np.interp(y, np.arange(24), column) for column in across.T], axis=1)
    # OpenCV before 4.11 rounds positions to 1/32 pixel.
    assert np.abs(crop.values - expected).max() < np.ptp(IMAGE) / 32


def test_fractional_zoom_takes_the_pixel_under_the_middle():
    projection = Projection((9.3, 11.2), 2.7, UPRIGHT, (40, 31))
    crop = sample(Picture(IMAGE), projection, "nearest")
    for row, column in ((0, 0), (5, 17), (30, 39)):
        x, y = projection.to_reference(column + 0.5, row + 0.5)
        assert crop.values[row - crop.top, column - crop.left] == IMAGE[int(y), int(x)]


@pytest.mark.parametrize("mode", ["auto", "smooth"])
@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ((-1, 0, 0, 1), np.fliplr),
        ((1, 0, 0, -1), np.flipud),
        ((-1, 0, 0, -1), lambda a: np.rot90(a, 2)),
        ((0, -1, 1, 0), lambda a: np.rot90(a, -1)),
        ((0, 1, -1, 0), np.rot90),
        ((0, 1, 1, 0), np.transpose),
    ],
)
def test_turns(turn, expected, mode):
    upright = sample(Picture(IMAGE), zoomed(2), mode)
    turned = sample(Picture(IMAGE), zoomed(2, turn, swapped=not turn[0]), mode)
    np.testing.assert_allclose(turned.values, expected(upright.values), atol=1e-4)


def test_degraded_pixels_cover_their_reference_pixels():
    small = IMAGE[::4, ::4].copy()
    crop = sample(Picture(small, 4), WHOLE, "auto")
    assert np.array_equal(crop.values, small.repeat(4, 0).repeat(4, 1))


def test_colour():
    colour = np.random.default_rng(2).uniform(0, 255, (24, 32, 3)).astype(np.float32)
    for mode in ("auto", "smooth"):
        crop = sample(Picture(colour), WHOLE, mode)
        np.testing.assert_allclose(crop.values, colour, atol=1e-3)


def test_nothing_to_see():
    assert sample(Picture(IMAGE), Projection((500, 500), 1, UPRIGHT, (32, 24)), "auto") is None


def test_part_of_the_panel():
    crop = sample(Picture(IMAGE), Projection((0, 0), 1, UPRIGHT, (32, 24)), "auto")
    assert (crop.left, crop.top) == (16, 12)
    assert np.array_equal(crop.values, IMAGE[:12, :16])


@pytest.mark.parametrize("zoom", [0.25, 1, 3])
@pytest.mark.parametrize("turn", [UPRIGHT, (0, -1, 1, 0)])
def test_only_what_arrived_is_shown(zoom, turn):
    buffer = np.full((24, 32), 1e6, np.float32)
    picture = Picture(buffer, pending=True)
    region = Region(8, 4, 8, 12)
    buffer[region.slices] = 1.0
    picture.update_region(region)
    crop = sample(picture, zoomed(zoom, turn, swapped=not turn[0]), "smooth")
    assert np.all(crop.values[~crop.pending] == 1.0)
    assert (~crop.pending).sum() == pytest.approx(region.area * zoom * zoom, abs=1)


def test_padding_does_not_bleed():
    pixels = IMAGE.copy()
    pixels[10:14, 10:14] = np.nan
    for zoom in (0.5, 1, 3):
        crop = sample(Picture(pixels), zoomed(zoom), "smooth")
        assert np.isfinite(crop.values).all()
        assert 0 < (~crop.valid).sum() <= 16 * max(1, zoom * zoom)


@pytest.mark.parametrize(
    ("wanted", "zoom", "name"),
    [
        ("auto", 1, "nearest"),
        ("auto", 8, "nearest"),
        ("auto", 0.9, "averaged"),
        ("smooth", 2, "smooth"),
        ("smooth", 0.5, "averaged"),
        ("nearest", 0.5, "nearest"),
    ],
)
def test_name_of_the_interpolation(wanted, zoom, name):
    assert interpolation_name(wanted, zoom) == name


@pytest.mark.parametrize("mode", ["auto", "nearest", "smooth"])
@pytest.mark.parametrize("zoom", [0.3, 1, 40])
def test_single_pixel(mode, zoom):
    crop = sample(Picture(np.full((1, 1), 7, np.float32)), Projection((0.5, 0.5), zoom, UPRIGHT, (50, 50)), mode)
    assert crop is None or np.all(crop.values == 7)
    assert (crop is None) == (zoom < 0.5)
