"""A dialog that makes something in the background: fields, what became of it, and two buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.ui.notices import Notices
from medsr_viewer.ui.progress import Progress
from medsr_viewer.ui.runner import Runner, Work
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.making import Step
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_WIDTH = 680

Row = tuple[str, QWidget, MistakeLabel | None]
"""A field, its label, and where its mistakes stand."""


class MakingDialog(VisibleFocusDialog):
    """Goes once its work is done; while that runs, Cancel stops it and nothing can be changed.

    Parameters
    ----------
    title : str
        Of the window.
    start : str
        Of the button that begins.
    runner : Runner
        Does what takes long.
    parent : QWidget, optional
        The window, which stays usable.
    """

    def __init__(self, title: str, start: str, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.making, self.notices = Errand(runner, self), Notices(self)
        self.words, self.start, self.cancelled = QLabel(), QPushButton(start), QPushButton("Cancel")
        self.words.setWordWrap(True)
        self.progress = Progress(runner, "Working …")
        self.progress.cancel.hide()  # the dialog's own does it
        self._form = QFormLayout()
        self._fields: list[QWidget] = []
        self._lay_out()
        self.start.clicked.connect(self.begin)
        self.cancelled.clicked.connect(self.reject)
        self.making.progressed.connect(self._on_progressed)
        self.making.done.connect(self._on_done)
        self.making.failed.connect(self.notices.show_failure)
        self.making.ended.connect(self._on_ended)

    @Slot()
    def begin(self) -> None:
        """Make it, unless a field has a mistake."""
        work = self.work()
        if work is not None:
            self.notices.clear()
            self._let_change(on=False)
            self.making.start(work)

    @Slot()
    def reject(self) -> None:
        """Cancel what runs; else close."""
        if self.making.is_busy:
            self.making.cancel()
        else:
            super().reject()
            self.deleteLater()

    def work(self) -> Work | None:
        """Return what is to be done, which reports a `Step` each; None after showing mistakes."""
        raise NotImplementedError

    def tell(self, result: Any) -> None:
        """Say what was made; the dialog goes then."""
        raise NotImplementedError

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Add the fields."""
        for text, field, mistake in rows:
            self._form.addRow(text, field)
            self._fields.append(field)
            if mistake is not None:
                self._form.addRow("", mistake)

    def be_ready(self) -> None:
        """Lead to the button that begins."""
        self.start.setFocus()
        self.show_focus()

    def event(self, event: QEvent) -> bool:
        """Grow and shrink at the lower edge with what is said."""
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and not self.isMaximized():
            self.resize(self.width(), self._column.totalHeightForWidth(self.width()))
        return is_done

    @Slot(object)
    def _on_progressed(self, step: Any) -> None:
        assert isinstance(step, Step)  # noqa: S101 - for the type checker
        self.progress.report(step.text, step.done, step.total)

    @Slot(object)
    def _on_done(self, result: Any) -> None:
        self.tell(result)
        super().accept()
        self.deleteLater()

    @Slot()
    def _on_ended(self) -> None:
        self._let_change(on=True)

    def _let_change(self, *, on: bool) -> None:
        for part in (*self._fields, self.start):
            part.setEnabled(on)

    def _lay_out(self) -> None:
        self.start.setDefault(True)
        self.cancelled.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.progress)
        buttons.addStretch(1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancelled)
        self._column = column = QVBoxLayout(self)
        column.addWidget(self.words)
        column.addLayout(self._form)
        column.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.notices)  # below: no room is kept for them, and no button moves when one comes
