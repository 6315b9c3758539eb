# ruff: noqa: RUF001 - the multiplication sign is meant

"""Three clicks from the viewer to the rating: menu, entry, start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Condition, Design
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.sealing import drawn_passphrase, read_passphrase
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.ui.survey.exit_status import TOLD
from medsr_viewer.ui.survey_setup.folder_field import FolderField
from medsr_viewer.ui.survey_setup.quick_design import quick_conditions, quick_inputs
from medsr_viewer.ui.survey_setup.quick_dialog import QuickDialog
from medsr_viewer.ui.survey_setup.rating_start import RatingStart, start_detached
from medsr_viewer.ui.survey_setup.remembered_folders import remember_folder, remembered_folders
from medsr_viewer.workflows.survey_close import close_survey
from medsr_viewer.workflows.survey_new import cases_of, create_survey

from .conftest import PATIENCE_MS, MakeApplication, press


class Rated:
    """Stands in place of the rating process."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.returncode = 0

    def __call__(self, command: list[str], _said: object) -> Rated:
        self.commands.append(command)
        return self

    def poll(self) -> int:
        return self.returncode


@pytest.fixture
def rated(opened: Application, monkeypatch: pytest.MonkeyPatch) -> Rated:
    stand_in = Rated()
    monkeypatch.setattr(opened.window.surveying.rating, "_start", stand_in)
    return stand_in


@pytest.fixture(autouse=True)
def beside(preferences: Preferences, tmp_path: Path) -> None:
    """New surveys go beside the one used last, not among the documents of who runs the tests."""
    (tmp_path / "surveys" / "earlier").mkdir(parents=True)
    remember_folder(preferences, tmp_path / "surveys" / "earlier")


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_three_clicks_lead_to_the_rating(
    opened: Application, rated: Rated, preferences: Preferences, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened.window
    menu = window.menus["Survey"]
    bar = window.menuBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(menu.menuAction()).center())
    qtbot.mouseClick(
        menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(window.actions_by_name["quick-survey"]).center()
    )
    (dialog,) = window.findChildren(QuickDialog)
    passphrase = dialog.passphrase.text()
    with qtbot.waitSignal(dialog.ready, timeout=PATIENCE_MS) as ready:
        press(qtbot, dialog.start)
    folder, observer = ready.args
    assert folder.parent == tmp_path / "surveys"
    assert verify_folder(SurveyFolder(folder)) == []
    assert rated.commands == [[sys.executable, "-m", "medsr_viewer", "--rate", str(folder), "--observer", observer]]
    design = read_design(folder / "design.toml")
    assert [condition.method for condition in design.conditions] == ["bicubic", "lanczos", ""]
    assert [case.path for case in design.main_cases] == sorted(folder.parents[1].glob("image-*.png"))
    assert design.training_cases
    assert window.isVisible()
    kept = folder.with_name(f"{folder.name}-passphrase.txt")
    assert read_passphrase(kept) == passphrase
    assert kept.stat().st_mode & 0o077 == 0
    close_survey(folder, passphrase)
    assert remembered_folders(preferences)[0] == str(folder)
    assert not any(str(folder) in path for path in preferences.recent)


def test_the_dialog_says_what_it_does_and_names_no_method(opened: Application, rated: Rated) -> None:
    dialog = opened.window.surveying.show_quick()
    assert dialog is not None
    words = dialog.words.text()
    assert "3 images are degraded and upscaled ×4 with the 2 methods of the panels" in words
    assert "12 images" in words, "three cases under three conditions, and one training trial for each of these"
    assert not any(name in words for name in ("bicubic", "lanczos"))
    assert rated.commands == []


def test_cancelling_makes_nothing(opened: Application, rated: Rated, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = opened.window.surveying.show_quick()
    assert dialog is not None
    press(qtbot, dialog.start)
    press(qtbot, dialog.cancelled)
    qtbot.waitUntil(lambda: not opened.runners["survey-quick"].is_busy, timeout=PATIENCE_MS)
    opened.runners["survey-quick"].shutdown()
    QApplication.processEvents()
    assert [path.name for path in (tmp_path / "surveys").iterdir()] == ["earlier"]
    assert rated.commands == []
    assert dialog.start.isEnabled()


def test_mistakes_are_named(opened: Application, rated: Rated, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = opened.window.surveying.show_quick()
    assert dialog is not None
    dialog.folder.path = tmp_path
    dialog.observer.setText("Dr. Smith")
    dialog.passphrase.clear()
    press(qtbot, dialog.start)
    assert "holds something already" in dialog.folder_mistake.text()
    assert "pseudonym" in dialog.observer_mistake.text()
    assert dialog.passphrase_mistake.text() == "A passphrase is needed."
    assert rated.commands == []


def test_the_last_reader_is_not_suggested_to_the_next_one(opened: Application, rated: Rated, tmp_path: Path) -> None:
    surveying = opened.window.surveying
    surveying._rate(tmp_path, "R01")
    assert surveying.show_rate(tmp_path).observer.text() == ""
    QApplication.processEvents()


def test_with_nothing_open_a_notice_says_so(make_application: MakeApplication) -> None:
    application = make_application()
    application.window.actions_by_name["quick-survey"].trigger()
    assert application.window.notices.shown[0].title == "There is nothing to rate yet"


def test_enhance_compares_one_method_with_the_baseline(open_settled: MakeApplication, image_files: list[Path]) -> None:
    state = open_settled(image_files[:1]).state
    assert len(quick_inputs(state)) == 1
    state.choose(mode="enhance", contents=("degraded", "lanczos"))
    assert [one.method for one in quick_conditions(state)] == ["bicubic", "lanczos"]


def test_alt_with_a_letter_types_nothing_into_a_folder(qtbot: QtBot) -> None:
    field = FolderField("Folder")
    qtbot.addWidget(field)
    field.path = Path("/surveys/one")
    line = field.line.lineEdit()
    qtbot.keyClick(line, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    assert field.path == Path("/surveys/one")
    qtbot.keyClick(line, Qt.Key.Key_T)
    assert field.path == Path("/surveys/onet")


def test_passphrases_differ() -> None:
    drawn = {drawn_passphrase() for _ in range(100)}
    assert len(drawn) == 100
    assert all(len(one) == 19 for one in drawn)


def test_a_rating_window_that_fails_is_told_of(qtbot: QtBot) -> None:
    def fails(_command: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        return start_detached([sys.executable, "-c", "raise SystemExit('no survey here')"], said)

    rating = RatingStart(fails)
    with qtbot.waitSignal(rating.failed, timeout=PATIENCE_MS) as failed:
        rating.rate(Path("nowhere"), "R01")
    assert failed.args[0].reason == "no survey here"


def test_what_the_rating_window_has_told_is_not_told_again(qtbot: QtBot) -> None:
    def refuses(_command: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        return start_detached([sys.executable, "-c", f"raise SystemExit({TOLD})"], said)

    rating, failures = RatingStart(refuses), []
    rating.failed.connect(failures.append)
    with qtbot.waitSignal(rating.ended, timeout=PATIENCE_MS):
        rating.rate(Path("nowhere"), "R01")
    assert failures == []


def test_the_results_are_looked_at_again_when_a_rating_window_closes(
    opened: Application, rated: Rated, tmp_path: Path, qtbot: QtBot
) -> None:
    surveying = opened.window.surveying
    folder = tmp_path / "study"
    cases, conditions = cases_of(sorted(tmp_path.glob("image-*.png"))), (Condition("nearest", "nearest"),)
    create_survey(folder, Design("A study", "acr", 2, cases, conditions, ()), "secret")
    window = surveying.show_results(folder)
    qtbot.waitUntil(lambda: window.look is not None and not window.is_busy, timeout=PATIENCE_MS)
    before = window.look
    with qtbot.waitSignal(surveying.rating.ended, timeout=PATIENCE_MS):
        surveying.rating.rate(folder, "R01")
    qtbot.waitUntil(lambda: window.look is not before and not window.is_busy, timeout=PATIENCE_MS)


def test_a_rating_window_that_cannot_start_is_told_of(qtbot: QtBot) -> None:
    def fails(_command: list[str], _said: IO[bytes]) -> subprocess.Popen[bytes]:
        raise FileNotFoundError(2, "No such file or directory")

    rating = RatingStart(fails)
    with qtbot.waitSignal(rating.failed) as failed:
        rating.rate(Path("nowhere"), "R01")
    assert failed.args[0].reason == "No such file or directory"


def test_a_rating_window_outlives_the_viewer_and_leaves_no_file_open() -> None:
    files: list[IO[bytes]] = []

    def waits(_command: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        files.append(said)
        return start_detached([sys.executable, "-c", "import time; time.sleep(30)"], said)

    rating = RatingStart(waits)
    rating.rate(Path("nowhere"), "R01")
    (process,) = (process for process, _ in rating._running)
    rating.let_go()
    assert files[0].closed
    assert process.poll() is None
    process.kill()
    process.wait()
