"""The panels as a labelled picture to be saved. Names of patients are left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import CannotWrite
from medsr_viewer.ui.display.panel import Panel
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.runner import Report, Work
from medsr_viewer.whole_files import write_whole

_GAP = 8
_BACKGROUND, _INK = QColor(24, 24, 27), QColor(235, 235, 235)


def render_figure(grid: PanelGrid, shown: Sequence[tuple[Panel, tuple[str, str]]], about: Sequence[str] = ()) -> QImage:
    """Paint panels as they stand, each above its two lines of caption, and what holds for all below them.

    Parameters
    ----------
    grid : PanelGrid
        Whose font and resolution the texts take.
    shown : sequence of (Panel, (str, str))
        At least one panel of the grid, with what it shows and how that scored.
    about : sequence of str
        What holds for all: see `provenance`.
    """
    pictures = [panel.canvas.picture_alone() for panel, _ in shown]
    ratio = grid.devicePixelRatioF()
    font = grid.font()
    font.setPointSizeF(font.pointSizeF() * ratio)
    line = QFontMetrics(font).height() + 2
    width = sum(picture.width() + _GAP for picture in pictures) + _GAP
    above = max(picture.height() for picture in pictures) + 2 * line + 3 * _GAP
    wrap = Qt.TextFlag.TextWordWrap
    room = QFontMetrics(font).boundingRect(QRect(0, 0, width - 2 * _GAP, 10_000), wrap, "\n".join(about))
    height = above + (room.height() + _GAP if about else 0)
    figure = QImage(width, height, QImage.Format.Format_RGB32)
    figure.fill(_BACKGROUND)
    painter = QPainter(figure)
    painter.setFont(font)
    painter.setPen(_INK)
    metrics = QFontMetrics(font)
    left = _GAP
    for picture, (_, texts) in zip(pictures, shown, strict=True):
        picture.setDevicePixelRatio(1.0)
        painter.drawImage(QPoint(left, _GAP), picture)
        for row, text in enumerate(texts):
            place = QRect(left, picture.height() + 2 * _GAP + row * line, picture.width(), line)
            fitted = metrics.elidedText(text, Qt.TextElideMode.ElideRight, picture.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft, fitted)
        left += picture.width() + _GAP
    painter.drawText(QRect(_GAP, above, width - 2 * _GAP, height - above), wrap, "\n".join(about))
    painter.end()
    return figure


def writing(figure: QImage, path: Path) -> Work:
    """Return the work of writing a figure as a PNG."""

    def work(_token: CancelToken, _report: Report) -> Path:
        encoded = QBuffer()
        encoded.open(QIODevice.OpenModeFlag.WriteOnly)
        if not figure.save(encoded, "PNG"):  # type: ignore[call-overload]
            raise CannotWrite(f"{path.name}: the figure cannot be encoded")
        write_whole(path, bytes(encoded.data().data()))
        return path

    return work
