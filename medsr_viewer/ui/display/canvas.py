"""The picture area of a panel: paints, and turns mouse and keys into intents.

A plain QWidget: see `image_item` for why not a graphics scene. What several panels share (view, crosshair, shapes) is
given by the grid; nothing here knows of other panels.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.drawn import Drawn, Hold
from medsr_viewer.ui.display.gestures import Gesture, Wheel, drag_zoom_factor, gesture_for
from medsr_viewer.ui.display.image_item import ImageItem
from medsr_viewer.ui.display.labels import Labels
from medsr_viewer.ui.display.overlay import BarBasis, Overlay, paint_badges, paint_crosshair, paint_overlay
from medsr_viewer.ui.display.projection import Projection
from medsr_viewer.ui.display.shapes import paint_line, paint_roi
from medsr_viewer.ui.display.view_state import ViewState

_GRIP_REACH = 5.0


class Canvas(QWidget):
    """One panel's picture with everything that is drawn over it.

    Parameters
    ----------
    view : ViewState
        Where to look; shared by linked panels.
    drawn : Drawn
        What is drawn over all panels.
    parent : QWidget, optional
        The panel.
    """

    window_drag_started = Signal()
    window_drag_moved = Signal(float, float, bool)  # logical pixels right and down since the start; fine
    cursor_moved = Signal(object)  # (x, y) in reference pixels, or None
    scrolled = Signal(int)
    context_menu_requested = Signal(QPoint)  # global
    double_clicked = Signal()
    focused = Signal()
    resized = Signal()

    def __init__(self, view: ViewState, drawn: Drawn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = ImageItem()
        self.overlay = Overlay()
        self.overlays_visible = True
        self.wheel_zooms = False
        self.line_colour = theme.PANEL_COLOURS[0]
        self.crosshair: tuple[float, float] | None = None
        self.step_focus: Callable[[bool], bool] = lambda _forward: False
        self.bar_basis: Callable[[], BarBasis] = lambda: BarBasis(self.device_size[0] / 4)
        self._view, self._drawn = view, drawn
        view.changed.connect(self.update)
        drawn.changed.connect(self.update)
        self._wheel = Wheel()
        self._labels = Labels()
        self._gesture: Gesture | None = None
        self._pressed = self._last = QPointF()
        self._anchor = (0.0, 0.0)
        self._held: Hold | None = None
        self._moved = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(80, 60)

    @property
    def view(self) -> ViewState:
        """Where the panel looks."""
        return self._view

    @view.setter
    def view(self, view: ViewState) -> None:
        self._view.changed.disconnect(self.update)
        self._view = view
        view.changed.connect(self.update)
        self.update()

    @property
    def device_size(self) -> tuple[int, int]:
        """Width and height in device pixels."""
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    @property
    def projection(self) -> Projection:
        """How the reference is seen now."""
        return self._view.projection(self.device_size)

    def reference_at(self, position: QPointF) -> tuple[float, float]:
        """Return the point (x, y) in reference pixels under a position in the widget."""
        ratio = self.devicePixelRatioF()
        return self.projection.to_reference(position.x() * ratio, position.y() * ratio)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the surround, the picture, what lies over it, and who has the focus."""
        painter = QPainter(self)
        self._paint(painter, with_texts=self.overlays_visible)
        if self.hasFocus():
            box = self.rect()
            painter.setPen(theme.ACCENT)
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            painter.drawRect(box.adjusted(1, 1, -2, -2))

    def picture_alone(self) -> QImage:
        """Return what is painted, without the texts that name the patient and without the mark of the focus."""
        image = QImage(*self.device_size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(image)
        painter.setFont(self.font())
        self._paint(painter, with_texts=False)
        painter.end()
        return image

    def _paint(self, painter: QPainter, *, with_texts: bool) -> None:
        ratio, projection, box = self.devicePixelRatioF(), self.projection, self.rect()
        painter.fillRect(box, theme.SURROUND)
        if not self.overlay.title:
            self.item.paint(painter, projection, ratio)
            self._paint_shapes(painter, projection, ratio)
        if with_texts:
            if self.crosshair is not None and not self.overlay.title:
                paint_crosshair(painter, box, projection.to_screen(*self.crosshair), ratio)
            self._describe(projection.zoom)
            paint_overlay(painter, self._labels, box, self.overlay, projection, ratio)
        paint_badges(painter, self._labels, box, self.overlay)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Tell the grid, which refits."""
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a drag."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._gesture is not None:
            return
        self._pressed = self._last = event.position()
        self._moved = False
        self._anchor = self.reference_at(event.position())
        self._gesture = gesture_for(event.button(), event.modifiers(), bool(self._drawn.drawing))
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            self._held = self._hold_at(self._anchor)
            if self._held is not None:
                self._gesture = Gesture.DRAW
        if self._gesture is Gesture.DRAW and self._held is None:
            self._held = self._drawn.begin(self._anchor, self._view.extent)
        if self._gesture is Gesture.WINDOW:
            self.window_drag_started.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag; report the cursor."""
        position = event.position()
        if not event.buttons():
            self._gesture, self._held = None, None  # the release went elsewhere: to a menu, another window
        if self._gesture is None:
            self._show_grip(position)
        elif self._moved or (position - self._pressed).manhattanLength() >= 2:
            self._moved = True
            self._drag(position, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        self._last = position
        self.cursor_moved.emit(self.reference_at(position))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag; a right click without one asks for the context menu."""
        if event.buttons() == Qt.MouseButton.NoButton:
            clicked = event.button() == Qt.MouseButton.RightButton and not self._moved
            self._gesture, self._held = None, None
            if clicked:
                self.context_menu_requested.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the panel alone, or for all again."""
        if event.button() == Qt.MouseButton.LeftButton and not self._drawn.drawing:
            self._gesture = None
            self.double_clicked.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open on the menu key; the mouse asks on release, when it is clear that nothing was dragged."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_menu_requested.emit(self.mapToGlobal(self.rect().center()))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the stack, or zoom at the cursor."""
        if self.wheel_zooms or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_by(Wheel.zoom_factor(event), self.reference_at(event.position()))
        elif steps := self._wheel.steps(event):
            self.scrolled.emit(steps)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching on a touchpad."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._view.zoom_by(1.0 + event.value(), self.reference_at(event.position()))
            return True
        return super().event(event)

    def leaveEvent(self, _event: QEvent) -> None:
        """Report that the cursor has gone."""
        self.cursor_moved.emit(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Report and show the focus."""
        super().focusInEvent(event)
        self.focused.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the neighbouring panel; from the last one out of the grid."""
        return self.step_focus(forward) or super().focusNextPrevChild(forward)

    def _describe(self, zoom: float) -> None:
        """Write what the picture's own pixels are: the input of a method has larger ones than its result."""
        overlay, picture = self.overlay, self.item.picture
        if picture is None:
            overlay.notes, overlay.bar = [], None
            return
        overlay.pixel_size, overlay.bar = picture.pixel_size, self.bar_basis()
        size = f"{picture.shape[1]} \N{MULTIPLICATION SIGN} {picture.shape[0]} px"
        overlay.notes = [
            size,
            f"zoom {zoom * picture.pixel_size * 100:.0f} % · {self.item.interpolation(zoom)}",
        ]

    def _drag(self, position: QPointF, fine: bool) -> None:
        moved = position - self._pressed
        delta = position - self._last
        ratio = self.devicePixelRatioF()
        if self._gesture is Gesture.WINDOW:
            self.window_drag_moved.emit(moved.x(), moved.y(), fine)
        elif self._gesture is Gesture.PAN:
            self._view.pan_by(delta.x() * ratio, delta.y() * ratio)
        elif self._gesture is Gesture.ZOOM:
            self._view.zoom_by(drag_zoom_factor(delta.y()), self._anchor)
        elif self._held is not None:
            self._held.drag(self.reference_at(position))

    def _hold_at(self, point: tuple[float, float]) -> Hold | None:
        reach = _GRIP_REACH * self.devicePixelRatioF() / self._view.zoom
        return self._drawn.hold(point, reach, self._view.extent)

    def _show_grip(self, position: QPointF) -> None:
        held = self._hold_at(self.reference_at(position))
        if held is None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.setCursor(Qt.CursorShape.SizeAllCursor if held.moves_whole else Qt.CursorShape.PointingHandCursor)

    def _paint_shapes(self, painter: QPainter, projection: Projection, ratio: float) -> None:
        roi, line = self._drawn.roi, self._drawn.line
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if roi is not None:
            paint_roi(painter, roi, projection, ratio)
        if line is not None:
            overlay = self.overlay
            colour = self.line_colour if overlay.line_name else theme.OVERLAY
            # Of the picture's own pixels, as its size and its readout are: an input's are larger than its upscaling's.
            length = overlay.ruler.text(line, self.item.picture.pixel_size if self.item.picture is not None else 1.0)
            text = " · ".join(part for part in (overlay.line_name, length) if part)
            paint_line(painter, self._labels, self.rect(), line, projection, ratio, colour, text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
