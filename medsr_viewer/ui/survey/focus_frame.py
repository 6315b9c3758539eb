"""Shows where keys go. Qt's own marks are a line thin, and are left out where keys have not moved the focus yet."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from medsr_viewer.ui.display import theme

_ROUND = 4
_WIDTH = 2


def draw_focus_frame(widget: QWidget, place: QRect) -> None:
    """Frame a place of a widget, whose paint event this is."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.ACCENT, _WIDTH))
    painter.drawRoundedRect(place, _ROUND, _ROUND)
    painter.end()
