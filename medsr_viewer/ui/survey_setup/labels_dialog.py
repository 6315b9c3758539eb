"""The labels of one question's own scale, typed a line a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.design_rules import FEWEST_LABELS, MOST_LABELS
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import said
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_WIDTH = 460

Judge = Callable[[tuple[str, ...]], Sequence[Mistake]]
"""From labels to what is wrong with them."""


class LabelsDialog(VisibleFocusDialog):
    """Takes labels, and closes once they are right.

    Parameters
    ----------
    question : Question
        Whose labels they are.
    usual : sequence of str
        What it is answered with where no line is typed, the best first.
    judge : callable
        Finds mistakes.
    parent : QWidget, optional
        The wizard, which waits.
    """

    taken = Signal(tuple)

    def __init__(self, question: Question, usual: Sequence[str], judge: Judge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Labels of {question.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._judge, self._usual, self._was_tried = judge, tuple(usual), False
        self.lines = QPlainTextEdit("\n".join(question.labels))
        self.lines.setPlaceholderText("\n".join(usual))
        self.lines.setTabChangesFocus(True)
        self.values, self.mistake = QLabel(), MistakeLabel()
        self.values.setWordWrap(True)
        self.take, self.cancelled = QPushButton("&OK"), QPushButton("Cancel")
        self._lay_out(question.text)
        self.lines.textChanged.connect(self._on_typed)
        self.take.clicked.connect(self.accept)
        self.cancelled.clicked.connect(self.reject)
        for enter in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # in the lines the key alone begins another one
            QShortcut(QKeySequence(Qt.Modifier.CTRL | enter), self, self.accept)
        self._on_typed()
        self.lines.setFocus()

    @property
    def labels(self) -> tuple[str, ...]:
        """The lines that hold something."""
        lines = (" ".join(line.split()) for line in self.lines.toPlainText().splitlines())
        return tuple(line for line in lines if line)

    @Slot()
    def accept(self) -> None:
        """Close, unless something is wrong."""
        self._was_tried = True
        if self._show_mistakes():
            self.lines.setFocus()
        else:
            self.taken.emit(self.labels)
            super().accept()

    @Slot()
    def _on_typed(self) -> None:
        words = self.labels or self._usual
        told = f"Best: {len(words)} {words[0]}. Worst: 1 {words[-1]}." if words else ""
        self.values.setText(told if self.labels else f"The protocol's own. {told}")
        if self._was_tried:
            self._show_mistakes()

    def _show_mistakes(self) -> bool:
        mistakes = self._judge(self.labels) if self.labels else ()
        self.mistake.show_texts([said(mistake) for mistake in mistakes])
        return bool(mistakes)

    def _lay_out(self, text: str) -> None:
        asked = QLabel(text)
        asked.setWordWrap(True)
        asked.setTextFormat(Qt.TextFormat.PlainText)
        font = asked.font()
        font.setBold(True)
        asked.setFont(font)
        label = QLabel(f"&Labels, one a line, the best first: {FEWEST_LABELS} to {MOST_LABELS}, or none")
        label.setBuddy(self.lines)
        self.lines.setFixedHeight((MOST_LABELS + 1) * self.lines.fontMetrics().lineSpacing())
        self.lines.setAccessibleName("Labels, the best first")
        self.take.setDefault(True)
        self.take.setToolTip("Ctrl+Enter")
        self.cancelled.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.take)
        buttons.addWidget(self.cancelled)
        column = QVBoxLayout(self)
        for part in (asked, label, self.lines, self.values, self.mistake):
            column.addWidget(part)
        asked.setVisible(bool(text.strip()))
        column.addLayout(buttons)
