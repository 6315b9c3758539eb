"""A sitting that goes on after an earlier one: what it says of the training and of the time, and who may leave it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Sitting, Texts
from medsr_viewer.survey.protocol_texts import TRAINED, TRAINING
from medsr_viewer.ui.survey.conducting import Conducting

from .conftest import Open
from .rating_study import make_study
from .sitting_driver import pass_opening_pages
from .test_rating_sitting import until_trial, wait_ripe_and_rate


def until_page(conducting: Conducting, qtbot: QtBot, name: str) -> None:
    def is_there() -> bool:
        pages = conducting.pages
        if hasattr(pages, name) and pages.is_on(getattr(pages, name)):
            return True
        if not conducting.desk.is_busy:
            pass_opening_pages(conducting)
        return False

    qtbot.waitUntil(is_there, timeout=20_000)


def rate_first(conducting: Conducting, qtbot: QtBot) -> None:
    until_trial(conducting, qtbot)
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: conducting.standing is not None and conducting.standing.saved == 1)


@pytest.mark.parametrize("own", ["", "Look.\n\nFirst some training."])
def test_once_the_training_is_over_no_more_is_announced(
    tmp_path: Path, open_rating: Open, qtbot: QtBot, own: str
) -> None:
    folder = make_study(tmp_path / "study", **({"texts": Texts(own)} if own else {}))
    first = open_rating(folder)
    until_page(first, qtbot, "instructions")
    assert (TRAINING in first.pages.instructions.text.text()) == (not own)
    assert TRAINED not in first.pages.instructions.text.text()
    rate_first(first, qtbot)
    first.leave()
    second = open_rating(folder)
    until_page(second, qtbot, "instructions")
    told = second.pages.instructions.text.text()
    assert told.startswith(f"{TRAINED} Your answer is saved.\n\n")
    assert TRAINING not in told
    assert told.endswith(own)
    QTest.keyClick(second.pages.instructions, Qt.Key.Key_Return)
    until_trial(second, qtbot)
    assert second.pages.trial.posed is not None
    assert second.pages.trial.posed.number == 2


def test_in_the_middle_of_the_training_it_is_still_announced(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    folder = make_study(tmp_path / "study")
    first = open_rating(folder)
    until_trial(first, qtbot, kind="training")
    wait_ripe_and_rate(first, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: first.pages.trial.state == "feedback")
    first.leave()
    second = open_rating(folder)
    until_page(second, qtbot, "instructions")
    assert TRAINING in second.pages.instructions.text.text()


def test_the_time_in_the_banner_goes_on_in_the_next_window(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    sitting = Sitting(minutes=30, break_minutes=5, delay_ms=20, least_view_ms=0)
    folder = make_study(tmp_path / "study", sitting=sitting)
    first = open_rating(folder)
    until_trial(first, qtbot)
    first.pages.trial.clock._before = 125.0  # as if the trial had been looked at for so long
    wait_ripe_and_rate(first, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: first.standing is not None and first.standing.saved == 1)
    first.leave()
    second = open_rating(folder)
    until_trial(second, qtbot)
    shown = [label.text() for label in second.window.findChildren(QLabel)]
    assert "2 min in this sitting" in shown


@pytest.mark.parametrize("name", ["consent", "screen", "instructions", "counting"])
def test_close_asks_before_it_leaves(tmp_path: Path, open_rating: Open, qtbot: QtBot, name: str) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    if name == "counting":
        from .test_counting_page import until_counting

        until_counting(conducting, qtbot)
    until_page(conducting, qtbot, name)
    page = getattr(conducting.pages, name)
    page.leave_wanted.emit()
    leaving = conducting.pages.leaving
    assert conducting.pages.is_on(leaving)
    QTest.keyClick(leaving.first_focus(), Qt.Key.Key_Return)
    assert conducting.pages.is_on(page)
    assert conducting.window.isVisible()
    page.leave_wanted.emit()
    leaving.leave_wanted.emit()
    assert not conducting.window.isVisible()
