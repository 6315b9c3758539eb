"""Beside the images: progress, the question, its scale, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from medsr_viewer.ui.survey.message_area import MessageArea
from medsr_viewer.ui.survey.question_list import QuestionList
from medsr_viewer.ui.survey.scale_buttons import ScaleButtons

_PLAIN, _GRAVE = "#1c3c64", "#80281e"
_ROOMY = 800
_NARROWEST, _WIDEST, _SHARE = 270, 380, 0.2


class SidePanel(QFrame):
    """Texts and buttons of a trial; tells nothing of what is shown."""

    value_chosen = Signal(int)
    question_chosen = Signal(int)
    next_wanted = Signal()
    again_wanted = Signal()
    back_wanted = Signal()
    pause_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._keys = self._mouse = ""
        self._texts: tuple[str, ...] = ()
        self._asked = 1
        self._is_roomy = self._tells_scale = False
        self.progress = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.saved = _small(self)
        self.heading = _small(self)
        self.question = QLabel(self)
        self.question.setWordWrap(True)
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.questions = QuestionList(self)
        self.scale = ScaleButtons(self)
        self.told = MessageArea(self)
        self.message = self.told.label
        self.told.hide()
        self.next = _button("", self)
        self.again = _button("Answer again", self)
        self.again.hide()
        self.back = _button("Back", self)
        self.pause = _button("Pause", self)
        self.keys = _small(self)
        self._fill()
        self.scale.chosen.connect(self.value_chosen)
        self.questions.chosen.connect(self.question_chosen)
        self.next.clicked.connect(self.next_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.pause.clicked.connect(self.pause_wanted)

    def set_keys(self, keys: str, mouse: str) -> None:
        """Set what the keys do, and what the mouse does: told where there is room, and in the instructions."""
        self._mouse = mouse
        self.show_keys(keys)

    def show_keys(self, keys: str) -> None:
        """Say what the keys do now: scales have different ones."""
        self._keys = keys
        parts = (self._keys, self._mouse) if self._is_roomy else (self._keys,)
        self.keys.setText("<br>".join(part for part in parts if part))

    def set_questions(self, texts: Sequence[str]) -> None:
        """Set what is asked: the longest text decides where the scale stands, for all of them alike."""
        self._texts = tuple(texts)

    def fit_to(self, width: int, height: int) -> None:
        """Take a fifth of a window's width, within limits; leave texts out where it is low."""
        self._is_roomy = height >= _ROOMY
        self.show_keys(self._keys)
        self.setFixedWidth(round(min(_WIDEST, max(_NARROWEST, width * _SHARE))))
        self._share_room()

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
        self._asked = len(values)
        self._share_room()

    def show_message(self, text: str, *, is_grave: bool = False, tells_scale: bool = False) -> None:
        """Tell something above the button.

        Parameters
        ----------
        text : str
            Rich; "" for nothing. What is too long for a low screen is scrolled.
        is_grave : bool
            Whether it is framed in red.
        tells_scale : bool
            Whether it says what the scale's buttons say, which may be left out for it.
        """
        self.message.setText(text)
        self.told.setVisible(bool(text))
        self.told.verticalScrollBar().setValue(0)
        self._tells_scale = tells_scale
        ground, points = _GRAVE if is_grave else _PLAIN, self.font().pointSizeF()
        self.message.setStyleSheet(
            f"background: {ground}; color: white; padding: 8px; border-radius: 4px; font-size: {points}pt"
        )
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Leave out what can be spared, one after the other, where a low screen would cut off the rest."""
        margins = self._column.contentsMargins()
        self.told.take_all(self.width() - margins.left() - margins.right())
        for spared in range(4 + self._tells_scale):
            self._spare(spared)
            if self._needed() <= self.height():
                return
        self.told.take_less()

    def _needed(self) -> int:
        if self._column.hasHeightForWidth():
            return self._column.totalMinimumHeightForWidth(self.width())
        return self._column.totalMinimumSize().height()  # no text that wraps is shown

    def _spare(self, spared: int) -> None:
        """Leave out the keys (1), the room kept for longer questions (2), what is asked (3), and the scale (4)."""
        has_several = self._asked > 1
        self.keys.setHidden(spared > 0)
        self.question.setMinimumHeight(0 if spared > 1 else self._longest())
        self.question.setHidden(spared > 2)
        self.heading.setHidden(spared > 2 or not has_several)
        self.questions.setHidden(spared > 2 or not has_several)
        self.scale.setHidden(spared > 3)

    def _longest(self) -> int:
        margins = self._column.contentsMargins()
        room = QRect(0, 0, self.width() - margins.left() - margins.right(), 10_000)
        metrics = self.question.fontMetrics()
        heights = (metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height() for text in self._texts)
        return max(heights, default=0)

    def _fill(self) -> None:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.question.setFont(font)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(7)
        top: tuple[QWidget, ...] = (self.progress, self.bar, self.saved)
        asked: tuple[QWidget, ...] = (self.heading, self.question, self.questions, self.scale)
        for widget in top:
            column.addWidget(widget)
        column.addSpacing(6)
        for widget in asked:
            column.addWidget(widget)
        column.addWidget(self.told)
        column.addWidget(self.next)
        column.addWidget(self.again)
        column.addStretch(1)
        column.addWidget(self.keys)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addWidget(self.pause)
        column.addLayout(row)
        self.next.setMinimumHeight(44)
        for button in (self.again, self.back, self.pause):
            button.setMinimumHeight(34)


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
