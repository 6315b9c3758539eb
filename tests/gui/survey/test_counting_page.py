"""The page between training and study: it says that answers count from now on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.ui.survey.conducting import Conducting

from .conftest import Open
from .rating_study import make_study, study_design
from .sitting_driver import AutoRater
from .test_rating_sitting import press, records, until_trial, wait_ripe_and_rate


def until_counting(conducting: Conducting, qtbot: QtBot) -> None:
    """Wait until the page after the training is shown, going through everything before but not through it."""

    def is_shown() -> bool:
        pages = conducting.pages
        if hasattr(pages, "counting") and pages.is_on(pages.counting):
            return True
        rater.act()
        return False

    rater = AutoRater(conducting)
    rater.stop()
    qtbot.waitUntil(is_shown, timeout=20_000)


def test_after_the_training_it_is_said_that_answers_count_from_now_on(
    tmp_path: Path, open_rating: Open, qtbot: QtBot
) -> None:
    folder = make_study(tmp_path / "study")
    trials = len(read_plan(folder.plan_file).sequences[0])
    first = open_rating(folder)
    until_trial(first, qtbot, kind="training")
    assert first.pages.trial.side.saved.text() == "Training: answers do not count"
    until_counting(first, qtbot)
    told = first.pages.counting.text.text()
    assert first.pages.counting.title.text() == "From now on your answers count"
    assert f"To be rated: {trials} images." in told
    assert "Esc" in told
    assert records(folder, "rating") == []
    assert first.window.close(), "nothing is on screen that a pause would hide"
    second = open_rating(folder)
    until_counting(second, qtbot)
    QTest.keyClick(second.pages.counting, Qt.Key.Key_Return)
    page = second.pages.trial
    qtbot.waitUntil(lambda: page.state == "open" and page.clock.runs, timeout=10_000)
    assert page.posed is not None
    assert not page.posed.is_training
    assert page.side.saved.text() == "0 answers saved"
    press(second, Qt.Key.Key_Escape)
    QTest.keyClick(second.pages.pause, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: second.pages.is_on(page) and page.state == "open" and page.clock.runs)
    wait_ripe_and_rate(second, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: page.side.saved.text() == "1 answer saved")
    assert second.pages.is_on(page)


def test_without_training_nothing_is_said_of_one(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    cases = tuple(case for case in study_design().cases if not case.training)
    conducting = open_rating(make_study(tmp_path / "study", cases=cases))
    shown: set[bool] = set()
    rater = AutoRater(conducting)
    rater.stop()

    def is_open() -> bool:
        pages = conducting.pages
        shown.add(hasattr(pages, "counting") and pages.is_on(pages.counting))
        rater.act()
        return hasattr(pages, "trial") and pages.trial.state == "open"

    qtbot.waitUntil(is_open, timeout=20_000)
    assert shown == {False}


def test_several_images_side_by_side_are_counted_as_sets(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study", protocol="queens"))
    until_counting(conducting, qtbot)
    assert "To be rated: 2 sets of images." in conducting.pages.counting.text.text()
    until_trial(conducting, qtbot)
    assert conducting.pages.trial.side.progress.text() == "<b>Set 1 of 2</b>"
