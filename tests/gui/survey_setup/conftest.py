"""A viewer with images open, and what its survey windows need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.survey_setup.results_window import ResultsWindow
from medsr_viewer.ui.survey_setup.surveying import Surveying
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method
from medsr_viewer.workflows.survey_new import cases_of, create_survey
from medsr_viewer.workflows.survey_simulate import simulate_survey

PATIENCE_MS = 60_000
MakeApplication = Callable[..., Application]
"""Of the fixtures `make_application` and `open_settled`."""
METHODS = ("nearest", "lanczos")
"""Of the survey of the fixture `study`."""
CASE = Case("a", Path("/a.png"))
PLAIN = Design("A study", "acr", 4, (CASE,), (Condition("bicubic", "bicubic"), Condition("b", "lanczos")), ())
INTERPOLATION = Catalogue(tuple(Method(name, "interpolation") for name in INTERPOLATIONS))


@pytest.fixture
def surveying(opened: Application) -> Surveying:
    """The Survey menu of a window with three images."""
    return opened.window.surveying


@pytest.fixture
def wizard(surveying: Surveying, qtbot: QtBot) -> SurveyWizard:
    made = surveying.show_wizard()
    qtbot.waitExposed(made)
    return made


FillIn = Callable[[SurveyWizard, Path], None]


@pytest.fixture
def fill_in(image_files: list[Path], qtbot: QtBot) -> FillIn:
    """Return a function that goes through a wizard to its summary: three cases, two methods, seven observers."""

    def fill(wizard: SurveyWizard, folder: Path) -> None:
        wizard.next()
        add_cases(wizard, image_files, qtbot)
        wizard.cases.sample.click()
        wizard.next()
        wizard.next()
        wizard.next()
        observers = wizard.pages[4]
        observers.observers.setValue(7)  # type: ignore[attr-defined]
        wizard.next()
        wizard.folder_page.folder.path = folder
        wizard.folder_page.passphrase.setText("correct horse")
        wizard.folder_page.again.setText("correct horse")
        wizard.next()
        assert wizard.index == 6

    return fill


def add_cases(wizard: SurveyWizard, paths: list[Path], qtbot: QtBot) -> None:
    before = len(wizard.cases.model.cases)
    wizard.cases.add_paths(paths)
    qtbot.waitUntil(lambda: len(wizard.cases.model.cases) == before + len(paths), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not wizard.cases.reading.is_busy, timeout=PATIENCE_MS)


def press(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def study(tmp_path: Path, image_files: list[Path]) -> Path:
    """A survey that three simulated observers rated."""
    design = Design(
        title="A study",
        protocol="acr",
        scale_factor=2,
        cases=cases_of(image_files),
        conditions=tuple(Condition(name, method=name) for name in METHODS),
        questions=(),
        arrangement=Arrangement(observers=3),
    )
    create_survey(tmp_path / "study", design, "correct horse")
    simulate_survey(tmp_path / "study", 3, 1)
    return tmp_path / "study"


@pytest.fixture
def window(make_application: MakeApplication, study: Path, qtbot: QtBot) -> ResultsWindow:
    made = make_application().window.surveying.show_results(study)
    qtbot.waitUntil(lambda: made.look is not None and not made.is_busy, timeout=PATIENCE_MS)
    return made
