"""The drawn line: what part of it a point touches, and how a drag changes it. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Point: TypeAlias = tuple[float, float]
LineGrip: TypeAlias = Literal["start", "end", "whole"]

_STEPS_A_PIXEL = 64
_SQUARE = 0.005


@dataclass(frozen=True)
class Line:
    """A straight line in reference pixels.

    Parameters
    ----------
    start, end : (float, float)
        Its ends (x, y).
    """

    start: Point
    end: Point

    @property
    def pixels(self) -> float:
        """Length in reference pixels."""
        return math.dist(self.start, self.end)

    def length(self, spacing: tuple[float, float]) -> float:
        """Return the length in the unit of the spacing.

        Parameters
        ----------
        spacing : (float, float)
            Row and column spacing of a reference pixel: in mm, or in pixels of another grid.
        """
        across, down = self.end[0] - self.start[0], self.end[1] - self.start[1]
        return math.hypot(across * spacing[1], down * spacing[0])


def line_between(start: Point, end: Point, extent: tuple[float, float]) -> Line | None:
    """Return the line between two points, each brought into the image (height, width); None where they are one."""
    line = Line(_within(start, extent), _within(end, extent))
    return line if line.start != line.end else None


def line_grip_at(line: Line, point: Point, reach: float) -> LineGrip | None:
    """Return what a point takes hold of, or None.

    Parameters
    ----------
    line : Line
        The line.
    point : (float, float)
        In reference pixels.
    reach : float
        How near, in reference pixels, it has to be.
    """
    to_start, to_end = math.dist(point, line.start), math.dist(point, line.end)
    if min(to_start, to_end) <= reach:
        return "start" if to_start < to_end else "end"
    return "whole" if _distance(line, point) <= reach else None


def line_dragged(line: Line, grip: LineGrip, across: float, down: float, extent: tuple[float, float]) -> Line | None:
    """Return the line after a drag by some reference pixels, within the image; None where nothing is left of it."""
    if grip == "start":
        return line_between((line.start[0] + across, line.start[1] + down), line.end, extent)
    if grip == "end":
        return line_between(line.start, (line.end[0] + across, line.end[1] + down), extent)
    (x0, x1), (y0, y1) = sorted((line.start[0], line.end[0])), sorted((line.start[1], line.end[1]))
    across = min(max(across, -x0), extent[1] - x1)
    down = min(max(down, -y0), extent[0] - y1)
    ends = [(x + across, y + down) for x, y in (line.start, line.end)]
    return line_between(ends[0], ends[1], extent)


@dataclass(frozen=True)
class Ruler:
    """What a length on the panels is measured in.

    Parameters
    ----------
    spacing : (float, float) or None
        Row and column spacing of a reference pixel in mm; None: lengths are counted in pixels.
    source : str
        Where the spacing holds: "calibrated", "detector".
    aspect : float
        Height of a pixel over its width. A pixel that is not square is no unit of length, its width is.
    """

    spacing: tuple[float, float] | None = None
    source: str = ""
    aspect: float = 1.0

    @property
    def unit(self) -> str:
        """Name of the unit: "mm (calibrated)", "mm", "px", "px widths"."""
        if self.spacing is not None:
            return f"mm ({self.source})" if self.source else "mm"
        return "px" if math.isclose(self.aspect, 1.0, rel_tol=_SQUARE) else "px widths"

    def measure(self, line: Line, pixel_size: float = 1.0) -> float:
        """Return a line's length in `unit`; pixels are those of a picture.

        Parameters
        ----------
        line : Line
            The line.
        pixel_size : float
            Reference pixels per pixel of the picture.
        """
        return line.length(self.spacing or (self.aspect / pixel_size, 1 / pixel_size))

    def text(self, line: Line, pixel_size: float = 1.0) -> str:
        """Return a line's length in words."""
        return f"{self.measure(line, pixel_size):.1f} {self.unit}"


def _within(point: Point, extent: tuple[float, float]) -> Point:
    # Binary fractions: sums and differences of them are exact.
    x, y = (round(value * _STEPS_A_PIXEL) / _STEPS_A_PIXEL for value in point)
    return min(max(x, 0.0), float(extent[1])), min(max(y, 0.0), float(extent[0]))


def _distance(line: Line, point: Point) -> float:
    across, down = line.end[0] - line.start[0], line.end[1] - line.start[1]
    share = (point[0] - line.start[0]) * across + (point[1] - line.start[1]) * down
    share = min(1.0, max(0.0, share / (across**2 + down**2)))
    return math.dist(point, (line.start[0] + share * across, line.start[1] + share * down))
