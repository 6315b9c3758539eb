"""The wizard that sets up a survey: steps to be gone through in order, and back at any time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from medsr_viewer.errors import MedsrError
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_file import read_design, write_design
from medsr_viewer.survey.design_mistakes import Mistake
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.ui.failure import describe
from medsr_viewer.ui.runner import Runner
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.cases_page import CasesPage
from medsr_viewer.ui.survey_setup.conditions_page import ConditionsPage
from medsr_viewer.ui.survey_setup.errand import Errand
from medsr_viewer.ui.survey_setup.folder_page import FolderPage
from medsr_viewer.ui.survey_setup.made_page import MadePage
from medsr_viewer.ui.survey_setup.making import Order, Step, making
from medsr_viewer.ui.survey_setup.mistake_words import told
from medsr_viewer.ui.survey_setup.observers_page import ObserversPage
from medsr_viewer.ui.survey_setup.protocol_page import ProtocolPage
from medsr_viewer.ui.survey_setup.questions_page import QuestionsPage
from medsr_viewer.ui.survey_setup.summary_page import SummaryPage
from medsr_viewer.ui.survey_setup.wizard_fields import step_of
from medsr_viewer.ui.survey_setup.wizard_page import WizardPage
from medsr_viewer.ui.survey_setup.wizard_steps import WizardSteps

if TYPE_CHECKING:
    from medsr_viewer.workflows.survey_new import NewSurvey

_FILTER = "Survey designs (*.toml)"
_STAY = "Stay"


class SurveyWizard(WizardSteps):
    """Makes a survey of what is entered.

    Parameters
    ----------
    state : State
        The viewer's: methods, and the images that are open.
    design : Design
        To begin with.
    folder : Path
        Suggested for the survey.
    runner : Runner
        Does what takes long.
    parent : QWidget, optional
        The window, which stays usable.
    """

    made = Signal(Path)
    rate_wanted = Signal(Path)
    status_wanted = Signal(Path)

    def __init__(
        self, state: State, design: Design, folder: Path, runner: Runner, parent: QWidget | None = None
    ) -> None:
        self.cases, self.folder_page, self.made_page = CasesPage(state, runner), FolderPage(folder), MadePage()
        pages: tuple[WizardPage, ...] = (
            ProtocolPage(),
            self.cases,
            ConditionsPage(state.catalogue),
            QuestionsPage(),
            ObserversPage(),
            self.folder_page,
            SummaryPage(runner),
        )
        super().__init__(design, pages, self.made_page, runner, parent)
        self._state, self._runner = state, runner
        self._is_made = False
        self._making = Errand(runner, self)
        self._connect()

    def set_design(self, design: Design) -> None:
        """Go on from another design, at the first step, with its cases at once."""
        super().set_design(design)
        self.cases.show_design(design)

    @Slot()
    def reject(self) -> None:
        """Close, after asking where something would be lost."""
        if self._making.is_busy:
            self._making.cancel()
        elif self.was_edited and not self._is_made:
            self.notices.ask(
                "Leave without making the survey?",
                "What you entered is lost unless you save the design.",
                [
                    ("Leave", self._leave),
                    ("Save design …", self._ask_where_to_save),
                    (_STAY, self.next_button.setFocus),
                ],
            )
            stay = next(one for one in self.notices.shown[0].findChildren(QPushButton) if one.text() == _STAY)
            stay.setFocus()
        else:
            self._leave()

    def load(self, path: Path) -> None:
        """Go on from a design file."""
        try:
            self.set_design(read_design(path))
        except MedsrError as exc:
            self.notices.show_failure(describe(exc))
            return
        self.was_edited = True

    def save(self, path: Path) -> None:
        """Write the design as it stands into a file."""
        self.take()
        if wrong := [*mistakes_in(self.design), *self.cases.model.unread()]:
            self._tell_what_keeps_from_saving(wrong)
            return
        named = path if path.suffix.lower() == ".toml" else path.with_name(f"{path.name}.toml")
        try:
            write_design(named, self.design)
        except MedsrError as exc:
            self.notices.show_failure(describe(exc))
            return
        self.was_edited = False
        self.notices.tell("Saved", f"{named} holds the design, without passphrase and seed.")

    def _tell_what_keeps_from_saving(self, mistakes: list[Mistake]) -> None:
        number, title = step_of(mistakes[0].key)
        self.try_step(number - 1)
        more = f" And {len(mistakes) - 1} more." if len(mistakes) > 1 else ""
        self.notices.ask(
            "The design is not whole yet, and was not saved.",
            f"Step {number}, {title}: {told(mistakes[0]).text}{more}",
            [(f"Go to step {number}", lambda: self.lead_to(mistakes[0].key)), ("Not now", lambda: None)],
        )

    @Slot()
    def _create(self) -> None:
        folder = self.folder_page
        path = folder.folder.path
        wrong = next((place for place in range(len(self.pages)) if self.mistakes_on(place)), None)
        if wrong is not None or path is None:
            self.go_to(self.index)
            self.show_page(wrong or 0)
            return
        self.set_busy(busy=True)
        order = Order(
            path, self.design, folder.passphrase.text(), folder.store.text().strip(), self._state.choices.device
        )
        self._making.start(making(order))

    @Slot(object)
    def _on_progressed(self, step: Any) -> None:
        assert isinstance(step, Step)  # noqa: S101 - for the type checker
        self.progress.report(step.text, step.done, step.total)

    @Slot(object)
    def _on_made(self, made: NewSurvey) -> None:
        self._is_made = True
        self.made_page.show_made(made)
        self.show_end()
        self.made.emit(made.folder)

    @Slot()
    def _on_ended(self) -> None:
        self.set_busy(busy=False)
        if self._is_made:
            self.made_page.lead()  # nothing that is disabled while something is made takes the focus
        elif not self.notices.shown:
            self.notices.tell("Cancelled", "Nothing was left behind.")

    @Slot()
    def _leave(self) -> None:
        self._runner.cancel()
        super().reject()
        self.deleteLater()

    @Slot()
    def _ask_for_design(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Load a design", "", _FILTER)
        if name:
            self.load(Path(name))

    @Slot()
    def _ask_where_to_save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the design", "survey-design.toml", _FILTER)
        if name:
            self.save(Path(name))

    def _connect(self) -> None:
        self.cases.failed.connect(self.notices.show_failure)
        self.close_button.clicked.connect(self.reject)
        self.load_button.clicked.connect(self._ask_for_design)
        self.save_button.clicked.connect(self._ask_where_to_save)
        self.all_taken.connect(self._create)
        self._making.progressed.connect(self._on_progressed)
        self._making.done.connect(self._on_made)
        self._making.failed.connect(self.notices.show_failure)
        self._making.ended.connect(self._on_ended)
        self.made_page.rate_wanted.connect(self.rate_wanted)
        self.made_page.status_wanted.connect(self.status_wanted)
