"""Between tiles that have both arrived nothing is missing, at any zoom and turn."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.projection import Projection, Turn
from medsr_viewer.ui.display.sampling import sample

SHAPE = (203, 301)
CUTS_Y, CUTS_X = (0, 67, 135, 203), (0, 101, 199, 301)
TILES = [
    Region(top, left, bottom - top, right - left)
    for top, bottom in pairwise(CUTS_Y)
    for left, right in pairwise(CUTS_X)
]


def growing(tiles: list[Region]) -> Picture:
    """Return a picture of which some tiles are there; the rest holds NaN."""
    pixels = np.full(SHAPE, np.nan, np.float32)
    picture = Picture(pixels, pending=True)
    for tile in tiles:
        pixels[tile.slices] = 100.0
        picture.update_region(tile)
        picture.level(3)  # its copies exist while the neighbour is still to come
    return picture


@pytest.mark.parametrize("turn", [(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1)])
@pytest.mark.parametrize("zoom", [0.07, 0.12, 0.25, 0.31, 0.5, 0.77, 1.0, 1.5, 2.0])
def test_nothing_is_missing_between_tiles_that_arrived(zoom: float, turn: Turn) -> None:
    picture = growing(TILES[:-1])
    assert picture.is_growing
    crop = sample(picture, Projection((150.0, 100.0), zoom, turn, (700, 700)), "auto")
    assert crop is not None
    assert crop.pending is not None
    levels = {1.0: 0, 1.5: 0, 2.0: 0, 0.77: 0, 0.5: 1, 0.31: 2, 0.25: 2, 0.12: 3, 0.07: 4}
    step = 2 ** levels[zoom]
    # The oracle: the blocks of the level that meet the one tile that is not there.
    last = TILES[-1]
    a, b, c, d = turn
    rows, columns = np.mgrid[0 : crop.values.shape[0], 0 : crop.values.shape[1]]
    origin = Projection((150.0, 100.0), zoom, turn, (700, 700)).origin
    u, v = (columns + crop.left + 0.5 - origin[0]) / zoom, (rows + crop.top + 0.5 - origin[1]) / zoom
    x, y = a * u + c * v, b * u + d * v
    block_x, block_y = np.floor(x / step) * step, np.floor(y / step) * step
    expected = (block_x + step > last.left) & (block_y + step > last.top)
    np.testing.assert_array_equal(crop.pending, expected)
    np.testing.assert_allclose(crop.values[~crop.pending], 100.0)
    if crop.valid is not None:
        assert crop.valid[~crop.pending].all()


def test_a_tile_alone_shows_no_more_than_it_holds() -> None:
    crop = sample(growing(TILES[4:5]), Projection((150.0, 100.0), 0.5, (1, 0, 0, 1), (700, 700)), "auto")
    assert crop is not None
    assert crop.pending is not None
    # Rows 67..135 and columns 101..199 in blocks of two: 34..67 and 51..99 whole.
    assert int((~crop.pending).sum()) == (67 - 34) * (99 - 51)


@pytest.mark.parametrize("turn", [(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1)])
@pytest.mark.parametrize("zoom", [0.12, 0.31, 0.5, 0.77])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_what_has_arrived_is_averaged_as_in_the_whole_picture(
    zoom: float, turn: Turn, channels: tuple[int, ...]
) -> None:
    pixels = np.random.default_rng(2).normal(100, 20, (*SHAPE, *channels)).astype(np.float32)
    pixels[70:75, 110:130] = np.nan
    filled = np.full_like(pixels, np.nan)
    picture = Picture(filled, pending=True).prepare()
    for tile in TILES[:-1]:
        filled[tile.slices] = pixels[tile.slices]
        picture.update_region(tile)
    projection = Projection((150.0, 100.0), zoom, turn, (700, 700))
    part, whole = sample(picture, projection, "auto"), sample(Picture(pixels), projection, "auto")
    assert part is not None
    assert whole is not None
    assert part.pending is not None
    assert 0 < part.pending.mean() < 0.2
    # Where a neighbour is still to come there is less to be averaged.
    kernel = np.ones((3, 3), np.uint8)
    far = cv2.dilate(part.pending.astype(np.uint8), kernel, iterations=2 + round(1 / zoom)) == 0
    near = cv2.dilate(part.pending.astype(np.uint8), kernel, iterations=1) == 0
    assert part.valid is not None
    assert whole.valid is not None
    far &= whole.valid
    np.testing.assert_array_equal(part.valid[far], whole.valid[far])
    difference = np.abs(part.values - whole.values)
    assert difference[far].max() < 1e-3
    there = ~part.pending & whole.valid & ~near
    assert np.isfinite(part.values[there]).all()
    assert 40 < part.values[there].min() < part.values[there].max() < 160
