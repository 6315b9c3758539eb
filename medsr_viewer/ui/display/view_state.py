"""The view that linked panels share: where they look, how closely, and which way up."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from medsr_viewer.ui.display.projection import UPRIGHT, Projection, Turn, compose

MAX_ZOOM = 64.0
_QUARTER: Turn = (0, -1, 1, 0)
_MIRROR: Turn = (-1, 0, 0, 1)
_UPSIDE_DOWN: Turn = (1, 0, 0, -1)
# A crop of a few pixels keeps the view where it is; anything else is the same picture on another grid.
_SAME_GRID = 1.1
# One to one is the zoom times its inverse, which may be a little less than 1: pixels would be averaged.
_ROUNDING = 1e-9


class ViewState(QObject):
    """Centre, zoom, fit and turn. Scrolling and windowing never touch it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.center = (0.5, 0.5)
        self.zoom = 1.0
        self.turn: Turn = UPRIGHT
        self.is_fit = True
        """Whether the view follows the size of the panels so that the whole image shows."""
        self.extent = (1.0, 1.0)
        """Height and width of the reference."""
        self._viewport = (1, 1)

    def projection(self, size: tuple[int, int]) -> Projection:
        """Return this view for a panel of a size (width, height) in device pixels."""
        return Projection(self.center, self.zoom, self.turn, size)

    def adopt(self, other: ViewState) -> None:
        """Take over another's view."""
        self.center, self.zoom, self.turn, self.is_fit = other.center, other.zoom, other.turn, other.is_fit
        self.extent, self._viewport = other.extent, other._viewport
        self.changed.emit()

    def set_extent(self, height: float, width: float) -> None:
        """Set the size of the reference. A view that is not fitted stays at the same place of the image.

        A reference of clearly another size (another scale factor in Enhance) is taken for the same picture on another
        grid: centre and zoom follow. Call `reset` for another picture.
        """
        if (height, width) == self.extent:
            return
        ratio = width / self.extent[1]
        if not self.is_fit and is_other_grid(self.extent, (height, width)):
            self.center = (self.center[0] * ratio, self.center[1] * height / self.extent[0])
            self.zoom /= ratio
        self.extent = (height, width)
        self._settle()

    def set_viewport(self, width: int, height: int) -> None:
        """Set the device pixels that a fitted image has to fit in."""
        if (width, height) != self._viewport:
            self._viewport = (max(1, width), max(1, height))
            self._settle()

    def fit(self) -> None:
        """Show the whole image, and keep doing so when the panels are resized."""
        self.is_fit = True
        self._settle()

    def reset(self) -> None:
        """Undo flips and turns, and fit."""
        self.turn = UPRIGHT
        self.fit()

    def one_to_one(self) -> None:
        """Show a reference pixel as one screen pixel."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_by(self, factor: float, anchor: tuple[float, float] | None = None) -> None:
        """Zoom so that a reference point stays where it is on the screen.

        Parameters
        ----------
        factor : float
            Above 1 enlarges.
        anchor : (float, float), optional
            The point (x, y) in reference pixels; by default the centre.
        """
        x, y = anchor or self.center
        zoom = min(MAX_ZOOM, max(min(self._fitting_zoom(), 1.0) / 8, self.zoom * factor))
        if abs(zoom - round(zoom)) < _ROUNDING:
            zoom = float(round(zoom))
        share = self.zoom / zoom
        self.center = (x - (x - self.center[0]) * share, y - (y - self.center[1]) * share)
        self.zoom = zoom
        self.is_fit = False
        self._settle()

    def pan_by(self, right: float, down: float) -> None:
        """Move the image on the screen by device pixels. Its edge can reach the middle of the panel, no further."""
        a, b, c, d = self.turn
        x, y = self.center
        self.center = (x - (a * right + c * down) / self.zoom, y - (b * right + d * down) / self.zoom)
        self.is_fit = False
        self._settle()

    def center_on(self, x: float, y: float) -> None:
        """Bring a reference point to the middle."""
        self.center = (x, y)
        self.is_fit = False
        self._settle()

    def flip_horizontal(self) -> None:
        """Exchange left and right, as seen."""
        self._turn(_MIRROR)

    def flip_vertical(self) -> None:
        """Exchange top and bottom, as seen."""
        self._turn(_UPSIDE_DOWN)

    def rotate(self, quarter_turns: int) -> None:
        """Rotate clockwise, as seen."""
        for _ in range(quarter_turns % 4):
            self._turn(_QUARTER)

    def _turn(self, turn: Turn) -> None:
        self.turn = compose(turn, self.turn)
        self._settle()

    def _fitting_zoom(self) -> float:
        height, width = self.extent if self.turn[0] else self.extent[::-1]
        return min(MAX_ZOOM, self._viewport[0] / width, self._viewport[1] / height)

    def _settle(self) -> None:
        height, width = self.extent
        if self.is_fit:
            self.zoom = self._fitting_zoom()
            self.center = (width / 2, height / 2)
        self.center = (min(max(self.center[0], 0.0), width), min(max(self.center[1], 0.0), height))
        self.changed.emit()


def is_other_grid(before: tuple[float, float], after: tuple[float, float]) -> bool:
    """Whether two sizes (height, width) of a picture are so different that they are not crops of one another."""
    return not 1 / _SAME_GRID < after[1] / before[1] < _SAME_GRID
