"""The drawn rectangle: what part of it a point touches, and how a drag changes it. No Qt."""

from __future__ import annotations

from typing import TypeAlias

from medsr_viewer.imaging.region import Region

Grip: TypeAlias = tuple[int, int]
"""Which edges follow the drag: (-1 left, 0 none, 1 right), (-1 top, 0 none, 1 bottom); (0, 0) moves the whole."""


def grip_at(region: Region, x: float, y: float, reach: float, inside: bool) -> Grip | None:
    """Return what a point in reference pixels takes hold of, or None.

    Parameters
    ----------
    region : Region
        The rectangle.
    x, y : float
        The point.
    reach : float
        How near, in reference pixels, an edge has to be.
    inside : bool
        Whether the inside can be held, to move the rectangle.
    """
    if not (region.left - reach <= x <= region.right + reach and region.top - reach <= y <= region.bottom + reach):
        return None
    across = _nearest_edge(x, region.left, region.right, reach)
    down = _nearest_edge(y, region.top, region.bottom, reach)
    if across or down:
        return across, down
    return (0, 0) if inside else None


def dragged(region: Region, grip: Grip, columns: float, rows: float, extent: tuple[float, float]) -> Region:
    """Return the rectangle after a drag, within the image and at least a pixel large.

    Parameters
    ----------
    region : Region
        The rectangle at the press.
    grip : Grip
        What is held.
    columns, rows : float
        How far the point moved, in reference pixels.
    extent : (float, float)
        Height and width of the reference.
    """
    height, width = int(extent[0]), int(extent[1])
    right, down = round(columns), round(rows)
    if grip == (0, 0):
        right = min(max(right, -region.left), width - region.right)
        down = min(max(down, -region.top), height - region.bottom)
        return region.moved(down, right)
    left, end = _resized(region.left, region.right, grip[0], right, width)
    top, bottom = _resized(region.top, region.bottom, grip[1], down, height)
    return Region(top, left, bottom - top, end - left)


def spanned(first: tuple[float, float], last: tuple[float, float], extent: tuple[float, float]) -> Region | None:
    """Return the pixels touched by a rectangle between two points (x, y); None where it has no pixel in the image."""
    (x0, x1), (y0, y1) = sorted((first[0], last[0])), sorted((first[1], last[1]))
    left, top = int(max(0, x0 // 1)), int(max(0, y0 // 1))
    right, bottom = int(min(extent[1], -(-x1 // 1))), int(min(extent[0], -(-y1 // 1)))
    return Region(top, left, bottom - top, right - left) if right > left and bottom > top else None


def _nearest_edge(place: float, low: float, high: float, reach: float) -> int:
    to_low, to_high = abs(place - low), abs(place - high)
    if min(to_low, to_high) > reach:
        return 0
    return -1 if to_low < to_high else 1


def _resized(low: int, high: int, edge: int, by: int, limit: int) -> tuple[int, int]:
    if edge < 0:
        return min(max(low + by, 0), high - 1), high
    if edge > 0:
        return low, max(min(high + by, limit), low + 1)
    return low, high
