"""The example survey from the menu: asked for, made in the background, shown among the results."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import CannotWrite
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.survey_setup.example_dialog import ExampleDialog
from medsr_viewer.ui.survey_setup.remembered_folders import remember_folder, remembered_folders
from medsr_viewer.ui.survey_setup.results_window import ResultsWindow
from medsr_viewer.workflows import survey_example
from medsr_viewer.workflows.survey_example import ExampleSurvey, Report
from medsr_viewer.workflows.survey_report import SurveyReport

from .conftest import PATIENCE_MS, press


@pytest.fixture
def dialog(opened: Application, preferences: Preferences, tmp_path: Path) -> ExampleDialog:
    (tmp_path / "surveys" / "earlier").mkdir(parents=True)
    remember_folder(preferences, tmp_path / "surveys" / "earlier")
    opened.window.actions_by_name["example-survey"].trigger()
    (dialog,) = opened.window.findChildren(ExampleDialog)
    return dialog


def test_the_example_is_made_and_shown(
    opened: Application, dialog: ExampleDialog, monkeypatch: pytest.MonkeyPatch, preferences: Preferences, qtbot: QtBot
) -> None:
    def make(folder: Path, out: Path, *, report: Report, token: CancelToken) -> ExampleSurvey:
        token.check()
        report("analysing")
        folder.mkdir()
        return ExampleSurvey(folder, folder, folder, folder, SurveyReport((out / "report.html",), {}, ()))

    monkeypatch.setattr(survey_example, "example_survey", make)
    folder = dialog.folder.path
    assert folder is not None
    with qtbot.waitSignal(dialog.made, timeout=PATIENCE_MS) as made:
        press(qtbot, dialog.start)
    assert made.args == [folder, folder.with_name(f"{folder.name}-report") / "report.html"]
    assert remembered_folders(preferences)[0] == str(folder)
    assert opened.window.findChildren(ResultsWindow)
    qtbot.waitUntil(lambda: not opened.window.findChildren(ExampleDialog), timeout=PATIENCE_MS)


def test_the_dialog_keeps_no_room_for_notices_and_no_button_moves_for_one(dialog: ExampleDialog, qtbot: QtBot) -> None:
    def below() -> int:
        return dialog.height() - dialog.start.geometry().bottom()

    qtbot.waitUntil(lambda: below() < dialog.start.height())
    before = dialog.start.pos(), dialog.height()
    dialog.notices.show_failure(
        Failure("This file or folder cannot be written", "the disk is full " * 30, "Make room.")
    )
    qtbot.waitUntil(lambda: dialog.height() > before[1])
    assert dialog.start.pos() == before[0]
    (notice,) = dialog.notices.shown
    assert notice.height() >= notice.heightForWidth(notice.width()), "all of it can be read"
    dialog.notices.clear()
    qtbot.waitUntil(lambda: (dialog.start.pos(), dialog.height()) == before)


def test_what_hinders_it_stands_in_the_dialog(
    dialog: ExampleDialog, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    def fail(*_arguments: object, **_options: object) -> ExampleSurvey:
        raise CannotWrite("the disk is full")

    monkeypatch.setattr(survey_example, "example_survey", fail)
    dialog.folder.path = tmp_path / "surveys"
    press(qtbot, dialog.start)
    assert "holds something already" in dialog.folder_mistake.text()
    assert dialog.start.isEnabled()
    dialog.folder.path = tmp_path / "new"
    with qtbot.waitSignal(dialog.making.failed, timeout=PATIENCE_MS):
        press(qtbot, dialog.start)
    qtbot.waitUntil(dialog.start.isEnabled, timeout=PATIENCE_MS)
    assert dialog.folder_mistake.text() == ""
    press(qtbot, dialog.cancelled)
