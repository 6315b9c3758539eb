"""Beside the images: progress, the question, its scale, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from medsr_viewer.ui.survey.question_list import QuestionList
from medsr_viewer.ui.survey.scale_buttons import ScaleButtons

_PLAIN, _GRAVE = "#1c3c64", "#80281e"
_ROOMY = 800
_SHORT = 80  # letters of a message beside which everything else has room
_NARROWEST, _WIDEST, _SHARE = 270, 380, 0.2


class SidePanel(QFrame):
    """Texts and buttons of a trial; tells nothing of what is shown."""

    value_chosen = Signal(int)
    question_chosen = Signal(int)
    next_wanted = Signal()
    back_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._keys = self._mouse = ""
        self.progress = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.saved = _small(self)
        self.heading = _small(self)
        self.question = QLabel(self)
        self.question.setWordWrap(True)
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.questions = QuestionList(self)
        self.scale = ScaleButtons(self)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.next = _button("", self)
        self.back = _button("Back", self)
        self.pause = _button("Pause", self)
        self.keys = _small(self)
        self._fill()
        self.scale.chosen.connect(self.value_chosen)
        self.questions.chosen.connect(self.question_chosen)
        self.next.clicked.connect(self.next_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.pause.clicked.connect(self.pause_wanted)

    def set_keys(self, keys: str, mouse: str) -> None:
        """Set what the keys do, and what the mouse does: told where there is room, and in the instructions."""
        self._keys, self._mouse = keys, mouse

    def fit_to(self, width: int, height: int) -> None:
        """Take a fifth of a window's width, within limits; leave texts out where it is low."""
        parts = (self._keys, self._mouse) if height >= _ROOMY else (self._keys,)
        self.keys.setText("<br>".join(part for part in parts if part))
        self.setFixedWidth(round(min(_WIDEST, max(_NARROWEST, width * _SHARE))))

    def show_progress(self, phase: str, number: int, of: int) -> None:
        """Say which trial this is."""
        self.progress.setText(f"<b>{phase} {number} of {of}</b>")
        self.bar.setRange(0, max(of, 1))
        self.bar.setValue(number - 1)

    def show_question(self, text: str, values: Sequence[int], active: int) -> None:
        """Show the active question, and what was answered to each."""
        self.question.setText(text)
        self.heading.setText(f"Question {active + 1} of {len(values)}" if len(values) > 1 else "")
        self.questions.show_answers(values, active)
        self._share_room(len(values))

    def show_message(self, text: str, *, is_grave: bool = False) -> None:
        """Tell something above the button; "" for nothing."""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        ground, points = _GRAVE if is_grave else _PLAIN, self.font().pointSizeF()
        self.message.setStyleSheet(
            f"background: {ground}; color: white; padding: 8px; border-radius: 4px; font-size: {points}pt"
        )

    def _share_room(self, questions: int) -> None:
        """Leave out what can be spared where a message needs the room: on a low screen it would be cut off."""
        is_tight = len(self.message.text()) > _SHORT and self.height() < _ROOMY
        self.keys.setHidden(is_tight)
        self.question.setHidden(is_tight)
        self.heading.setHidden(is_tight or questions < 2)
        self.questions.setHidden(is_tight or questions < 2)

    def _fill(self) -> None:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.question.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(7)
        top: tuple[QWidget, ...] = (self.progress, self.bar, self.saved)
        asked: tuple[QWidget, ...] = (self.heading, self.question, self.questions, self.scale)
        for widget in top:
            column.addWidget(widget)
        column.addSpacing(6)
        for widget in asked:
            column.addWidget(widget)
        column.addWidget(self.message)
        column.addWidget(self.next)
        column.addStretch(1)
        column.addWidget(self.keys)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addWidget(self.pause)
        column.addLayout(row)
        self.next.setMinimumHeight(44)


def _button(text: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return button


def _small(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 0.85)
    label.setFont(font)
    return label
