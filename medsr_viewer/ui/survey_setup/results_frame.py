"""The parts of the results window: folder, tables, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.ui.notices import Notices
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.notice_place import NoticePlace
from medsr_viewer.ui.survey_setup.result_tables import mos_table, next_table, progress_table
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_SIZE = (1060, 620)
_GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Rating",
        (
            ("rate", "&Rate …", "Open the rating window"),
            ("audit", "Check &blinding", "Look for anything that could tell the methods apart"),
        ),
    ),
    (
        "Records",
        (
            ("verify", "&Verify", "Look whether any record or file was altered"),
            ("withdraw", "&Withdraw …", "Take the selected observer out of the analysis"),
            ("restored", "Restored from a bac&kup …", "Say whether the records were put back from a backup"),
        ),
    ),
    (
        "Other sites",
        (
            ("copy", "Co&py for a site …", "The same survey, without answers, for another site"),
            ("export", "&Export …", "Write the records as a bundle: no images, no patient data"),
            ("merge", "&Merge …", "Take in bundles of other sites"),
        ),
    ),
    (
        "The end",
        (
            ("close", "&Close the survey …", "End the rating and unblind: asks for the passphrase"),
            ("report", "Repor&t …", "Analyse, and write HTML, PDF, CSV and JSON"),
            ("open", "&Open the report", "In the browser"),
        ),
    ),
)
_HINTS = {name: hint for _, entries in _GROUPS for name, _, hint in entries}
_NO_CHOICE = "Choose the folder of a survey."


class ResultsFrame(VisibleFocusDialog):
    """Widgets alone; `buttons` by name.

    Parameters
    ----------
    remembered : sequence of str
        Folders to choose from.
    runner : Runner
        Whose progress is shown.
    parent : QWidget, optional
        The window, which stays usable.
    """

    def __init__(self, remembered: Sequence[str], runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Survey status and results")
        self.resize(*_SIZE)
        self.notices = Notices(self)
        self.folder = FolderField("Folder of the survey", remembered)
        self.title, self.state = QLabel(), QLabel(_NO_CHOICE)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self.title.setFont(font)
        self.progress_rows, self.mos_rows, self.next_rows = progress_table(), mos_table(), next_table()
        self.interval, self.caution_on_next = QLabel(), QLabel()
        for label in (self.interval, self.caution_on_next):
            label.setWordWrap(True)
        self.tables = QTabWidget()
        self.progress = Progress(runner, "Working …")
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out()
        self.folder.focus()

    def allow(self, obstacles: Mapping[str, str]) -> None:
        """Enable what can be done now; the tips of the rest say why it cannot."""
        for name, why in obstacles.items():
            self.buttons[name].setEnabled(not why)
            self.buttons[name].setToolTip(why or _HINTS[name])

    def allow_results(self, *, are_there: bool) -> None:
        """Enable the tables that an analysis fills."""
        for place in (1, 2):
            self.tables.setTabEnabled(place, are_there)

    def clear(self) -> None:
        """Show no survey."""
        self.title.clear()
        self.state.setText(_NO_CHOICE)
        self.progress_rows.setRowCount(0)
        self.clear_results()

    def clear_results(self) -> None:
        """Show no figures."""
        for table in (self.mos_rows, self.next_rows):
            table.setRowCount(0)
        self.interval.clear()
        self.caution_on_next.clear()
        self.tables.setCurrentIndex(0)
        self.allow_results(are_there=False)

    def _lay_out(self) -> None:
        self.buttons["refresh"] = self._button("Refres&h", "Look again (F5)")
        QShortcut(QKeySequence("F5"), self, self.buttons["refresh"].click)
        top = QHBoxLayout()
        top.addWidget(self.folder, 1)
        top.addWidget(self.buttons["refresh"])
        self.tables.addTab(self.progress_rows, "Progress, blind")
        self.tables.addTab(_explained(self.mos_rows, self.interval), "Results")
        self.tables.addTab(_explained(self.next_rows, self.caution_on_next), "Next survey")
        self.allow_results(are_there=False)
        side = QVBoxLayout()
        for heading, entries in _GROUPS:
            box = QGroupBox(heading)
            rows = QVBoxLayout(box)
            for name, text, hint in entries:
                self.buttons[name] = self._button(text, hint)
                rows.addWidget(self.buttons[name])
            side.addWidget(box)
        side.addStretch(1)
        done = self._button("Close this window", "")
        done.clicked.connect(self.reject)
        side.addWidget(done)
        left = QVBoxLayout()
        left.addWidget(self.title)
        left.addWidget(self.state)
        left.addWidget(self.tables, 1)
        left.addWidget(NoticePlace(self.notices))
        left.addWidget(self.progress)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        middle = QHBoxLayout()
        middle.addLayout(left, 1)
        middle.addLayout(side)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addLayout(middle, 1)

    @staticmethod
    def _button(text: str, hint: str) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.setToolTip(hint)
        return button


def _explained(table: QWidget, words: QLabel) -> QWidget:
    """Return a table with words below it."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.addWidget(table, 1)
    column.addWidget(words)
    return both
