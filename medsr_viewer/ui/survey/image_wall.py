"""The images of a trial on black, or mid-gray between two trials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.image_item import Appearance
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.survey.arrangement import best_columns
from medsr_viewer.ui.survey.shared_window import SharedWindow
from medsr_viewer.ui.survey.viewport import LinkedView, Viewport

MID_GRAY = QColor(128, 128, 128)
_GAP = 4
_CAPTION_LINES = 1.7


@dataclass(frozen=True, eq=False)
class Shown:
    """An image as it is put on the wall.

    Parameters
    ----------
    picture : Picture
        Its pixels.
    window : (float, float)
        (center, width) that the study lays down.
    inverted : bool
        Smallest value white.
    """

    picture: Picture
    window: tuple[float, float]
    inverted: bool = False


class ImageWall(QWidget):
    """Equally large images, linked in zoom, place and window, as large as there is room.

    Attributes
    ----------
    view : LinkedView
        Where all of them are looked at.
    window_values : SharedWindow
        What all of them are shown through.
    """

    appeared = Signal()
    """The images of a trial have been painted for the first time."""
    pressed = Signal(int)
    """An image was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = LinkedView(self)
        self.window_values = SharedWindow(self)
        self.window_values.changed.connect(self._apply_window)
        self._drawn = Drawn(self)
        self._ports: list[Viewport] = []
        self._captions: list[QLabel] = []
        self._shown: tuple[Shown, ...] = ()
        self._has_captions = False
        self._unpainted: set[Viewport] = set()
        self.setMinimumSize(320, 240)

    @property
    def ports(self) -> tuple[Viewport, ...]:
        """The images on the wall; none between two trials."""
        return tuple(self._ports[: len(self._shown)])

    def show_images(self, images: Sequence[Shown], captions: Sequence[str]) -> None:
        """Put images on the wall, left to right, fitted, with the study's window.

        Parameters
        ----------
        images : sequence of Shown
            Of one size.
        captions : sequence of str
            Above each; none at all leave the room to the images.
        """
        self._shown = tuple(images)
        self._has_captions = any(captions)
        while len(self._ports) < len(images):
            self._add_port()
        self.window_values.reset()
        height, width = images[0].picture.extent
        self.view.set_extent(height, width)
        self.view.reset()
        self._apply_window()
        for port, image in zip(self.ports, images, strict=True):
            port.item.picture = image.picture
        self._unpainted = set(self.ports)
        self._place()
        for index, (port, caption) in enumerate(zip(self._ports, self._captions, strict=True)):
            is_used = index < len(images)
            port.setVisible(is_used)
            caption.setVisible(is_used and self._has_captions)
            caption.setText(captions[index] if is_used and self._has_captions else "")
        self.update()

    def blank(self) -> None:
        """Show mid-gray alone."""
        self._shown = ()
        self._unpainted = set()
        for port, caption in zip(self._ports, self._captions, strict=True):
            port.item.picture = None
            port.set_marked(False)
            port.hide()
            caption.hide()
            caption.clear()
        self.update()

    def set_caption(self, index: int, text: str) -> None:
        """Write above an image."""
        self._captions[index].setText(text)

    def caption(self, index: int) -> str:
        """Return what is written above an image."""
        return self._captions[index].text()

    def mark(self, index: int) -> None:
        """Frame one image, or none (-1)."""
        for place, port in enumerate(self._ports):
            port.set_marked(place == index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the surround: black around images, mid-gray between two trials."""
        QPainter(self).fillRect(self.rect(), theme.SURROUND if self._shown else MID_GRAY)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Arrange the images anew."""
        self._place()

    def _add_port(self) -> None:
        index, port, caption = len(self._ports), Viewport(self.view, self._drawn, self), QLabel(self)
        caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        port.pressed.connect(lambda: self.pressed.emit(index))
        port.painted.connect(lambda: self._note_painted(port))
        port.window_drag_started.connect(self.window_values.begin_drag)
        port.window_drag_moved.connect(self.window_values.drag)
        port.double_clicked.connect(self.view.fit)
        port.hide()
        self._ports.append(port)
        self._captions.append(caption)

    def _note_painted(self, port: Viewport) -> None:
        if port in self._unpainted:
            self._unpainted.discard(port)
            if not self._unpainted:
                self.appeared.emit()

    @Slot()
    def _apply_window(self) -> None:
        for port, image in zip(self.ports, self._shown, strict=True):
            port.item.appearance = Appearance(self.window_values.applied(image.window), image.inverted)
            port.update()

    def _place(self) -> None:
        if not self._shown:
            return
        count, text = len(self._shown), self._caption_height()
        height, width = self._shown[0].picture.extent
        room = self.rect()
        columns = best_columns(count, room.width(), room.height(), width / height, text)
        rows = math.ceil(count / columns)
        cell_width = (room.width() - _GAP * (columns - 1)) // columns
        cell_height = (room.height() - _GAP * (rows - 1)) // rows
        for index in range(count):
            row, column = divmod(index, columns)
            left, top = column * (cell_width + _GAP), row * (cell_height + _GAP)
            self._captions[index].setGeometry(QRect(left, top, cell_width, text))
            self._ports[index].setGeometry(QRect(left, top + text, cell_width, cell_height - text))
        self.view.set_viewport(*self._ports[0].device_size)

    def _caption_height(self) -> int:
        return round(self.fontMetrics().height() * _CAPTION_LINES) if self._has_captions else 0
