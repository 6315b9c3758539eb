"""Patches of gray that a reading screen must tell apart: eleven steps, and two squares nearly black and white."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_STEPS = 11
_DARK, _BRIGHT = (0.0, 0.05), (1.0, 0.95)


class GrayPatches(QWidget):
    """Steps of 10 % on top; below 5 % in 0 % and 95 % in 100 %, as in the SMPTE RP 133 pattern."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size in which both parts are easily seen."""
        return QSize(700, 230)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them on black."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0))
        upper = self.height() * 2 // 5
        edges = [round(index * self.width() / _STEPS) for index in range(_STEPS + 1)]
        for index in range(_STEPS):
            box = QRect(edges[index], 0, edges[index + 1] - edges[index], upper)
            painter.fillRect(box, _gray(index / (_STEPS - 1)))
        half = self.width() // 2
        lower = QRect(0, upper, self.width(), self.height() - upper)
        for left, (outer, inner) in ((0, _DARK), (half, _BRIGHT)):
            box = QRect(left, lower.top(), half, lower.height())
            side = lower.height() // 2
            painter.fillRect(box, _gray(outer))
            painter.fillRect(
                QRect(box.center().x() - side // 2, box.center().y() - side // 2, side, side), _gray(inner)
            )
        painter.end()


def _gray(share: float) -> QColor:
    level = round(255 * share)
    return QColor(level, level, level)
