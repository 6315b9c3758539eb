"""One image of a trial: a canvas with nothing written over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.canvas import Canvas
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.view_state import ViewState

_MARK = 3


class LinkedView(ViewState):
    """Where all images of a trial are looked at; it stays fitted where the design allows no zoom."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_fixed = False

    def zoom_by(self, factor: float, anchor: tuple[float, float] | None = None) -> None:
        """Zoom, if that is allowed."""
        if not self.is_fixed:
            super().zoom_by(factor, anchor)

    def pan_by(self, right: float, down: float) -> None:
        """Move, if that is allowed."""
        if not self.is_fixed:
            super().pan_by(right, down)


class Viewport(Canvas):
    """Paints the image and nothing else: no name, no size, no values under the cursor.

    Parameters
    ----------
    view : LinkedView
        Shared by the images of a trial.
    drawn : Drawn
        Nothing is drawn over the images.
    parent : QWidget, optional
        The wall.
    """

    pressed = Signal()
    painted = Signal()
    """Pixels of the image are on the screen."""

    def __init__(self, view: LinkedView, drawn: Drawn, parent: QWidget | None = None) -> None:
        super().__init__(view, drawn, parent)
        self.is_marked = False
        self.overlays_visible = False
        self.wheel_zooms = True
        # Bilinear when enlarged, as reading workstations do: whole pixels of uneven size would be an artefact of ours.
        self.item.wanted = "smooth"

    def set_marked(self, marked: bool) -> None:
        """Frame the image: keys act on it."""
        if marked != self.is_marked:
            self.is_marked = marked
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the surround, the image, and the frame of the one that is rated now."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.SURROUND)
        self.item.paint(painter, self.projection, self.devicePixelRatioF())
        if self.is_marked:
            painter.setPen(QPen(theme.ACCENT, _MARK))
            inset = _MARK // 2
            painter.drawRect(self.rect().adjusted(inset, inset, -inset - 1, -inset - 1))
        painter.end()
        if self.item.picture is not None:
            self.painted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make this the image that keys act on, and start a drag."""
        self.pressed.emit()
        super().mousePressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave tooltips out."""
        if event.type() == QEvent.Type.ToolTip:
            return True
        return super().event(event)
