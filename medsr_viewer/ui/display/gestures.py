"""Which mouse button and modifier mean what, and how far a wheel turned. The defaults of most DICOM viewers."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent

from medsr_viewer.imaging.frame import Voi, VoiLut, Window, full_range_window

_NOTCH = 120
_PIXELS_A_STEP = 40
_ZOOM_A_NOTCH = 1.2
# A drag of this many logical pixels crosses the whole range.
_PIXELS_A_RANGE = 512.0
_FINE = 0.2


class Gesture(Enum):
    """What a drag does."""

    WINDOW = auto()
    PAN = auto()
    ZOOM = auto()
    DRAW = auto()


def gesture_for(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, draws: bool) -> Gesture | None:
    """Return what a drag with a button does.

    Parameters
    ----------
    button : Qt.MouseButton
        The button pressed.
    modifiers : Qt.KeyboardModifier
        The keys held at the press.
    draws : bool
        Whether a plain left drag draws a region instead of changing the window.
    """
    if button == Qt.MouseButton.MiddleButton:
        return Gesture.PAN
    if button == Qt.MouseButton.RightButton:
        return Gesture.ZOOM
    if button != Qt.MouseButton.LeftButton:
        return None
    for key, gesture in (
        (Qt.KeyboardModifier.AltModifier, Gesture.WINDOW),
        (Qt.KeyboardModifier.ShiftModifier, Gesture.ZOOM),
        (Qt.KeyboardModifier.ControlModifier, Gesture.PAN),
    ):
        if modifiers & key:
            return gesture
    return Gesture.DRAW if draws else Gesture.WINDOW


def linear_equivalent(voi: Voi) -> Window:
    """Return the window that a drag starts from: the window itself, or the straight line over a table's values."""
    if isinstance(voi, VoiLut):
        return full_range_window(voi.first, voi.first + voi.table.size - 1)
    return voi


def window_after(
    start: Window, value_range: tuple[float, float], moved: tuple[float, float], fine: bool = False
) -> tuple[float, float]:
    """Return the centre and width after a drag.

    The step follows the range of the data, but not beyond four times the starting width: a metal clip in a CT must
    not make a brain window jump.

    Parameters
    ----------
    start : Window
        The window at the press.
    value_range : (float, float)
        Smallest and largest value of the image.
    moved : (float, float)
        Logical pixels to the right (widens) and down (lowers the level).
    fine : bool
        A fifth of the step.
    """
    span = value_range[1] - value_range[0]
    step = max(min(span, 4 * start.width), span / 8) / _PIXELS_A_RANGE or 1.0 / _PIXELS_A_RANGE
    step *= _FINE if fine else 1.0
    # LINEAR is undefined below a width of 1 (PS3.3 C.11.2.1.2.1); the others need only be above 0.
    narrowest = 1.0 if start.function == "LINEAR" else max(span, abs(start.center) * 1e-3, 1e-30) * 1e-4
    return start.center - moved[1] * step, max(narrowest, start.width + moved[0] * step)


class Wheel:
    """Adds wheel and touchpad movements up to whole steps."""

    def __init__(self) -> None:
        self._rest = 0.0

    def steps(self, event: QWheelEvent) -> int:
        """Return the whole steps due, positive towards the user (the next frame); the rest is kept."""
        amount = -_movement(event)
        if amount * self._rest < 0:
            self._rest = 0.0  # a turn back starts afresh
        self._rest += amount
        whole = int(self._rest)
        self._rest -= whole
        return whole

    @staticmethod
    def zoom_factor(event: QWheelEvent) -> float:
        """Return the zoom that the event asks for: smooth on a touchpad, a fifth a notch on a wheel."""
        return float(_ZOOM_A_NOTCH ** _movement(event))


def drag_zoom_factor(moved_down: float) -> float:
    """Return the zoom for a drag by logical pixels: up enlarges."""
    return float(1.01**-moved_down)


def _movement(event: QWheelEvent) -> float:
    pixels: QPoint = event.pixelDelta()
    if not pixels.isNull():
        return (pixels.y() or pixels.x()) / _PIXELS_A_STEP
    angle = event.angleDelta()
    return (angle.y() or angle.x()) / _NOTCH  # Alt turns a vertical wheel into a horizontal one
