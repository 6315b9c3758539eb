"""After the last step: the survey stands, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.survey.report.wording import counted
from medsr_viewer.ui.survey_setup.result_words import each_leak

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_new import NewSurvey

_NEXT = (
    "1.  Publish or send to a colleague the commitment below, before anybody rates. It tells nothing, and proves "
    "later that the allocation was not changed.\n"
    "2.  Let the observers rate: each on this workstation with a pseudonym of their own, or on others that share the "
    "database.\n"
    "3.  See how far they are in Survey status and results; close the survey there when all are done, and report."
)
_MOST_NAMES = 6


class MadePage(QWidget):
    """Where the survey is, its commitment, and buttons that lead on."""

    rate_wanted = Signal(Path)
    status_wanted = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path()
        self.heading = QLabel()
        font = self.heading.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        self.heading.setFont(font)
        self.place = QLabel()
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setWordWrap(True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        steps = QLabel(_NEXT)
        steps.setWordWrap(True)
        self.commitment = QLineEdit()
        self.commitment.setReadOnly(True)
        self.commitment.setAccessibleName("Commitment")
        copied = QPushButton("&Copy")
        copied.setAutoDefault(False)
        copied.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.commitment.text()))
        line = QHBoxLayout()
        line.addWidget(QLabel("Commitment"))
        line.addWidget(self.commitment, 1)
        line.addWidget(copied)
        self._notes_heading, self.notes = QLabel("What you should know"), QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.rate, self.status = QPushButton("&Rate now …"), QPushButton("&Status and results …")
        self.rate.setDefault(True)
        self.rate.clicked.connect(lambda: self.rate_wanted.emit(self._folder))
        self.status.clicked.connect(lambda: self.status_wanted.emit(self._folder))
        buttons = QHBoxLayout()
        buttons.addWidget(self.rate)
        buttons.addWidget(self.status)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        for part in (self.heading, self.place, steps):
            column.addWidget(part)
            column.addSpacing(6)
        column.addLayout(line)
        column.addSpacing(6)
        column.addLayout(buttons)
        column.addSpacing(12)
        column.addWidget(self._notes_heading)
        column.addWidget(self.notes, 1)
        column.addStretch(1)

    def show_made(self, made: NewSurvey) -> None:
        """Tell of a survey."""
        self._folder = made.folder
        stimuli, trials = counted(made.stimuli, "stimulus", "stimuli"), counted(made.trials, "trial")
        self.place.setText(
            f"{made.folder}\n{stimuli}, {trials} an observer.\n"
            f"{made.sources.name}, beside the folder, says where the images came from: keep it to yourself."
        )
        self.commitment.setText(made.commitment)
        self.commitment.setCursorPosition(0)
        notes = [*(f"Blinding: {line}" for line in each_leak(made.findings)), *_by_text(made.notes)]
        refused = any(one.severity == "refuse" for one in made.findings)
        self.heading.setText("The survey is made, but is not blind: see below" if refused else "The survey is ready")
        self.rate.setEnabled(not refused)
        self.rate.setToolTip("The rating window refuses what is not blind" if refused else "")
        self.notes.setPlainText("\n".join(notes))
        self._notes_heading.setVisible(bool(notes))
        self.notes.setVisible(bool(notes))

    def lead(self) -> None:
        """Give the focus to what comes next."""
        (self.rate if self.rate.isEnabled() else self.status).setFocus()


def _by_text(notes: Sequence[str]) -> list[str]:
    """Return notes with the cases that each is about before it."""
    cases: dict[str, list[str]] = {}
    for note in dict.fromkeys(notes):
        case, _, text = note.partition(": ")
        cases.setdefault(text, []).append(case)
    return [f"{_named(names)}: {text}" for text, names in cases.items()]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"
