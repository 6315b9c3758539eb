"""Which survey is rated, and who rates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.errors import MedsrError
from medsr_viewer.survey.enrolment import check_observer
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_WORDS = (
    "Rating fills the screen. It shows no name of any method, and every answer is kept at once: an observer who stops, "
    "or whose computer does, goes on at the very trial."
)
_WIDTH = 620


class RateDialog(VisibleFocusDialog):
    """Asks for a survey's folder and a pseudonym.

    No pseudonym is suggested: the next reader at this workstation would rate as the last one.

    Parameters
    ----------
    remembered : sequence of str
        Folders to choose from.
    folder : Path or None
        To begin with.
    parent : QWidget, optional
        The window, which stays usable.
    """

    rate_wanted = Signal(Path, str)

    def __init__(self, remembered: Sequence[str], folder: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Rate")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.folder = FolderField("Folder of the survey", remembered)
        self.folder.path = folder
        self.observer = QLineEdit()
        self.observer.setPlaceholderText("a pseudonym such as R01, never a real name")
        self.folder_mistake, self.observer_mistake = MistakeLabel(), MistakeLabel()
        words = QLabel(_WORDS)
        words.setWordWrap(True)
        form = QFormLayout()
        form.addRow("&Survey", self.folder)
        form.addRow("", self.folder_mistake)
        form.addRow("&Observer", self.observer)
        form.addRow("", self.observer_mistake)
        self.start, cancelled = QPushButton("Start &rating"), QPushButton("Cancel")
        self.start.setDefault(True)
        cancelled.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(cancelled)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addLayout(form)
        column.addStretch(1)
        column.addLayout(buttons)
        self.start.clicked.connect(self._start)
        cancelled.clicked.connect(self.reject)
        self.adjustSize()
        (self.observer if folder is not None else self.folder).setFocus()

    @Slot()
    def _start(self) -> None:
        path, observer = self.folder.path, self.observer.text().strip()
        wrong_folder = folder_mistake(path)
        wrong_observer = observer_mistake(observer)
        self.folder_mistake.show_texts([wrong_folder] if wrong_folder else [])
        self.observer_mistake.show_texts([wrong_observer] if wrong_observer else [])
        if path is not None and not wrong_folder and not wrong_observer:
            self.rate_wanted.emit(path, observer)
            self.accept()


def folder_mistake(path: Path | None) -> str:
    """Return why a folder is no survey's; "" where it looks like one."""
    if path is None:
        return "Choose the folder of a survey."
    return "" if (path / "design.toml").is_file() else "This is no survey's folder: it holds no design.toml."


def observer_mistake(observer: str) -> str:
    """Return what is wrong with a pseudonym; "" where nothing is."""
    try:
        check_observer(observer)
    except MedsrError as exc:
        return exc.advice
    return ""
