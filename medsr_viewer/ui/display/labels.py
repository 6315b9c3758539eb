"""Texts over a picture, readable on black and on white, drawn once and kept.

Drawing every corner text anew took longer than the pictures themselves (2 of 3 ms for four panels).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from medsr_viewer.ui.display import theme

_HALO = QColor(0, 0, 0, 120)
_BACKING = QColor(0, 0, 0, 130)  # a halo alone is lost among the edges of bone and breast tissue
_AROUND = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]
_PADDING = 2
_KEPT = 64
_Key: TypeAlias = tuple[str, str, int, float, int]


class Labels:
    """Draws light texts with a dark halo on a translucent dark ground; keeps the last 64 as images."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, QImage] = OrderedDict()

    def draw(
        self,
        painter: QPainter,
        box: QRect,
        align: Qt.AlignmentFlag,
        text: str,
        bold: bool = False,
        colour: QColor = theme.OVERLAY,
    ) -> None:
        """Draw lines of text into a box.

        Parameters
        ----------
        painter : QPainter
            In logical pixels; its font is used.
        box : QRect
            Where.
        align : Qt.AlignmentFlag
            At which edges of the box; lines among themselves follow the horizontal one.
        text : str
            Lines with newlines between them.
        bold : bool
            Whether in bold.
        colour : QColor
            Of the text, on its dark halo.
        """
        if not text:
            return
        font = QFont(painter.font())
        font.setBold(bold)
        sideways = align & Qt.AlignmentFlag.AlignHorizontal_Mask
        image = self._image(text, font, sideways, painter.device().devicePixelRatioF(), colour)
        size = image.deviceIndependentSize()
        x = _placed(
            box.left(), box.width(), size.width(), align, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        )
        y = _placed(
            box.top(), box.height(), size.height(), align, Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        )
        painter.drawImage(QPointF(round(x), round(y)), image)

    def _image(self, text: str, font: QFont, sideways: Qt.AlignmentFlag, ratio: float, colour: QColor) -> QImage:
        key = (text, font.key(), sideways.value, ratio, colour.rgba())
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        image = self._kept[key] = _drawn(text, font, sideways, ratio, colour)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return image


def _drawn(text: str, font: QFont, sideways: Qt.AlignmentFlag, ratio: float, colour: QColor) -> QImage:
    bounds = QFontMetrics(font).boundingRect(QRect(0, 0, 10_000, 10_000), Qt.AlignmentFlag.AlignLeft, text)
    width, height = bounds.width() + 2 * _PADDING + 1, bounds.height() + 2 * _PADDING
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(_BACKING)
    painter = QPainter(image)
    painter.setFont(font)
    box = QRectF(_PADDING, _PADDING, width - 2 * _PADDING, height - 2 * _PADDING)
    painter.setPen(_HALO)
    for x, y in _AROUND:
        painter.drawText(box.translated(x, y), sideways, text)
    painter.setPen(colour)
    painter.drawText(box, sideways, text)
    painter.end()
    return image


def _placed(
    start: float, room: float, size: float, align: Qt.AlignmentFlag, first: Qt.AlignmentFlag, last: Qt.AlignmentFlag
) -> float:
    # The halo's padding may leave the box: the text itself touches the edge.
    if align & first:
        return start - _PADDING
    if align & last:
        return start + room - size + _PADDING
    return start + (room - size) / 2
