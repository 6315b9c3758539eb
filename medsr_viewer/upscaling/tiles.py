"""Tiles: which parts of an image are computed, and in which order."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from medsr_viewer.imaging.region import Region


def tile_grid(shape: tuple[int, ...], tile: int, within: Region | None = None) -> list[Region]:
    """Cut an image into tiles that cover every pixel once.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the input (more dimensions are ignored).
    tile : int
        Largest side of a tile, in input pixels. Sides are balanced, so that no sliver remains at the end.
    within : Region, optional
        Keep only the tiles that meet this region of the input.
    """
    wanted = Region.whole(shape) if within is None else within
    rows = _cuts(shape[0], tile, wanted.top, wanted.bottom)
    columns = _cuts(shape[1], tile, wanted.left, wanted.right)
    return [Region(top, left, bottom - top, right - left) for top, bottom in rows for left, right in columns]


class VisibleRegion:
    """What the user sees of the input; set by the window's thread, read by the worker's between tiles."""

    def __init__(self, region: Region | None = None) -> None:
        self._lock = threading.Lock()
        self._region = region

    def set(self, region: Region | None) -> None:
        """Say what is visible, in pixels of the input; None: everything alike."""
        with self._lock:
            self._region = region

    def get(self) -> Region | None:
        """Return what is visible."""
        with self._lock:
            return self._region


class TileQueue:
    """Tiles still to be computed. Iterating takes one out, always the nearest to the centre of what is visible then.

    Parameters
    ----------
    tiles : sequence of Region
        In pixels of the input.
    visible : VisibleRegion
        May change in the meantime.
    """

    def __init__(self, tiles: Sequence[Region], visible: VisibleRegion) -> None:
        self._remaining = list(tiles)
        self._visible = visible

    def __len__(self) -> int:
        return len(self._remaining)

    def __iter__(self) -> Iterator[Region]:
        while self._remaining:
            yield self._remaining.pop(self._most_urgent())

    def put_back(self, pieces: Iterable[Region]) -> None:
        """Take in what a tile was cut into; where nothing is visible it comes next."""
        self._remaining[:0] = pieces

    def _most_urgent(self) -> int:
        region = self._visible.get()
        if region is None:
            return 0
        return min(range(len(self._remaining)), key=lambda index: _urgency(self._remaining[index], region))


class TileTooLarge(Exception):
    """The device has too little memory for this tile; a smaller one may do."""


def pieces(tile: Region) -> list[Region]:
    """Cut a tile into two or four whose longer sides are half as long; always at the same places."""
    half = -(-max(tile.height, tile.width) // 2)
    return [piece.moved(tile.top, tile.left) for piece in tile_grid((tile.height, tile.width), half)]


def _cuts(length: int, tile: int, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the ends of the pieces of a side that meet start to stop: of a large image they are few of many."""
    count = max(1, -(-length // tile))
    ends = pairwise(length * index // count for index in range(count + 1))
    return [(first, last) for first, last in ends if max(first, start) < min(last, stop)]


def _urgency(tile: Region, visible: Region) -> tuple[bool, float]:
    rows = tile.top + tile.bottom - visible.top - visible.bottom
    columns = tile.left + tile.right - visible.left - visible.right
    return not tile.intersects(visible), rows**2 + columns**2
