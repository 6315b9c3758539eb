"""The labelled scale, the best on top, always in view."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from medsr_viewer.survey.scales import CONFIDENCE, Scale
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.survey.question_list import ACTIVE

_RADIUS = 6
_MARGIN = 10


class BigButton(QAbstractButton):
    """A large digit or arrow and its word; the chosen one is filled, framed and ticked.

    Parameters
    ----------
    sign, word : str
        What it says.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, sign: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._word = sign, word
        self.setText(f"{sign} {word}".strip())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Return room for two lines."""
        return QSize(200, round(self.fontMetrics().height() * 2.6))

    def minimumSizeHint(self) -> QSize:
        """Return room for two lines without air."""
        return QSize(120, round(self.fontMetrics().height() * 2.1))

    def nextCheckState(self) -> None:
        """Leave the mark to who asked: a click is an intent."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint digit, word, and the tick of the chosen one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, box = self.palette(), self.rect().adjusted(1, 1, -2, -2)
        ground = ACTIVE if self.isChecked() else palette.button().color()
        if self.isEnabled() and self.underMouse() and not self.isChecked():
            ground = ground.lighter(125)
        painter.setBrush(ground)
        painter.setPen(QPen(theme.ACCENT, 2) if self.isChecked() else QPen(palette.light().color(), 1))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        faded = not self.isEnabled() and not self.isChecked()
        painter.setPen(palette.placeholderText().color() if faded else QColor("white"))
        self._write(painter, box.adjusted(_MARGIN, 0, -_MARGIN, 0))
        painter.end()

    def _write(self, painter: QPainter, box: QRect) -> None:
        font = painter.font()
        large = font
        large.setPointSizeF(self.font().pointSizeF() * 1.5)
        large.setBold(True)
        painter.setFont(large)
        sign_width = painter.fontMetrics().horizontalAdvance("0" if len(self._sign) == 1 else self._sign)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(box.left(), box.top(), sign_width, box.height()), middle, self._sign)
        painter.setFont(self.font())
        tick = painter.fontMetrics().horizontalAdvance("\N{CHECK MARK} ")
        words = box.adjusted(sign_width + _MARGIN, 0, -tick, 0)
        painter.drawText(words, middle | Qt.TextFlag.TextWordWrap, self._word)
        if self.isChecked():
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, "\N{CHECK MARK}")


class _Gap(BigButton):
    """The room of a button that a shorter scale lacks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "", parent)
        self.setEnabled(False)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint nothing."""


class ScaleButtons(QWidget):
    """The values of a scale, or the two sides of a pair, as buttons."""

    chosen = Signal(int)
    """A value was clicked; of a pair 1 for the left, 2 for the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._direction = QLabel(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self._column.addWidget(self._direction)
        self._buttons: dict[int, BigButton] = {}
        self._gaps: list[_Gap] = []
        self._most = 0
        self._scale: Scale | None = None

    @property
    def buttons(self) -> dict[int, BigButton]:
        """The buttons by value."""
        return dict(self._buttons)

    def reserve(self, most: int) -> None:
        """Take from now on the room of so many values: what stands below keeps its place when scales change."""
        self._most = most

    def show_scale(self, scale: Scale) -> None:
        """Show a scale, the greatest value on top."""
        if scale == self._scale:
            return
        self._scale = scale
        best = scale.best
        is_truth = scale == CONFIDENCE
        self._direction.setText(
            f"{best} = certainly present" if is_truth else f"<b>{best} is the best</b>, 1 the worst"
        )
        self._fill({value: (str(value), scale.word(value)) for value in reversed(scale.values)})

    def show_sides(self) -> None:
        """Show the two sides of a pair."""
        self._direction.setText("Choose one")
        self._scale = None
        self._fill({1: ("\N{LEFTWARDS ARROW}", "Left is better"), 2: ("\N{RIGHTWARDS ARROW}", "Right is better")})

    def mark(self, value: int) -> None:
        """Mark the chosen value; 0: none."""
        for own, button in self._buttons.items():
            button.setChecked(own == value)

    def _fill(self, texts: dict[int, tuple[str, str]]) -> None:
        for old in (*self._buttons.values(), *self._gaps):
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._buttons, self._gaps = {}, []
        for value, (sign, word) in texts.items():
            button = BigButton(sign, word, self)
            button.clicked.connect(lambda _checked=False, value=value: self.chosen.emit(value))
            self._buttons[value] = button
            self._column.addWidget(button)
            button.show()
        for _ in range(self._most - len(texts)):
            self._gaps.append(_Gap(self))
            self._column.addWidget(self._gaps[-1])
            self._gaps[-1].show()
