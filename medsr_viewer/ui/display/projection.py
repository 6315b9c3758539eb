"""From reference pixels to screen pixels and back. Pure arithmetic: no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from medsr_viewer.imaging.region import Region

Turn: TypeAlias = tuple[int, int, int, int]
"""One of the eight flips and quarter turns, as the rows of a 2 x 2 matrix: screen = turn @ image."""

UPRIGHT: Turn = (1, 0, 0, 1)


def compose(after: Turn, before: Turn) -> Turn:
    """Return the turn that does `before`, then `after`."""
    a, b, c, d = after
    e, f, g, h = before
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


@dataclass(frozen=True)
class Projection:
    """How one panel sees the reference at one moment.

    Parameters
    ----------
    center : (float, float)
        The point (x, y), in reference pixels, in the middle of the panel.
    zoom : float
        Screen (device) pixels per reference pixel.
    turn : Turn
        Flip and rotation.
    size : (int, int)
        Width and height of the panel in device pixels.
    """

    center: tuple[float, float]
    zoom: float
    turn: Turn
    size: tuple[int, int]

    @cached_property
    def origin(self) -> tuple[int, int]:
        """Where the corner (0, 0) of the reference lies on the screen.

        Rounded to whole device pixels: at a whole-number zoom every image pixel then covers whole screen pixels, and
        panning shifts the picture without resampling it differently.
        """
        a, b, c, d = self.turn
        x, y = self.center
        return (
            math.floor(self.size[0] / 2 - self.zoom * (a * x + b * y) + 0.5),
            math.floor(self.size[1] / 2 - self.zoom * (c * x + d * y) + 0.5),
        )

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Return the device pixel coordinates of a reference point."""
        a, b, c, d = self.turn
        left, top = self.origin
        return left + self.zoom * (a * x + b * y), top + self.zoom * (c * x + d * y)

    def to_reference(self, left: float, top: float) -> tuple[float, float]:
        """Return the reference point under device pixel coordinates."""
        a, b, c, d = self.turn  # orthogonal: its inverse is its transpose
        u, v = (left - self.origin[0]) / self.zoom, (top - self.origin[1]) / self.zoom
        return a * u + c * v, b * u + d * v

    def visible(self, extent: tuple[float, float]) -> Region:
        """Return the reference pixels, touched ones included, of an image (height, width) that the panel shows."""
        (x0, y0), (x1, y1) = self.to_reference(0, 0), self.to_reference(*self.size)
        top, bottom = sorted((y0, y1))
        left, right = sorted((x0, x1))
        seen = Region(
            math.floor(top), math.floor(left), math.ceil(bottom) - math.floor(top), math.ceil(right) - math.floor(left)
        )
        return seen.intersection(Region(0, 0, math.ceil(extent[0]), math.ceil(extent[1])))

    def screen_box(self, extent: tuple[float, float]) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom of the device pixels whose middle lies in an image (height, width)."""
        (x0, y0), (x1, y1) = self.to_screen(0, 0), self.to_screen(extent[1], extent[0])
        left, right = sorted((x0, x1))
        top, bottom = sorted((y0, y1))
        return (
            max(0, math.ceil(left - 0.5)),
            max(0, math.ceil(top - 0.5)),
            min(self.size[0], math.ceil(right - 0.5)),
            min(self.size[1], math.ceil(bottom - 0.5)),
        )
