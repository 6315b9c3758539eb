"""The window of all images of a trial: changed together, each from its own."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from medsr_viewer.imaging.frame import Window

_PIXELS_A_WIDTH = 400.0
_PIXELS_A_DOUBLING = 200.0
_FINE = 0.2
_NARROWEST, _WIDEST = 1 / 64, 64.0

PRESETS: tuple[tuple[float, float, str], ...] = (
    (0.0, 1.0, "the study's"),
    (0.0, 0.5, "half as wide"),
    (0.0, 2.0, "twice as wide"),
    (-0.25, 1.0, "brighter"),
    (0.25, 1.0, "darker"),
)
"""Shift and factor of Alt+1 to Alt+5. None follows the values of an image: these differ between the methods."""


class SharedWindow(QObject):
    """How far the window was moved and widened against the one that the study lays down.

    Attributes
    ----------
    shift : float
        Of the centre, in widths of the study's window.
    factor : float
        Of the width.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_fixed = False
        self.shift, self.factor = 0.0, 1.0
        self._start = (0.0, 1.0)

    def applied(self, window: tuple[float, float]) -> Window:
        """Return what an image is shown through, whose (center, width) the study lays down."""
        center, width = window
        # LINEAR_EXACT: stimuli may be of any unit, and LINEAR is undefined below a width of 1 (PS3.3 C.11.2.1.2.1).
        return Window(center + self.shift * width, width * self.factor, "LINEAR_EXACT")

    def reset(self) -> None:
        """Back to the study's."""
        self._set(0.0, 1.0)

    def choose(self, preset: int) -> None:
        """Take a preset, from 0."""
        if not self.is_fixed:
            self._set(*PRESETS[preset][:2])

    def begin_drag(self) -> None:
        """Remember where a drag starts."""
        self._start = (self.shift, self.factor)

    def drag(self, right: float, down: float, fine: bool) -> None:
        """Follow a drag: right widens, down lowers the centre (brighter), as in the viewer."""
        if self.is_fixed:
            return
        step = _FINE if fine else 1.0
        shift, factor = self._start
        widened = factor * 2 ** (right * step / _PIXELS_A_DOUBLING)
        self._set(shift - down * step * factor / _PIXELS_A_WIDTH, min(_WIDEST, max(_NARROWEST, widened)))

    def _set(self, shift: float, factor: float) -> None:
        if (shift, factor) != (self.shift, self.factor):
            self.shift, self.factor = shift, factor
            self.changed.emit()
