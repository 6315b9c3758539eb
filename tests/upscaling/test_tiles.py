from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling import tiles as module
from medsr_viewer.upscaling.tiles import TileQueue, VisibleRegion, tile_grid

sides = st.integers(1, 90)


@given(sides, sides, st.integers(1, 40))
def test_grid_covers_every_pixel_once_with_balanced_tiles(rows: int, columns: int, tile: int) -> None:
    covered = np.zeros((rows, columns), dtype=int)
    tiles = tile_grid((rows, columns, 3), tile)
    for region in tiles:
        covered[region.slices] += 1
    assert (covered == 1).all()
    heights, widths = {region.height for region in tiles}, {region.width for region in tiles}
    assert max(heights | widths) <= tile
    assert max(heights) - min(heights) <= 1
    assert max(widths) - min(widths) <= 1
    assert len(tiles) == -(-rows // tile) * -(-columns // tile), "more tiles than needed"


@given(sides, sides, st.integers(5, 40), st.integers(0, 89), st.integers(0, 89))
def test_within_keeps_the_tiles_that_meet_it(rows: int, columns: int, tile: int, top: int, left: int) -> None:
    region = Region(min(top, rows - 1), min(left, columns - 1), 7, 5)
    kept = tile_grid((rows, columns), tile, region)
    assert kept == [t for t in tile_grid((rows, columns), tile) if t.intersects(region)]
    assert sum(t.intersection(region).area for t in kept) == region.intersection(Region.whole((rows, columns))).area


def test_tiles_elsewhere_are_not_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[int, ...]] = []

    def region(*sides: int) -> Region:
        made.append(sides)
        return Region(*sides)

    monkeypatch.setattr(module, "Region", region)
    assert tile_grid((900, 900), 10, Region(495, 250, 10, 10)) == [Region(490, 250, 10, 10), Region(500, 250, 10, 10)]
    assert len(made) == 2
    assert tile_grid((900, 900), 10, Region(495, 250, 0, 10)) == [], "it has no pixel"


@given(st.builds(Region, sides, sides, st.integers(1, 40), st.integers(1, 40)))
def test_visible_tiles_come_first_and_the_nearest_of_them_first(region: Region) -> None:
    tiles = tile_grid((90, 90), 16)
    ordered = list(TileQueue(tiles, VisibleRegion(region)))
    assert sorted(ordered) == sorted(tiles)
    seen = [tile.intersects(region) for tile in ordered]
    assert seen == sorted(seen, reverse=True)
    distances = [
        (tile.top + tile.height / 2 - region.top - region.height / 2) ** 2
        + (tile.left + tile.width / 2 - region.left - region.width / 2) ** 2
        for tile in ordered
    ]
    for group in (distances[: sum(seen)], distances[sum(seen) :]):
        assert group == sorted(group)


def test_order_of_the_grid_where_nothing_is_visible() -> None:
    tiles = tile_grid((50, 70), 16)
    assert list(TileQueue(tiles, VisibleRegion())) == tiles
    assert tiles == sorted(tiles)


def test_panning_reorders_what_remains() -> None:
    visible = VisibleRegion(Region(0, 0, 10, 10))
    tiles = tile_grid((64, 64), 16)
    ordered = iter(TileQueue(tiles, visible))
    assert next(ordered) == Region(0, 0, 16, 16)
    visible.set(Region(50, 50, 10, 10))
    assert next(ordered) == Region(48, 48, 16, 16)
    visible.set(Region(0, 50, 10, 10))
    assert next(ordered) == Region(0, 48, 16, 16)
    visible.set(None)
    rest = list(ordered)
    assert rest == [t for t in tiles if t not in (Region(0, 0, 16, 16), Region(48, 48, 16, 16), Region(0, 48, 16, 16))]


def test_the_callers_list_is_left_alone() -> None:
    tiles = tile_grid((40, 40), 16)
    before = list(tiles)
    list(TileQueue(tiles, VisibleRegion(Region(30, 30, 4, 4))))
    assert tiles == before


def test_what_is_put_back_takes_its_place_in_the_order() -> None:
    tiles = tile_grid((64, 64), 16)
    queue = TileQueue(tiles, VisibleRegion(Region(60, 60, 4, 4)))
    ordered = iter(queue)
    assert next(ordered) == Region(48, 48, 16, 16)
    queue.put_back([Region(48, 48, 8, 8), Region(56, 56, 8, 8)])
    assert len(queue) == len(tiles) + 1
    assert next(ordered) == Region(56, 56, 8, 8)
    assert Region(48, 48, 8, 8) in list(ordered)
