"""Second step: which images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.read import sample_path
from medsr_viewer.survey.design import Case, Design
from medsr_viewer.survey.design_mistakes import Mistake, wrong
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner, Work
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.case_cells import COLUMNS
from medsr_viewer.ui.survey_setup.case_model import CaseModel
from medsr_viewer.ui.survey_setup.case_table import CaseTable
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.open_images import OpenCases, Which, cases_of_open, open_inputs
from medsr_viewer.ui.survey_setup.wizard_fields import entry_of
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage

_FILTER = "Images (*.dcm *.dicom *.ima *.png *.tif *.tiff *.jpg *.jpeg);;All files (*)"
_OPEN: tuple[tuple[str, Which], ...] = (
    ("The image on screen", "image"),
    ("All images of the series on screen", "series"),
    ("The middle image of every open series", "each"),
)
_MOST_UNREAD = 3
SAMPLE_NAME = "training-sample"
_TRAIN = "Train the observers on the sample that ships (a head CT), where no case is for training"
_OWN_TRAINING = "The observers are trained on the cases ticked for training, not on the sample that ships"
_SAMPLE_IS_RATED = "The sample that ships is one of the cases: tick another case for training, or none is trained on"


class CasesPage(WizardPage):
    """A table of cases.

    Parameters
    ----------
    state : State
        The images that are open.
    runner : Runner
        Looks into files.
    """

    failed = Signal(Failure)

    def __init__(self, state: State, runner: Runner) -> None:
        super().__init__(
            "Cases",
            "The images that are rated, each under every condition. Drop files or folders into the table, drag rows "
            "into order, press F2 to edit a cell, Delete to remove rows. Observers never see names or files.",
        )
        self._state = state
        self.model = CaseModel()
        self.table = CaseTable(self.model)
        self.sample = QCheckBox(_TRAIN)
        self._wishes_sample = True
        self.reading = Errand(runner, self)
        self._looking = QLabel()
        self.column.addLayout(self._buttons())
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.mistake_label("cases"))
        self.column.addWidget(self.sample)
        self.table.dropped.connect(self.add_paths)
        self.reading.done.connect(self._take)
        self.reading.failed.connect(self.failed)
        self.reading.ended.connect(self._on_ended)
        for signal in (self.model.dataChanged, self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            signal.connect(self._offer_sample)
            signal.connect(self.changed)
        self.sample.clicked.connect(self._on_sample)
        self._offer_sample()

    def show_design(self, design: Design) -> None:
        """Fill the table; the sample that ships is a tick, not a row."""
        self.model.set_cases([case for case in design.cases if not _is_sample(case)])
        self.table.show_findings(design.protocol == "roc")
        if design.cases and not self._instead_of_sample():
            self._wishes_sample = any(_is_sample(case) for case in design.cases)
        self._offer_sample()

    def design_from(self, design: Design) -> Design:
        """Return a design with the table's cases."""
        cases = self.model.cases
        if self.sample.isChecked() and cases:
            cases = (*cases, Case(SAMPLE_NAME, sample_path(), training=True))
        return replace(design, cases=cases)

    def own_mistakes(self, _design: Design) -> list[Mistake]:
        """Return cells that cannot be read, and files that are gone."""
        gone = [
            wrong(f"cases[{place}].path", case.path, "a file that is there")
            for place, case in enumerate(self.model.cases, 1)
            if not case.path.is_file()
        ]
        waits = [Mistake("cases", "are still being looked for", "wait a moment")] if self.reading.is_busy else []
        return self.model.unread() + gone + waits

    def first_field(self) -> QWidget:
        """Return the button that adds files while there are none."""
        return self.table if self.model.cases else self.files

    def go_to_field(self, key: str) -> None:
        """Go to the cell of a key as ``cases[2].window``."""
        if entry := entry_of(key):
            row, column = entry
            self.table.select(row - 1, 1)
            self.table.setCurrentIndex(self.model.index(row - 1, COLUMNS.index(column or "name")))
            self.table.setFocus()
        else:
            super().go_to_field(key)

    @Slot(list)
    def add_paths(self, paths: Sequence[Path]) -> None:
        """Add every image among files and folders."""
        if paths:
            self._start(_reading(tuple(paths), self.model.cases))

    def add_open(self, which: Which) -> None:
        """Add images that the viewer has open."""
        state, inputs, taken = self._state, open_inputs(self._state, which), self.model.cases
        if inputs:
            self._start(lambda _token, _report: cases_of_open(state, inputs, taken))

    @Slot(bool)
    def _on_sample(self, wanted: bool) -> None:
        self._wishes_sample = wanted
        self.changed.emit()

    @Slot()
    def _offer_sample(self) -> None:
        """Let the sample be chosen for training, or say why it cannot be; the wish is kept for when it can."""
        instead = self._instead_of_sample()
        self.sample.setText(instead or _TRAIN)
        self.sample.setEnabled(not instead)
        self.sample.setChecked(self._wishes_sample and not instead)

    def _instead_of_sample(self) -> str:
        """Return what keeps the sample from being trained on; "" for nothing."""
        if self.model.trains:
            return _OWN_TRAINING
        return _SAMPLE_IS_RATED if any(case.path == sample_path() for case in self.model.cases) else ""

    def _start(self, work: Work) -> None:
        if not self.reading.is_busy:
            self._looking.setText("Looking for images …")
            self.reading.start(work)

    @Slot(object)
    def _take(self, found: Any) -> None:
        assert isinstance(found, OpenCases)  # noqa: S101 - for the type checker
        start = len(self.model.cases)
        self.model.add(found.cases)
        if found.cases:
            self.table.select(start, len(found.cases))
            self.table.setFocus()
        if found.left_out:
            self.failed.emit(
                Failure(
                    "Some of the open images cannot be cases",
                    f"{counted(len(found.left_out), 'image')} inside a zip, as {found.left_out[0]}",
                    "Unpack the zip and add the files: a survey names files that stay.",
                )
            )
        if found.unread or not (found.cases or found.left_out):
            first = "; ".join(found.unread[:_MOST_UNREAD])
            more = f"; and {len(found.unread) - _MOST_UNREAD} more" if len(found.unread) > _MOST_UNREAD else ""
            added = f"{counted(len(found.cases), 'image')} added. " if found.cases else ""
            self.failed.emit(
                Failure(
                    "Some files cannot be cases" if found.cases else "No case was added",
                    f"{added}{first}{more}" if first else "There is no image among the files.",
                    "Add others in their place, or go on without them.",
                )
            )

    @Slot()
    def _on_ended(self) -> None:
        self._looking.clear()
        self.changed.emit()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.files, self.folder = QPushButton("Add &files …"), QPushButton("Add f&older …")
        self.open = QPushButton("Add o&pen images")
        self.open.setEnabled(self._state.image is not None)
        menu = QMenu(self.open)
        for text, which in _OPEN:
            menu.addAction(text).triggered.connect(lambda _checked=False, which=which: self.add_open(which))
        self.open.setMenu(menu)
        up, down, self.removed = QPushButton("Up"), QPushButton("Down"), QPushButton("Remove")
        for button in (self.files, self.folder, self.open):
            row.addWidget(button)
        row.addWidget(self._looking, 1)
        for button in (up, down, self.removed):
            row.addWidget(button)
        for button in (self.files, self.folder, self.open, up, down, self.removed):
            button.setAutoDefault(False)
        up.setToolTip("Move the selected rows up (Alt+Up)")
        down.setToolTip("Move the selected rows down (Alt+Down)")
        self.files.clicked.connect(self._ask_for_files)
        self.folder.clicked.connect(self._ask_for_folder)
        up.clicked.connect(lambda: self.table.shift(-1))
        down.clicked.connect(lambda: self.table.shift(1))
        self.removed.clicked.connect(lambda: self.model.remove(self.table.chosen))
        return row

    @Slot()
    def _ask_for_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add cases", self._start_folder(), _FILTER)
        self.add_paths([Path(name) for name in names])

    @Slot()
    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Add a folder of cases", self._start_folder())
        self.add_paths([Path(name)] if name else [])

    def _start_folder(self) -> str:
        """Return where files are looked for first: beside the last case, else beside the image on screen."""
        if self.model.cases:
            return str(self.model.cases[-1].path.parent)
        image = self._state.image
        beside = Path(image.instance.source).parent if image is not None else None
        return str(beside) if beside is not None and beside.is_dir() else ""


def _reading(paths: tuple[Path, ...], taken: tuple[Case, ...]) -> Work:
    def work(_token: CancelToken, _report: Report) -> OpenCases:
        from medsr_viewer.workflows.survey_new import (
            readable_cases,  # in the background: it loads the database's library
        )

        cases, unread = readable_cases(paths, taken=taken)
        return OpenCases(cases, unread=unread)

    return work


def _is_sample(case: Case) -> bool:
    return case.training and case.path == sample_path()
