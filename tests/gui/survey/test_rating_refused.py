"""What keeps an observer from rating at all: the survey, the screen, or the observer's own no."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Screen
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.plain_pages import ProblemPage

from .conftest import Open
from .rating_study import SECRETS, make_study
from .sitting_driver import AutoRater
from .test_rating_sitting import payloads, records


def test_a_small_screen_is_refused(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study", screen=Screen(30_000, 20_000))
    conducting = open_rating(folder)
    rater = AutoRater(conducting)
    qtbot.waitUntil(lambda: hasattr(conducting.pages, "screen") and conducting.pages.is_on(conducting.pages.screen))
    qtbot.wait(100)
    rater.stop()
    page = conducting.pages.screen
    assert page.is_refused
    assert not page.go_on.isVisible()
    assert "30000 \N{MULTIPLICATION SIGN} 20000" in page.text.text()
    assert [payload["passed"] for payload in payloads(folder, "screen")] == [False]


def test_a_survey_that_is_no_survey_tells_why(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(tmp_path)
    qtbot.waitUntil(lambda: conducting.pages.is_on_problem)
    assert "no survey's folder" in conducting.pages.problem.text.text()


def test_a_survey_that_is_not_blind_is_not_rated(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    (folder.path / "allocation.json").write_text("{}", encoding="utf-8")
    conducting = open_rating(folder)
    qtbot.waitUntil(lambda: conducting.pages.is_on_problem, timeout=20_000)
    assert records(folder, "observer", "session") == []


def test_a_text_of_the_window_that_names_a_condition_stops_it(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    conducting.window.setToolTip(f"this is {SECRETS[0]}")
    qtbot.waitUntil(lambda: conducting.pages.is_on_problem, timeout=20_000)


def test_who_does_not_agree_sees_no_image(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    conducting = open_rating(folder)
    qtbot.waitUntil(lambda: hasattr(conducting.pages, "consent") and conducting.pages.is_on(conducting.pages.consent))
    page = conducting.pages.consent
    QTest.keyClick(page, Qt.Key.Key_Return)  # Enter agrees to nothing
    QTest.mouseClick(page.decline, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(records(folder, "consent")) == 1)
    qtbot.wait(100)
    assert conducting.pages.is_on(page)
    assert not page.agree.isVisible()
    assert [payload["agreed"] for payload in payloads(folder, "consent")] == [False]


def test_a_fault_of_the_program_says_what_is_kept_and_what_to_do(qtbot: QtBot) -> None:
    page = ProblemPage()
    qtbot.addWidget(page)
    page.show_failure(Failure("Something unexpected happened", "KeyError: zebramethod", "Report it.", "Traceback ..."))
    told = page.text.text()
    assert "Every answer that was saved is kept" in told
    assert "tell the coordinator: the details are in the program's log" in told
    assert "zebramethod" not in told
