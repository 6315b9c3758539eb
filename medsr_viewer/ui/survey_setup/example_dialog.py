"""The published survey as a finished example: asked for in one dialog, made in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.notices import Notices
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.folder_page import folder_mistakes
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.mistake_words import told
from medsr_viewer.ui.survey_setup.notice_place import NoticePlace

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_example import ExampleSurvey

_WIDTH = 680
_WORDS = (
    "A finished survey to look at: the published one of 68 observers, who rated bicubic, SR-ResNet and SRGAN beside the"
    " original. The observers are simulated, some of them rank instead of rating, and the images are parts of the head"
    " CT that comes with the program: the report shows what a report says, and nothing of the methods. It takes a"
    " minute; the report is written beside the folder."
)


class ExampleDialog(QDialog):
    """Asks where the example is made, and makes it.

    Parameters
    ----------
    folder : Path
        Suggested for the survey.
    runner : Runner
        Does what takes long.
    parent : QWidget, optional
        The window, which stays usable.
    """

    made = Signal(Path, Path)
    """The survey's folder, and the page of its report."""

    def __init__(self, folder: Path, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Example survey")
        self.setMinimumWidth(_WIDTH)
        self._making = Errand(runner, self)
        self.notices = Notices(self)
        self.folder, self.folder_mistake = FolderField("Folder of the example"), MistakeLabel()
        self.folder.path = folder
        self.start, self.cancelled = QPushButton("&Make it"), QPushButton("Cancel")
        self.progress = Progress(runner, "Working …")
        self.progress.cancel.hide()  # the dialog's own does it
        self._lay_out()
        self.start.clicked.connect(self._start)
        self.cancelled.clicked.connect(self.reject)
        self._making.progressed.connect(self._on_progressed)
        self._making.done.connect(self._on_made)
        self._making.failed.connect(self.notices.show_failure)
        self._making.ended.connect(self._on_ended)
        self.adjustSize()
        self.start.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def reject(self) -> None:
        """Cancel what runs; else close."""
        if self._making.is_busy:
            self._making.cancel()
        else:
            super().reject()
            self.deleteLater()

    @Slot()
    def _start(self) -> None:
        path = self.folder.path
        mistakes = [told(one).text for one in folder_mistakes(path)]
        self.folder_mistake.show_texts(mistakes)
        if path is None or mistakes:
            return
        self.notices.clear()
        self._set_busy(busy=True)

        def work(token: CancelToken, report: Report) -> object:
            from medsr_viewer.workflows.survey_example import example_survey  # here: it takes a second to load

            return example_survey(path, path.with_name(f"{path.name}-report"), report=report, token=token)

        self._making.start(work)

    @Slot(object)
    def _on_progressed(self, line: object) -> None:
        text = str(line)
        self.progress.report(text[:1].upper() + text[1:], 0, 0)

    @Slot(object)
    def _on_made(self, result: object) -> None:
        example = cast("ExampleSurvey", result)
        self.made.emit(example.folder, example.made.files[0])
        super().accept()
        self.deleteLater()

    @Slot()
    def _on_ended(self) -> None:
        self._set_busy(busy=False)

    def _set_busy(self, *, busy: bool) -> None:
        for part in (self.folder, self.start):
            part.setEnabled(not busy)

    def _lay_out(self) -> None:
        words = QLabel(_WORDS)
        words.setWordWrap(True)
        form = QFormLayout()
        form.addRow("&Folder", self.folder)
        form.addRow("", self.folder_mistake)
        self.start.setDefault(True)
        self.cancelled.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.progress)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancelled)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(NoticePlace(self.notices))
        column.addLayout(buttons)
