"""Two rating windows of one observer: the second asks before it ends the first one's sitting, which then says so."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.survey.store import holding
from medsr_viewer.ui.survey.conducting import Conducting

from .conftest import Open
from .rating_study import make_study
from .test_rating_sitting import press, records, until_trial, wait_ripe_and_rate


def until_asked(conducting: Conducting, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: conducting.pages.is_on(conducting.pages.elsewhere), timeout=20_000)
    return conducting.pages.elsewhere.text.text()


def taken_over(conducting: Conducting, qtbot: QtBot) -> Conducting:
    """Have a second window go on with the sitting, and return it."""
    until_asked(conducting, qtbot)
    QTest.mouseClick(conducting.pages.elsewhere.go_on, Qt.MouseButton.LeftButton)
    until_trial(conducting, qtbot)
    return conducting


def rate_once(conducting: Conducting, qtbot: QtBot, saved: int) -> None:
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == saved)


def test_a_second_window_asks_and_begins_nothing_when_it_is_cancelled(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    second = open_rating(folder)
    told = until_asked(second, qtbot)
    (sitting,) = records(folder, "session")
    since = datetime.fromisoformat(sitting.time).astimezone()
    assert f"The observer R1 has a sitting open on this computer, since {since:%H:%M} on {since:%d %B %Y}." in told
    page = second.pages.elsewhere
    assert second.window.focusWidget() is page.first_focus()
    QTest.keyClick(page.first_focus(), Qt.Key.Key_Return)  # once too often
    qtbot.wait(100)
    assert second.pages.is_on(page)
    assert second.refusal == ""
    page.leave_wanted.emit()
    assert not second.window.isVisible()
    assert len(records(folder, "session")) == 1
    rate_once(first, qtbot, 1)


def test_who_continues_here_ends_the_other_sitting_which_says_so(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    rate_once(first, qtbot, 1)
    second = taken_over(open_rating(folder), qtbot)
    assert second.pages.trial.posed is not None
    assert second.pages.trial.posed.trial == read_plan(folder.plan_file).sequences[0][1]
    qtbot.waitUntil(lambda: first.pages.trial.state == "open" and first.pages.trial.clock.runs)
    wait_ripe_and_rate(first, qtbot, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: first.pages.is_on_problem)
    assert first.pages.problem.title.text() == "This sitting was continued in another window"
    told = first.pages.problem.text.text()
    assert "The answer that you gave just now was NOT saved" in told
    assert "Close this window and go on in the other. Every answer that was saved is kept" in told
    assert not first.pages.problem.retry.isVisible()
    assert first.window.close()
    rate_once(second, qtbot, 2)
    values = [(record.payload or {})["answers"][0]["value"] for record in records(folder, "rating")]
    assert values == [4, 4]
    assert verify_folder(folder) == []


def test_a_paused_window_says_at_its_next_word_that_the_sitting_is_over(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    press(first, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not first.desk.is_busy)
    taken_over(open_rating(folder), qtbot)
    QTest.keyClick(first.pages.pause, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first.pages.is_on_problem)
    assert first.pages.problem.title.text() == "This sitting was continued in another window"


def test_who_comes_back_to_the_older_window_is_told_before_answering(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    first.window.activated.emit()
    qtbot.waitUntil(lambda: not first.desk.runner.is_busy)
    assert first.pages.trial.state == "open", "nothing happens to a sitting that is the latest"
    second = taken_over(open_rating(folder), qtbot)
    first.window.activated.emit()
    qtbot.waitUntil(lambda: first.pages.is_on_problem)
    assert first.pages.problem.title.text() == "This sitting was continued in another window"
    assert "NOT saved" not in first.pages.problem.text.text(), "nothing was answered"
    rate_once(second, qtbot, 1)


def test_an_answer_that_is_given_while_the_window_looks_is_saved(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    until_trial(conducting, qtbot)
    press(conducting, Qt.Key.Key_4)
    qtbot.waitUntil(conducting.pages.trial.side.next.isEnabled)
    conducting.window.activated.emit()
    assert not conducting.desk.is_busy, "what is clicked now counts"
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == 1)


def test_after_a_crash_nothing_is_asked(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    """What a kill leaves: a sitting without an end, and the file of its lock."""
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot)
    first.leave()
    (sitting,) = records(folder, "session")
    left = left_behind(folder, sitting.session)
    second = open_rating(folder)
    until_trial(second, qtbot)
    assert not left.exists()
    assert len(list(folder.path.glob("*-sitting-*"))) == 1


def left_behind(folder: SurveyFolder, session: str) -> Path:
    path = holding._lock_file(folder.database_file, session)
    path.touch()
    return path


def test_another_observer_is_asked_nothing(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    until_trial(open_rating(folder), qtbot, kind="training")
    until_trial(open_rating(folder, "R2"), qtbot, kind="training")
