"""What is written and drawn over a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.labels import Labels
from medsr_viewer.ui.display.line import Ruler
from medsr_viewer.ui.display.projection import Projection

MARGIN = 6
_SHADOW = QColor(0, 0, 0, 190)
_BAR_WIDTH = 12
_BAR_HEIGHT = 220
_NICE = (1.0, 2.0, 5.0, 10.0)
_LEGEND_LINES = 6  # of text: the title with its gap, a bar with three values, and the gap below
_BAR_LINES = 2
_PIXELS = Ruler()


@dataclass(frozen=True)
class BarBasis:
    """What the scale bars of linked panels have in common, so that all are of one length.

    Parameters
    ----------
    room : float
        Greatest length, in device pixels: the narrowest panel's.
    pixel_size : float
        Panel coordinates per pixel of the coarsest picture: a bar that counts pixels counts whole ones of each.
    """

    room: float
    pixel_size: float = 1.0


@dataclass
class Overlay:
    """The texts and marks of one panel.

    Parameters
    ----------
    top_left, top_right, bottom_left, bottom_right : list of str
        Lines in the corners.
    letters : tuple of str
        Orientation at the left, top, right and bottom edge of the image as stored.
    status : str
        "computing 34 %", "stale".
    title, advice : str
        An error shown in place of the picture.
    scale : ColourScale or None
        The colour bar.
    ruler : Ruler
        What lengths are measured in.
    readout : str
        Position and value under the cursor.
    notes : list of str
        The picture's own size, zoom and interpolation in force, below the bottom right lines.
    pixel_size : float
        Reference pixels per pixel of the picture shown.
    bar : BarBasis or None
        For the scale bar; None without a picture: no bar.
    line_name : str
        What the drawn line's values are of; "" where they are not plotted.
    """

    top_left: list[str] = field(default_factory=list)
    top_right: list[str] = field(default_factory=list)
    bottom_left: list[str] = field(default_factory=list)
    bottom_right: list[str] = field(default_factory=list)
    letters: tuple[str, str, str, str] = ("", "", "", "")
    status: str = ""
    title: str = ""
    advice: str = ""
    scale: ColourScale | None = None
    ruler: Ruler = _PIXELS
    readout: str = ""
    notes: list[str] = field(default_factory=list)
    pixel_size: float = 1.0
    bar: BarBasis | None = None
    line_name: str = ""


def paint_overlay(
    painter: QPainter, labels: Labels, box: QRect, overlay: Overlay, projection: Projection, ratio: float
) -> None:
    """Draw the marks that the user can hide: corner texts, letters, scale bar and readout.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    labels : Labels
        The panel's texts.
    box : QRect
        The panel.
    overlay : Overlay
        What to draw.
    projection : Projection
        How the panel sees the reference.
    ratio : float
        Device pixels per logical pixel.
    """
    left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
    top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
    half = box.width() // 2 - MARGIN
    readout = [overlay.readout] if overlay.readout else []
    _lines(painter, labels, box, overlay.top_left, left | top, half)
    metrics = QFontMetrics(painter.font())
    above_legend, below_legend, has_bar = _right_side(overlay, box, metrics)
    _lines(painter, labels, box, above_legend, right | top, half)
    _lines(painter, labels, box, [*overlay.bottom_left, *readout], left | bottom, half)
    _lines(painter, labels, box, below_legend, right | bottom, half)
    if overlay.title:
        return
    edges = box.adjusted(0, 0, -_legend_width(metrics, overlay.scale), 0)
    _letters(painter, labels, box, edges, seen_letters(overlay.letters, projection))
    if has_bar and overlay.bar is not None:
        above = box.adjusted(MARGIN, 0, -MARGIN, -(len(below_legend) + 1) * metrics.height())
        _scale_bar(painter, labels, above, overlay, overlay.bar, projection, ratio)


def paint_badges(painter: QPainter, labels: Labels, box: QRect, overlay: Overlay) -> None:
    """Draw what the user cannot hide: status, error and colour bar."""
    metrics = QFontMetrics(painter.font())
    if overlay.title:
        _paint_error(painter, box, overlay.title, overlay.advice)
    elif overlay.scale is not None:
        above, below, has_bar = _right_side(overlay, box, metrics)
        high = (len(above) + 2) * metrics.height()
        low = (len(below) + 1 + _BAR_LINES * has_bar) * metrics.height()
        _legend(painter, labels, box.adjusted(0, high, 0, -low), overlay.scale)
    if overlay.status:
        width = metrics.horizontalAdvance(overlay.status) + 4 * MARGIN
        lines = max(len(overlay.top_left), len(overlay.top_right), 1)
        top = box.top() + lines * metrics.height() + MARGIN
        chip = QRect(box.center().x() - width // 2, top, width, metrics.height() + MARGIN)
        painter.fillRect(chip, QColor(90, 76, 0, 230))
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, overlay.status)


def paint_crosshair(painter: QPainter, box: QRect, at: tuple[float, float], ratio: float) -> None:
    """Draw thin lines that leave the pixel itself free.

    Parameters
    ----------
    at : (float, float)
        In device pixels of the panel.
    """
    x, y = at[0] / ratio, at[1] / ratio
    gap = 12.0
    colour = QColor(theme.CROSSHAIR)
    colour.setAlpha(170)
    painter.setPen(QPen(colour, 0))
    painter.drawLine(QPointF(box.left(), y), QPointF(x - gap, y))
    painter.drawLine(QPointF(x + gap, y), QPointF(box.right(), y))
    painter.drawLine(QPointF(x, box.top()), QPointF(x, y - gap))
    painter.drawLine(QPointF(x, y + gap), QPointF(x, box.bottom()))


def seen_letters(letters: tuple[str, str, str, str], projection: Projection) -> tuple[str, str, str, str]:
    """Return the letters at the left, top, right and bottom of the screen, after flips and turns.

    Parameters
    ----------
    letters : tuple of str
        At the left, top, right and bottom of the image as stored.
    """
    left, top, right, bottom = letters
    stored = {(-1, 0): left, (0, -1): top, (1, 0): right, (0, 1): bottom}
    a, b, c, d = projection.turn
    seen = {(a * x + b * y, c * x + d * y): letter for (x, y), letter in stored.items()}
    return seen[-1, 0], seen[0, -1], seen[1, 0], seen[0, 1]


def scale_bar_length(zoom: float, spacing: float | None, room: float) -> tuple[float, str]:
    """Return the length of a scale bar in device pixels, and its label.

    Parameters
    ----------
    zoom : float
        Device pixels per reference pixel.
    spacing : float or None
        Millimetres per reference pixel; None: the bar counts pixels.
    room : float
        Greatest length in device pixels.
    """
    unit = zoom / (spacing or 1.0)
    most = room / unit
    decade = 10.0 ** math.floor(math.log10(most))
    amount = max(step * decade for step in _NICE if step * decade <= most * (1 + 1e-9))
    if spacing is None:
        amount = max(1.0, amount)
        return amount * unit, f"{amount:g} px"
    return amount * unit, f"{amount:g} mm"


def scale_bar(overlay: Overlay, bar: BarBasis, projection: Projection) -> tuple[float, str]:
    """Return the length of a scale bar in device pixels, and its label, in mm or in the picture's own pixels."""
    if (spacings := overlay.ruler.spacing) is not None:
        spacing = spacings[1] if projection.turn[0] else spacings[0]
        return scale_bar_length(projection.zoom, spacing, bar.room)
    length, _ = scale_bar_length(projection.zoom * bar.pixel_size, None, bar.room)
    return length, f"{round(length / (projection.zoom * overlay.pixel_size))} px"


def _right_side(overlay: Overlay, box: QRect, metrics: QFontMetrics) -> tuple[list[str], list[str], bool]:
    """Return the lines at the top and bottom right and whether there is a scale bar: what leaves a legend its room."""
    if overlay.scale is None or overlay.title:
        return overlay.top_right, [*overlay.bottom_right, *overlay.notes], True
    bottom = overlay.notes  # the window does not hold for a map
    room = box.height() // metrics.height() - _LEGEND_LINES
    if len(overlay.top_right) + len(bottom) + _BAR_LINES <= room:
        return overlay.top_right, bottom, True
    return ([], bottom, True) if len(bottom) + _BAR_LINES <= room else ([], [], False)


def _lines(painter: QPainter, labels: Labels, box: QRect, lines: list[str], align: Qt.AlignmentFlag, room: int) -> None:
    if not lines:
        return
    metrics = QFontMetrics(painter.font())
    # The outermost line shares its row with the letter in the middle of the edge.
    outermost = 0 if align & Qt.AlignmentFlag.AlignTop else len(lines) - 1
    letter = metrics.horizontalAdvance("MM")
    rooms = [room - letter if row == outermost else room for row in range(len(lines))]
    elide = Qt.TextElideMode.ElideRight
    fitted = "\n".join(metrics.elidedText(line, elide, room) for line, room in zip(lines, rooms, strict=True))
    inside = box.adjusted(MARGIN, MARGIN // 2, -MARGIN, -MARGIN // 2)
    labels.draw(painter, inside, align, fitted)


def _letters(painter: QPainter, labels: Labels, box: QRect, edges: QRect, letters: tuple[str, str, str, str]) -> None:
    middle, centre = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignHCenter
    inside, beside = (area.adjusted(MARGIN, MARGIN // 2, -MARGIN, -MARGIN // 2) for area in (box, edges))
    labels.draw(painter, inside, Qt.AlignmentFlag.AlignLeft | middle, letters[0], bold=True)
    labels.draw(painter, inside, Qt.AlignmentFlag.AlignTop | centre, letters[1], bold=True)
    labels.draw(painter, beside, Qt.AlignmentFlag.AlignRight | middle, letters[2], bold=True)
    labels.draw(painter, inside, Qt.AlignmentFlag.AlignBottom | centre, letters[3], bold=True)


def _scale_bar(
    painter: QPainter,
    labels: Labels,
    box: QRect,
    overlay: Overlay,
    bar: BarBasis,
    projection: Projection,
    ratio: float,
) -> None:
    length, label = scale_bar(overlay, bar, projection)
    length /= ratio
    if length > box.width():
        return
    source = overlay.ruler.source
    text = f"{label} ({source})" if overlay.ruler.spacing and source else label
    left, y = box.right() - length, box.bottom() - 5.5
    for pen, shift in ((QPen(_SHADOW, 3), 1.0), (QPen(theme.OVERLAY, 1.5), 0.0)):
        painter.setPen(pen)
        painter.drawLine(QPointF(left, y + shift), QPointF(left + length, y + shift))
        for end in (left, left + length):
            painter.drawLine(QPointF(end, y - 4 + shift), QPointF(end, y + shift))
    above = box.adjusted(0, 0, 0, -11)
    labels.draw(painter, above, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, text)


def _paint_error(painter: QPainter, box: QRect, title: str, advice: str) -> None:
    inside = box.adjusted(24, 24, -24, -24)
    wrap = Qt.TextFlag.TextWordWrap
    font = QFont(painter.font())
    bold = QFont(font)
    bold.setBold(True)
    painter.setFont(bold)
    painter.setPen(QColor("#ff9a8f"))
    upper = QRect(inside.left(), inside.top(), inside.width(), inside.height() // 2 - 4)
    painter.drawText(upper, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom | wrap, title)
    painter.setFont(font)
    painter.setPen(theme.OVERLAY)
    lower = QRect(inside.left(), box.center().y() + 4, inside.width(), inside.height() // 2 - 4)
    painter.drawText(lower, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | wrap, advice)


def _tick_texts(scale: ColourScale) -> list[str]:
    values = (scale.high, (scale.low + scale.high) / 2, scale.low)
    return [f"{value:.4g}".replace("-", "\N{MINUS SIGN}") for value in values]


def _legend_width(metrics: QFontMetrics, scale: ColourScale | None) -> int:
    if scale is None:
        return 0
    return _BAR_WIDTH + 2 * MARGIN + max(metrics.horizontalAdvance(text) for text in _tick_texts(scale))


def _legend(painter: QPainter, labels: Labels, box: QRect, scale: ColourScale) -> None:
    metrics = QFontMetrics(painter.font())
    height = max(metrics.height(), min(_BAR_HEIGHT, box.height()))
    bar = QRect(box.right() - MARGIN - _BAR_WIDTH, box.center().y() - height // 2, _BAR_WIDTH, height)
    ramp = np.ascontiguousarray(scale.ramp[::-1])
    image = QImage(ramp.data, 1, len(ramp), 3, QImage.Format.Format_RGB888)
    painter.drawImage(bar, image)
    painter.setPen(theme.OVERLAY)
    painter.drawRect(bar)
    right = bar.left() - 4
    ticks = list(zip(_tick_texts(scale), (bar.top(), bar.center().y(), bar.bottom()), strict=True))
    for text, y in ticks if height >= 3 * metrics.height() else (ticks[0], ticks[2]):
        place = QRect(right - 120, y - metrics.height() // 2, 120, metrics.height())
        labels.draw(painter, place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
    title = " ".join(part for part in (scale.title, f"[{scale.unit}]" if scale.unit else "") if part)
    above = QRect(box.right() - 220, bar.top() - 2 * metrics.height() + 4, 220 - MARGIN, metrics.height())
    labels.draw(painter, above, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, title)
