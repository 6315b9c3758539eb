"""One panel: a header that says what is shown and how it scored, and the picture."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsr_viewer.ui.display.canvas import Canvas
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.header import Badge, Chooser, ElidedLabel
from medsr_viewer.ui.display.image_item import Appearance
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.ui.display.sharpness import Sharpness
from medsr_viewer.ui.display.view_state import ViewState

_MINUS = "\N{MINUS SIGN}"
_ROOMY = 560
"""Width at which a header has room for words beside the slider."""


class Panel(QWidget):
    """A picture with its chooser, scores, texts and badges.

    Parameters
    ----------
    view : ViewState
        Where to look; shared by linked panels.
    drawn : Drawn
        What is drawn over all panels.
    parent : QWidget, optional
        The grid.
    """

    content_chosen = Signal(str)
    sharpness_chosen = Signal(int)
    """Position of the panel's blend, in percent, once the slider has come to rest."""

    def __init__(self, view: ViewState, drawn: Drawn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = Canvas(view, drawn, self)
        self.chooser = Chooser(self)
        self.sharpness = Sharpness(self)
        self.scores = ElidedLabel(self)
        self.scores.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.badge = Badge(self)
        self.picture: Picture | None = None
        self._flip_picture: Picture | None = None
        self._flip_badge = ("", "info")
        self._flipped = False
        self._badge = ("", "info")
        self._line_name = ""
        self._scale: ColourScale | None = None
        header = QHBoxLayout()
        header.setContentsMargins(2, 1, 4, 1)
        header.setSpacing(6)
        header.addWidget(self.chooser, 1)
        header.addWidget(self.sharpness)
        header.addWidget(self.scores)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.badge)
        self.chooser.activated.connect(self._choose)
        self.sharpness.moved.connect(self._mark_stale)
        self.sharpness.chosen.connect(self.sharpness_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the ends of the slider where there is room for it."""
        super().resizeEvent(event)
        self.sharpness.set_roomy(event.size().width() >= _ROOMY)

    def set_choices(self, choices: list[tuple[str, str]], current: str, enabled: bool = True) -> None:
        """Offer contents in the header, as (key, label), and show one as chosen. Emits nothing."""
        self.chooser.blockSignals(True)
        self.chooser.clear()
        for key, label in choices:
            self.chooser.addItem(label, key)
        self.chooser.setCurrentIndex(self.chooser.findData(current))
        self.chooser.setEnabled(enabled)
        self.chooser.setToolTip(self.chooser.currentText())
        self.chooser.blockSignals(False)

    def set_sharpness(self, percent: int | None, ends: str = "") -> None:
        """Show the position of a blend in the header, with what its ends measured; None: what it shows is none."""
        self.sharpness.show_position(percent, ends)

    def set_picture(self, picture: Picture | None) -> None:
        """Show a picture, or nothing. An error shown in its place goes."""
        self.picture = picture
        self.canvas.overlay.title = self.canvas.overlay.advice = ""
        self._show()

    def refresh(self) -> None:
        """Repaint: pixels of the picture have changed."""
        self.canvas.update()

    def set_flip_picture(self, picture: Picture | None, name: str = "Reference", kind: str = "reference") -> None:
        """Set what is shown while `set_flip` holds, and its badge: the reference; where there is none, the input."""
        self._flip_picture, self._flip_badge = picture, (name, kind)
        self._show()

    def set_flip(self, flipped: bool) -> None:
        """Show the flip picture, with a badge that says so, or the panel's own again."""
        self._flipped = flipped
        self._show()

    def set_corners(
        self, top_left: list[str], top_right: list[str], bottom_left: list[str], bottom_right: list[str]
    ) -> None:
        """Write lines into the corners. Zoom and interpolation are added at the bottom right, the readout left."""
        overlay = self.canvas.overlay
        overlay.top_left, overlay.top_right = top_left, top_right
        overlay.bottom_left, overlay.bottom_right = bottom_left, bottom_right
        self.canvas.update()

    def set_orientation(self, left: str, top: str, right: str, bottom: str) -> None:
        """Set the letters at the edges of the image as stored; they follow flips and turns."""
        self.canvas.overlay.letters = (left, top, right, bottom)
        self.canvas.update()

    def set_badge(self, text: str, kind: str = "info") -> None:
        """Write the line at the bottom, which cannot be hidden. Kind: see `theme.BADGES`."""
        self._badge = (text, kind)
        self._show()

    def set_status(self, text: str) -> None:
        """Write a passing state over the picture: "computing 34 %", "stale". "" removes it."""
        self.canvas.overlay.status = text
        self.canvas.update()

    def set_line_name(self, text: str) -> None:
        """Write what the drawn line's values are of beside it; "": this panel's values are not plotted."""
        self._line_name = text
        self._show()

    def set_scores(self, text: str, tooltip: str = "") -> None:
        """Write the scores into the header; the tooltip says what they were measured on."""
        # Of a blend that is computed they are gone, but not their room: the slider would move under the mouse.
        holds = not text and self.sharpness.position is not None
        self.scores.setMinimumWidth(self.scores.width() if holds else 0)
        self.scores.setText(text)
        self.scores.setToolTip(tooltip)

    def set_error(self, title: str, advice: str = "") -> None:
        """Show an error in place of the picture; "" brings the picture back."""
        self.canvas.overlay.title, self.canvas.overlay.advice = title, advice
        self.canvas.update()

    def set_colorbar(self, scale: ColourScale | None) -> None:
        """Colour the picture by a scale, shown beside it, in place of the window. None: gray again."""
        self._scale = scale
        self._show()

    def set_appearance(self, appearance: Appearance, interpolation: Interpolation) -> None:
        """Set window, inversion and interpolation."""
        self.canvas.item.appearance = appearance
        self.canvas.item.wanted = interpolation
        self.canvas.update()

    def show_cursor(self, at: tuple[float, float] | None) -> None:
        """Show the crosshair and the value at a point in reference pixels, or neither."""
        self.canvas.crosshair = at
        self.canvas.overlay.readout = "" if at is None else self.readout(*at)
        self.canvas.update()

    def readout(self, x: float, y: float) -> str:
        """Return what is written about a point in reference pixels: the picture's own column and row, and value."""
        picture = self.canvas.item.picture
        if picture is None or not (0 <= y < picture.extent[0] and 0 <= x < picture.extent[1]):
            return ""
        row, column = int(y / picture.pixel_size), int(x / picture.pixel_size)
        place = f"x {column}  y {row}"
        value = picture.value_at(x, y)
        if value is None:
            return f"{place}  {'padding' if picture.has_arrived(row, column) else 'not computed yet'}"
        if isinstance(value, tuple):
            return f"{place}  RGB {' '.join(format_value(part, 255.0) for part in value)}"
        span = picture.value_range[1] - picture.value_range[0]
        return f"{place}  {format_value(value, span)} {picture.unit}".rstrip()

    def _show(self) -> None:
        flipped = self._flipped and self._flip_picture is not None
        overlay = self.canvas.overlay
        self.canvas.item.picture = self._flip_picture if flipped else self.picture
        self.canvas.item.scale = overlay.scale = None if flipped else self._scale
        overlay.line_name = "" if flipped else self._line_name
        self.badge.show_badge(*(self._flip_badge if flipped else self._badge))
        if self.canvas.crosshair is not None:
            overlay.readout = self.readout(*self.canvas.crosshair)
        self.canvas.update()

    def _mark_stale(self) -> None:
        if self.picture is not None:
            self.set_status("stale")
            self.set_scores("")  # they are of the position before

    def _choose(self, index: int) -> None:
        self.chooser.setToolTip(self.chooser.currentText())
        self.content_chosen.emit(self.chooser.itemData(index))


def format_value(value: float, span: float) -> str:
    """Return a value as a readout shows it: as many decimals as the span of the data calls for."""
    fixed = 0 if value == round(value) else 1
    text = f"{value:.{fixed}f}" if span >= 100 else f"{value:.4g}"
    return text.replace("-", _MINUS)
