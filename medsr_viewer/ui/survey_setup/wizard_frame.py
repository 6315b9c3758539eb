"""The frame of a wizard: steps at the left, one page of them, buttons below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.ui.notices import Notices
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.survey_setup.notice_place import NoticePlace
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_SIZE = (1060, 660)
_STEPS_WIDTH = 190


class WizardFrame(VisibleFocusDialog):
    """Shows one page at a time.

    Parameters
    ----------
    titles : sequence of str
        Of the steps.
    pages : sequence of QWidget
        A page a step, and what follows the last one.
    runner : Runner
        Whose progress is shown.
    parent : QWidget, optional
        The window, which stays usable.
    """

    def __init__(
        self, titles: Sequence[str], pages: Sequence[QWidget], runner: Runner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("New survey")
        self.resize(*_SIZE)
        self.notices = Notices(self)
        self.steps, self.stack = QListWidget(), QStackedWidget()
        self.steps.setFixedWidth(_STEPS_WIDTH)
        self.steps.setSpacing(4)
        self.steps.setAccessibleName("Steps")
        self.steps.addItems([f"{number}  {title}" for number, title in enumerate(titles, 1)])
        for page in pages:
            self.stack.addWidget(_scrolled(page))
        self.load_button, self.save_button = QPushButton("&Load design …"), QPushButton("Sa&ve design …")
        self.back_button, self.next_button = QPushButton("&Back"), QPushButton("&Next")
        self.close_button = QPushButton("Cancel")
        self.progress = Progress(runner, "Working …")
        self.progress.cancel.setText("Stop")  # beside the wizard's own Cancel
        self.progress.cancel.setToolTip("")
        self.progress.cancel.setAutoDefault(False)
        for button in (self.load_button, self.save_button, self.back_button, self.close_button):
            button.setAutoDefault(False)
        self.next_button.setDefault(True)
        self._lay_out()

    def show_step(self, index: int) -> None:
        """Show a step's page."""
        self.stack.setCurrentIndex(index)
        self.steps.setCurrentRow(index)
        self.back_button.setEnabled(index > 0)
        self.next_button.setText("Create the survey" if index == self.steps.count() - 1 else "&Next")

    def show_end(self) -> None:
        """Show what follows the last step: there is no way back."""
        self.stack.setCurrentIndex(self.stack.count() - 1)
        for part in (self.steps, self.load_button, self.save_button, self.back_button, self.next_button):
            part.hide()
        self.close_button.setText("Close")
        self.show_focus()

    def set_busy(self, *, busy: bool) -> None:
        """Let nothing be changed while the survey is made."""
        if busy:
            self.notices.clear()
        for part in (self.stack, self.steps, self.load_button, self.save_button, self.next_button):
            part.setEnabled(not busy)
        self.back_button.setEnabled(not busy and self.stack.currentIndex() > 0)
        self.progress.cancel.setVisible(not busy)  # the wizard's own Cancel stops the making

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.load_button)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.progress)
        buttons.addStretch(1)
        for button in (self.back_button, self.next_button, self.close_button):
            buttons.addWidget(button)
        middle = QHBoxLayout()
        middle.addWidget(self.steps)
        middle.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.addLayout(middle, 1)
        column.addWidget(NoticePlace(self.notices))
        column.addLayout(buttons)


def _scrolled(page: QWidget) -> QWidget:
    """Return a page in a frame that scrolls where a small screen or a long notice leaves it too little room."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(page)
    return area
