"""Tiles: which parts of an image are computed, and in which order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
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
    rows, columns = (_cuts(length, tile) for length in shape[:2])
    tiles = [
        Region(top, left, bottom - top, right - left)
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]
    return [region for region in tiles if within is None or region.intersects(within)]


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


def visible_first(tiles: list[Region], visible: VisibleRegion) -> Iterator[Region]:
    """Yield every tile once, always the nearest to the centre of what is visible at that moment."""
    remaining = list(tiles)
    while remaining:
        region = visible.get()
        index = 0 if region is None else min(range(len(remaining)), key=lambda i: _urgency(remaining[i], region))
        yield remaining.pop(index)


def _cuts(length: int, tile: int) -> list[int]:
    count = max(1, -(-length // tile))
    return [length * index // count for index in range(count + 1)]


def _urgency(tile: Region, visible: Region) -> tuple[bool, float]:
    rows = tile.top + tile.bottom - visible.top - visible.bottom
    columns = tile.left + tile.right - visible.left - visible.right
    return not tile.intersects(visible), rows**2 + columns**2
