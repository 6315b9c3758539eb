"""What is drawn over all panels, a region and a line, and how the mouse takes hold of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from PySide6.QtCore import QObject, Signal

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.line import Line, LineGrip, Point, line_between, line_dragged, line_grip_at
from medsr_viewer.ui.display.roi import Grip, dragged, grip_at, spanned
from medsr_viewer.ui.display.view_state import is_other_grid

Drawing: TypeAlias = Literal["", "region", "line"]
"""What a plain left drag draws; "": nothing, it changes the window."""
Extent: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Hold:
    """A part of a shape that the mouse has taken hold of.

    Parameters
    ----------
    moves_whole : bool
        Whether a drag moves the shape; else it changes it.
    drag : callable
        Takes the point (x, y), in reference pixels, that the mouse is at.
    """

    moves_whole: bool
    drag: Callable[[Point], None]


class Drawn(QObject):
    """The region that is scored and the line whose values are plotted, the same in all panels. In reference pixels."""

    roi_changed = Signal(object)
    """Region, or None."""
    line_changed = Signal(object)
    """Line, or None."""
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.roi: Region | None = None
        self.line: Line | None = None
        self.drawing: Drawing = ""

    def set_roi(self, region: Region | None) -> None:
        """Draw another rectangle, or none."""
        if region != self.roi:
            self.roi = region
            self.roi_changed.emit(region)
            self.changed.emit()

    def set_line(self, line: Line | None) -> None:
        """Draw another line, or none."""
        if line != self.line:
            self.line = line
            self.line_changed.emit(line)
            self.changed.emit()

    def follow(self, before: Extent, after: Extent) -> None:
        """Keep the shapes where they are in the picture when the reference changes its size (height, width).

        A reference of clearly another size is the same picture on another grid; a few pixels are a crop.
        """
        scale = after[1] / before[1] if is_other_grid(before, after) else 1.0
        if self.roi is not None:
            corners = [
                (x * scale, y * scale) for x, y in ((self.roi.left, self.roi.top), (self.roi.right, self.roi.bottom))
            ]
            self.set_roi(spanned(corners[0], corners[1], after))
        if self.line is not None:
            ends = [(x * scale, y * scale) for x, y in (self.line.start, self.line.end)]
            self.set_line(line_between(ends[0], ends[1], after))

    def hold(self, point: Point, reach: float, extent: Extent) -> Hold | None:
        """Return what a point takes hold of, or None.

        Parameters
        ----------
        point : (float, float)
            x, y.
        reach : float
            How near to an edge or a line it has to be.
        extent : (float, float)
            Height and width of the reference.
        """
        if self.line is not None and (end := line_grip_at(self.line, point, reach)) is not None:
            return Hold(end == "whole", partial(self._drag_line, self.line, end, point, extent))
        if self.roi is not None:
            edges = grip_at(self.roi, *point, reach, self.drawing == "region")
            if edges is not None:
                return Hold(edges == (0, 0), partial(self._drag_roi, self.roi, edges, point, extent))
        return None

    def begin(self, point: Point, extent: Extent) -> Hold:
        """Return the hold on a shape that begins at a point."""
        return Hold(False, partial(self._draw_line if self.drawing == "line" else self._draw_roi, point, extent))

    def _draw_roi(self, start: Point, extent: Extent, to: Point) -> None:
        self.set_roi(spanned(start, to, extent))

    def _draw_line(self, start: Point, extent: Extent, to: Point) -> None:
        self.set_line(line_between(start, to, extent))

    def _drag_roi(self, region: Region, grip: Grip, start: Point, extent: Extent, to: Point) -> None:
        self.set_roi(dragged(region, grip, to[0] - start[0], to[1] - start[1], extent))

    def _drag_line(self, line: Line, grip: LineGrip, start: Point, extent: Extent, to: Point) -> None:
        self.set_line(line_dragged(line, grip, to[0] - start[0], to[1] - start[1], extent))
