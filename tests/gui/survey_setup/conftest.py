"""A viewer with images open, and what its survey windows need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.app import Application
from medsr_viewer.ui.survey_setup.surveying import Surveying
from medsr_viewer.ui.survey_setup.wizard import SurveyWizard
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method

PATIENCE_MS = 60_000
MakeApplication = Callable[..., Application]
"""Of the fixtures `make_application` and `open_settled`."""
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
        wizard.cases.sample.setChecked(False)
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
