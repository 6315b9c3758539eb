"""The Survey menu: each entry opens a window of its own beside the images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.design import Design
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.example_dialog import ExampleDialog
from medsr_viewer.ui.survey_setup.quick_design import quick_conditions
from medsr_viewer.ui.survey_setup.quick_dialog import QuickDialog
from medsr_viewer.ui.survey_setup.rate_dialog import RateDialog
from medsr_viewer.ui.survey_setup.rating_start import RatingStart
from medsr_viewer.ui.survey_setup.remembered_folders import (
    remember_folder,
    remembered_folders,
    suggested_folder,
)
from medsr_viewer.ui.survey_setup.results_window import ResultsWindow
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard

_OBSERVER = "survey-observer"
_SLOW_TO_LOAD = ("medsr_viewer.workflows.survey_new", "medsr_viewer.survey.statistics.planning")
"""With the libraries of the database and of statistics, a second and more: loaded while the first fields are filled."""
_Dialog = TypeVar("_Dialog", bound=QDialog)


@dataclass(frozen=True)
class SurveyRunners:
    """One for each window that works in the background, and one that loads what all of them need."""

    loading: Runner
    wizard: Runner
    quick: Runner
    results: Runner
    example: Runner


class Surveying(QObject):
    """Opens the windows of the Survey menu; one that is open comes to the front.

    Parameters
    ----------
    window : QWidget
        Above which they stay; it stays usable.
    state : State
        Images and methods.
    runners : SurveyRunners
        For what takes long.
    preferences : Preferences
        The folders and the pseudonym used last.
    """

    failed = Signal(Failure)
    told = Signal(str, str)

    def __init__(self, window: QWidget, state: State, runners: SurveyRunners, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._state, self._runners, self._preferences = window, state, runners, preferences
        self.rating = RatingStart(parent=self)
        self.rating.failed.connect(self.failed)
        self.rating.ended.connect(self._look_again)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        return {
            "new-survey": self.show_wizard,
            "rate": self.show_rate,
            "quick-survey": self.show_quick,
            "survey-results": self.show_results,
            "example-survey": self.show_example,
        }

    def show_wizard(self) -> SurveyWizard:
        """Show the wizard, with the methods on the panels ticked."""
        return self._show(SurveyWizard, self._wizard)

    def show_quick(self) -> QuickDialog | None:
        """Ask whether a survey of what is open shall be made; say what is missing for one."""
        if self._state.image is None:
            self.failed.emit(Failure("There is nothing to rate yet", "A quick survey is of the images now open."))
            return None
        if not quick_conditions(self._state):
            self.failed.emit(Failure("There is nothing to compare", "Show a method in at least one panel."))
            return None
        return self._show(QuickDialog, self._quick)

    def show_example(self) -> ExampleDialog:
        """Ask where the published survey is made once more, with simulated observers."""
        return self._show(ExampleDialog, self._example)

    @Slot(Path)
    def show_rate(self, folder: Path | None = None) -> RateDialog:
        """Ask which survey is rated, and by whom."""
        known = remembered_folders(self._preferences)
        first = folder or (Path(known[0]) if known else None)
        dialog = RateDialog(known, first, self._window)
        dialog.rate_wanted.connect(self._rate)
        dialog.show()
        return dialog

    @Slot(Path)
    def show_results(self, folder: Path | None = None) -> ResultsWindow:
        """Show how a survey stands: the newest where none is named."""
        known = remembered_folders(self._preferences)
        is_new = self._window.findChild(ResultsWindow) is None
        window = self._show(ResultsWindow, self._results)
        if folder is not None or (is_new and known):
            window.show_folder(folder or Path(known[0]))
        return window

    def _wizard(self) -> SurveyWizard:
        choices = self._state.choices
        design = Design(
            title="Reader survey",
            protocol="acr",
            mode=choices.mode,
            scale_factor=choices.scale_factor,
            cases=(),
            conditions=quick_conditions(self._state),
            questions=(),
        )
        folder = suggested_folder(self._preferences, "survey")
        wizard = SurveyWizard(self._state, design, folder, self._runners.wizard, self._window)
        wizard.made.connect(self._remember)
        wizard.rate_wanted.connect(self.show_rate)
        wizard.status_wanted.connect(self.show_results)
        return wizard

    def _quick(self) -> QuickDialog:
        folder = suggested_folder(self._preferences, "quick-survey")
        observer = self._preferences.text(_OBSERVER, "") or "R01"
        dialog = QuickDialog(self._state, folder, observer, self._runners.quick, self._window)
        dialog.ready.connect(self._on_quick)
        return dialog

    def _example(self) -> ExampleDialog:
        folder = suggested_folder(self._preferences, "example-survey")
        dialog = ExampleDialog(folder, self._runners.example, self._window)
        dialog.made.connect(self._on_example)
        return dialog

    def _results(self) -> ResultsWindow:
        methods = [method.name for method in self._state.catalogue.methods]
        window = ResultsWindow(remembered_folders(self._preferences), methods, self._runners.results, self._window)
        window.rate_wanted.connect(self.show_rate)
        window.opened.connect(self._remember)
        return window

    @Slot(Path, str)
    def _on_quick(self, folder: Path, observer: str) -> None:
        self._preferences.set_text(_OBSERVER, observer)
        self._rate(folder, observer)
        self.told.emit("The survey is ready, and the rating begins", f"It is in {folder}. Results: menu Survey.")

    @Slot(Path, Path)
    def _on_example(self, folder: Path, page: Path) -> None:
        self._remember(folder)
        self.show_results(folder)
        self.told.emit("The example survey is finished: its observers are simulated", f"Its report is {page}.")

    @Slot(Path, str)
    def _rate(self, folder: Path, observer: str) -> None:
        self._remember(folder)
        self.rating.rate(folder, observer)

    @Slot()
    def _look_again(self) -> None:
        """Show the answers that were just given, where the window that counts them is open."""
        window = self._window.findChild(ResultsWindow)
        if window is not None and window.look is not None:
            window.refresh()

    @Slot(Path)
    def _remember(self, folder: Path) -> None:
        remember_folder(self._preferences, folder)

    def _show(self, kind: type[_Dialog], make: Callable[[], _Dialog]) -> _Dialog:
        self._runners.loading.submit(_load)
        dialog = self._window.findChild(kind) or make()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog


def _load(_token: CancelToken, _report: Report) -> None:
    for name in _SLOW_TO_LOAD:
        import_module(name)
