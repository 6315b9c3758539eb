"""How a survey stands, told blind; closing it; and, after that, its results."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Runner, Work
from medsr_viewer.ui.survey_setup import survey_works as works
from medsr_viewer.ui.survey_setup.close_dialog import CloseDialog
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.possible_acts import obstacles
from medsr_viewer.ui.survey_setup.restored_words import RESTORED, WITHDRAWN_LATE, told_contradictions
from medsr_viewer.ui.survey_setup.result_tables import fill, progress_row
from medsr_viewer.ui.survey_setup.result_words import (
    WITHDRAWAL,
    listed,
    told_findings,
    told_problems,
    told_state,
)
from medsr_viewer.ui.survey_setup.results_frame import ResultsFrame
from medsr_viewer.ui.survey_setup.shown_report import ShownReport

if TYPE_CHECKING:
    from medsr_viewer.survey.audit import Finding
    from medsr_viewer.workflows.survey_close import ClosedSurvey
    from medsr_viewer.workflows.survey_report import SurveyReport


class ResultsWindow(ResultsFrame):
    """Looks at one survey at a time.

    Parameters
    ----------
    remembered : sequence of str
        Folders to choose from.
    methods : sequence of str
        All that the program has: the blinding check looks for their names.
    runner : Runner
        Does all work on the folder.
    parent : QWidget, optional
        The window, which stays usable.
    """

    rate_wanted = Signal(Path)
    opened = Signal(Path)
    """A survey's folder was read."""

    def __init__(
        self, remembered: Sequence[str], methods: Sequence[str], runner: Runner, parent: QWidget | None = None
    ) -> None:
        super().__init__(remembered, runner, parent)
        self._runner, self._methods = runner, tuple(methods)
        self.look: works.SurveyLook | None = None
        self.report = ShownReport(self)
        self.report.renewal_wanted.connect(self.report_into)
        self._closing: CloseDialog | None = None
        errands = {name: Errand(runner, self) for name in ("look", "verify", "audit", "close", "report", "other")}
        for name, errand in errands.items():
            errand.failed.connect(self._on_not_closed if name == "close" else self.notices.show_failure)
            errand.progressed.connect(self._on_progressed)
            errand.ended.connect(self._on_ended)
        self._errands = errands
        errands["look"].done.connect(self._on_look)
        errands["verify"].done.connect(self._on_verified)
        errands["audit"].done.connect(self._on_audited)
        errands["close"].done.connect(self._on_closed)
        errands["report"].done.connect(self._on_reported)
        errands["other"].done.connect(self._on_other)
        self.folder.chosen.connect(self.refresh)
        self.folder.entered.connect(self.refresh)
        for name, act in self._acts().items():
            self.buttons[name].clicked.connect(act)
        self._allow()

    @property
    def is_busy(self) -> bool:
        """Whether anything runs."""
        return any(errand.is_busy for errand in self._errands.values())

    def show_folder(self, path: Path) -> None:
        """Look at a survey."""
        self.folder.path = path
        self.folder.focus()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again how the survey stands."""
        path, looks = self.folder.path, self._errands["look"]
        if path is None or (self.is_busy and not looks.is_busy):
            return
        if self.look is None or self.look.path != path:
            self.forget()
            self.state.setText("Reading the survey …")
        self.notices.clear()
        looks.start(works.looking(path))
        self._allow()

    def forget(self) -> None:
        """Show nothing of the survey before."""
        self.look = None
        self.report.forget()
        self.clear()

    @Slot()
    def reject(self) -> None:
        """Close the window, and stop what runs."""
        self._runner.cancel()
        super().reject()
        self.deleteLater()

    def _acts(self) -> dict[str, Any]:
        return {
            "refresh": self.refresh,
            "rate": lambda: self.rate_wanted.emit(self.folder.path),
            "verify": lambda: self._on("verify", works.verifying),
            "audit": lambda: self._on("audit", partial(works.auditing, methods=self._methods)),
            "withdraw": self._ask_about_withdrawal,
            "restored": self._ask_about_restored,
            "export": self._ask_where_to_export,
            "merge": self._ask_for_bundles,
            "copy": self._ask_where_to_copy,
            "close": self._ask_to_close,
            "report": self._ask_where_to_report,
            "open": self.report.open,
        }

    def _on(self, errand: str, make: works.MakeWork) -> None:
        if self.look is not None:
            self._start(errand, make(self.look.path))

    def _start(self, errand: str, work: Work) -> None:
        if not self.is_busy:
            self.notices.clear()
            self._errands[errand].start(work)
            self._allow()

    @Slot()
    def _on_ended(self) -> None:
        if self.look is None and not self.is_busy:
            self.clear()
        self._allow()

    def _allow(self) -> None:
        busy = self.is_busy
        self.allow(obstacles(self.look, is_busy=busy, has_page=self.report.page is not None))
        self.buttons["refresh"].setEnabled(not busy or self._errands["look"].is_busy)

    @Slot(object)
    def _on_look(self, look: works.SurveyLook) -> None:
        self.look = look
        self.title.setText(look.title)
        self.state.setText(told_state(look))
        fill(self.progress_rows, [progress_row(one) for one in look.observers])
        if self.folder.line.hasFocus() and self.folder.path == look.path:
            self.progress_rows.setFocus()  # from here on letters with Alt are the buttons'
        self.report.take(look.report)
        if look.contradictions:
            self._ask_about_restored()
        self.opened.emit(look.path)

    @Slot(object)
    def _on_verified(self, problems: list[str]) -> None:
        if problems:
            self.notices.show_failure(told_problems(problems))
        else:
            self.notices.tell("Nothing was altered", "Every record and every file is as it was written.")

    @Slot(object)
    def _on_audited(self, findings: list[Finding]) -> None:
        if findings:
            self.notices.show_failure(told_findings(findings))
        else:
            self.notices.tell("Blind", "Nothing was found that tells the conditions apart.")

    @Slot(Failure)
    def _on_not_closed(self, failure: Failure) -> None:
        if self._closing is None:
            self.notices.show_failure(failure)
        else:
            self._closing.refuse(failure)

    @Slot(object)
    def _on_closed(self, closed: ClosedSurvey) -> None:
        if self._closing is not None:
            self._closing.accept()
        text = f"The allocation is the one that was committed to: {closed.commitment[:16]} …"
        if closed.problems:
            text += f" The report will say what was altered: {listed(closed.problems)}"
        self.notices.tell("Closed and unblinded", text)
        self._look_again()

    @Slot(object)
    def _on_other(self, text: str) -> None:
        self.notices.tell("Done", text)
        self._look_again()

    @Slot(object)
    def _on_progressed(self, line: str) -> None:
        self.progress.report(line, 0, 0)

    @Slot(object)
    def _on_reported(self, made: SurveyReport) -> None:
        self.report.show(made.files[0], made.figures)
        self.tables.setCurrentIndex(1)
        self.notices.tell("The report is written", str(made.files[0].parent))
        self.report.open()

    def _look_again(self) -> None:
        if self.look is not None:
            self._errands["look"].start(works.looking(self.look.path))

    def _ask_about_withdrawal(self) -> None:
        rows = self.progress_rows.selectionModel().selectedRows()
        if self.look is None or not rows:
            self.notices.tell("Choose an observer", "Select a row of the table first.")
            return
        observer, path = self.look.observers[rows[0].row()], self.look.path

        def withdraw(*, erase: bool) -> None:
            self._start("other", works.withdrawing(path, observer, erase=erase))

        answers = [("Take out", partial(withdraw, erase=False)), ("Take out and erase", partial(withdraw, erase=True))]
        words = f"{WITHDRAWN_LATE} {WITHDRAWAL}" if self.look.is_closed else WITHDRAWAL
        self.notices.ask(f"Take {observer.observer} out of the analysis?", words, [*answers, ("No", lambda: None)])

    @Slot()
    def _ask_about_restored(self) -> None:
        if self.look is not None and self.look.contradictions:
            answers = [
                ("Go on with these records", lambda: self._on("other", works.accepting)),
                ("Not now", lambda: None),
            ]
            self.notices.ask(RESTORED, told_contradictions(self.look.contradictions), answers)

    def _ask_where_to_export(self) -> None:
        if self.look is not None:
            name, _ = QFileDialog.getSaveFileName(self, "Export a bundle", f"{self.look.path}.zip", "Bundles (*.zip)")
            if name:
                self._on("other", partial(works.exporting, target=Path(name)))

    def _ask_for_bundles(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Merge bundles", "", "Bundles (*.zip)")
        if names:
            self._on("other", partial(works.merging, bundles=[Path(name) for name in names]))

    def _ask_where_to_copy(self) -> None:
        if self.look is not None:
            suggested = f"{self.look.path}-other-site"
            name, _ = QFileDialog.getSaveFileName(self, "New folder for another site", suggested)
            if name:
                self._on("other", partial(works.copying, target=Path(name)))

    def _ask_to_close(self) -> None:
        if self.look is None:
            return
        if self._closing is None:
            unfinished = sum(not one.finished and not one.withdrawn for one in self.look.observers)
            self._closing = CloseDialog(self.look.path, unfinished, self)
            self._closing.confirmed.connect(self.close_survey)
            self._closing.finished.connect(self._on_closing_left)
        self._closing.show()
        self._closing.activateWindow()

    @Slot()
    def _on_closing_left(self) -> None:
        self._closing = None

    @Slot(str)
    def close_survey(self, passphrase: str) -> None:
        """Close the survey."""
        if self.is_busy:
            self._on_not_closed(Failure("Something else runs now", "Wait until it has ended, and try again."))
        else:
            self._on("close", partial(works.closing, passphrase=passphrase))

    def _ask_where_to_report(self) -> None:
        if self.look is not None:
            suggested = f"{self.look.path}-report"
            name, _ = QFileDialog.getSaveFileName(self, "New folder for the report", suggested)
            if name:
                self.report_into(Path(name))

    @Slot(Path)
    def report_into(self, out: Path) -> None:
        """Analyse the survey, and write the report into a folder."""
        self._on("report", partial(works.reporting, out=out))
