"""How the region and the line look over a picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.labels import Labels
from medsr_viewer.ui.display.line import Line
from medsr_viewer.ui.display.projection import Projection

_HANDLE = 3.0
_LABEL_GAP = 8
_SHADOW = QColor(0, 0, 0, 170)


def paint_roi(painter: QPainter, region: Region, projection: Projection, ratio: float) -> None:
    """Draw the rectangle with its handles."""
    corners = projection.to_screen(region.left, region.top), projection.to_screen(region.right, region.bottom)
    (x0, x1), (y0, y1) = sorted((corners[0][0], corners[1][0])), sorted((corners[0][1], corners[1][1]))
    frame = QRectF(x0 / ratio, y0 / ratio, (x1 - x0) / ratio, (y1 - y0) / ratio)
    painter.setPen(QPen(theme.ROI, 1.5))
    painter.drawRect(frame)
    for x in (frame.left(), frame.center().x(), frame.right()):
        for y in (frame.top(), frame.center().y(), frame.bottom()):
            if (x, y) != (frame.center().x(), frame.center().y()):
                painter.fillRect(QRectF(x - _HANDLE, y - _HANDLE, 2 * _HANDLE, 2 * _HANDLE), theme.ROI)


def paint_line(
    painter: QPainter,
    labels: Labels,
    box: QRect,
    line: Line,
    projection: Projection,
    ratio: float,
    colour: QColor,
    text: str,
) -> None:
    """Draw the line, its ends, and a text beside its middle, kept within the panel.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    labels : Labels
        The panel's texts.
    box : QRect
        The panel.
    line : Line
        In reference pixels.
    projection : Projection
        How the panel sees the reference.
    ratio : float
        Device pixels per logical pixel.
    colour : QColor
        The panel's.
    text : str
        What is written.
    """
    start, end = (
        QPointF(x / ratio, y / ratio) for x, y in (projection.to_screen(*line.start), projection.to_screen(*line.end))
    )
    for pen in (QPen(_SHADOW, 3.5), QPen(colour, 1.5)):
        painter.setPen(pen)
        painter.drawLine(start, end)
    painter.setBrush(colour)
    for tip in (start, end):
        painter.drawEllipse(tip, _HANDLE, _HANDLE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    metrics = QFontMetrics(painter.font())
    width, height = metrics.horizontalAdvance(text) + 8, metrics.height() + 2
    middle = (start + end) / 2
    across, down = abs(end.x() - start.x()), abs(end.y() - start.y())
    if down > across:  # to the right of the line, clear of its slant
        x, y = middle.x() + _LABEL_GAP + height / 2 * across / down, middle.y() - height / 2
    else:
        rise = width / 2 * down / across if across else 0.0
        x, y = middle.x() - width / 2, middle.y() - height - _LABEL_GAP / 2 - rise
    left = min(max(round(x), box.left()), box.right() - width)
    top = min(max(round(y), box.top()), box.bottom() - height)
    place = QRect(left, top, width, height)
    painter.fillRect(place, _SHADOW)
    labels.draw(painter, place, Qt.AlignmentFlag.AlignCenter, text, colour=colour)
