"""Last step: what the survey comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QLabel

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.design import Design
from medsr_viewer.ui.runner import Report, Runner, Work
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.extent import Size
from medsr_viewer.ui.survey_setup.summary import summary_of
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

_EXPLANATION = (
    "Create computes every stimulus, draws who sees what in which order, and seals that with your passphrase. "
    "Nothing can be changed afterwards: save the design first if you may want another edition of it."
)


class SummaryPage(WizardPage):
    """Lines that say how large the survey becomes.

    Parameters
    ----------
    runner : Runner
        Reads the sizes of the images.
    """

    def __init__(self, runner: Runner) -> None:
        super().__init__("Summary", _EXPLANATION)
        self.values: dict[str, QLabel] = {}
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(24)
        self._form.setVerticalSpacing(10)
        self.column.addSpacing(8)
        self.column.addLayout(self._form)
        self.column.addWidget(self.mistake_label(""))
        self.column.addStretch(1)
        self._design: Design | None = None
        self._sizes: dict[Path, Size] | None = None
        self.reading = Errand(runner, self)
        self.reading.done.connect(self._take_sizes)

    def show_design(self, design: Design) -> None:
        """Show what a valid design comes to, and read the sizes of its images."""
        self._design, self._sizes = design, None
        self._show()
        self.reading.start(_reading_sizes(tuple(case.path for case in design.cases)))

    def design_from(self, design: Design) -> Design:
        """Return the design as it is."""
        return design

    @Slot(object)
    def _take_sizes(self, sizes: Any) -> None:
        self._sizes = sizes
        self._show()

    def _show(self) -> None:
        if self._design is None:
            return
        for what, how_much in summary_of(self._design, self._sizes):
            if what not in self.values:
                label = QLabel()
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                self.values[what] = label
                self._form.addRow(what, label)
            self.values[what].setText(how_much)


def _reading_sizes(paths: tuple[Path, ...]) -> Work:
    def work(_token: CancelToken, _report: Report) -> dict[Path, Size]:
        from medsr_viewer.workflows.inputs import find_inputs

        inputs, _ = find_inputs(paths, 1)
        return {Path(one.instance.source).absolute(): (one.instance.rows, one.instance.columns) for one in inputs}

    return work
