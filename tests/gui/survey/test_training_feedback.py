"""Every answer of the training phase is followed by a word on the direction of the scale, whatever the protocol."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.feedback import ATTEMPTS, Feedback
from medsr_viewer.survey.folder import verify_folder
from medsr_viewer.ui.survey.feedback_text import feedback_text

from .conftest import Open
from .rating_study import make_study, study_design, three_questions
from .test_rating_sitting import payloads, press, until_trial, wait_ripe_and_rate

_OWN = Question("vessels", "The vessels are visible.", labels=("All <of them>", "Some", "None"))


def test_a_criterion_is_read_back_in_its_own_words() -> None:
    text = feedback_text(Feedback((), (1,), False, False, may_repeat=True), study_design(protocol="vgc"))
    assert "You gave <b>1: Certainly not fulfilled</b>." in text
    assert "<b>5</b> (Certainly fulfilled) is the best, <b>1</b>\N{NO-BREAK SPACE}is the worst." in text
    assert "Backspace" in text


def test_several_criteria_are_read_back_each_with_its_own_labels() -> None:
    design = study_design(protocol="vgc", questions=(*three_questions()[:2], _OWN))
    text = feedback_text(Feedback((), (1, 5, 3), False, False), design)
    assert "Q1: you gave <b>1: Certainly not fulfilled</b><br>Q2: you gave <b>5: Certainly fulfilled</b><br>" in text
    assert text.count("(Certainly fulfilled) is the best") == 1, "one scale is told once"
    assert "Q3: you gave <b>3: All &lt;of them&gt;</b><br><b>3</b> (All &lt;of them&gt;) is the best" in text
    assert "Backspace" not in text


def test_a_finding_is_read_back_as_its_presence() -> None:
    text = feedback_text(Feedback((), (2,), False, False), study_design(protocol="roc"))
    assert "You gave <b>2: Probably absent</b>." in text
    assert "certainly present" in text
    assert "best" not in text


def test_what_is_expected_is_told_on_the_scale_of_its_own_question() -> None:
    design = study_design(protocol="vgc", questions=(three_questions()[0], _OWN))
    text = feedback_text(Feedback((3, 3), (4, 1), turned=True, again=True), design)
    assert "You gave <b>4 Probably fulfilled</b>; expected near <b>3 Undecided</b>" in text
    assert "You gave <b>1 None</b>; expected near <b>3 All &lt;of them&gt;</b>" in text


@pytest.mark.parametrize("by_key", [True, False])
def test_a_criterion_may_be_answered_again_so_many_times(
    tmp_path: Path, open_rating: Open, qtbot: QtBot, by_key: bool
) -> None:
    folder = make_study(tmp_path / "study", protocol="vgc")
    conducting = open_rating(folder)
    until_trial(conducting, qtbot, kind="training")
    page = conducting.pages.trial
    assert page.posed is not None
    first = page.posed.trial.identifier
    for attempt, key in enumerate([Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_5][:ATTEMPTS], 1):
        wait_ripe_and_rate(conducting, qtbot, key)
        qtbot.waitUntil(lambda: page.state == "feedback")
        assert page.wall.ports, "the image stays in view"
        assert "is the best" in page.side.message.text()
        assert page.side.again.isVisible() == (attempt < ATTEMPTS)
        if by_key:
            press(conducting, Qt.Key.Key_Backspace)
        else:
            QTest.mouseClick(page.side.again, Qt.MouseButton.LeftButton)
        if attempt < ATTEMPTS:
            qtbot.waitUntil(lambda: page.state == "open" and page.clock.runs)
            assert page.posed is not None
            assert (page.posed.trial.identifier, page.posed.is_training, page.sheet.value) == (first, True, 0)
    assert page.state == "feedback", "enough is enough"
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.state == "open" and page.posed is not None and page.posed.trial.identifier != first)
    kept = payloads(folder, "training")
    assert [(one["trial"], one["revision"], one["again"]) for one in kept] == [
        (first, n, False) for n in range(ATTEMPTS)
    ]
    assert [one["answers"][0]["value"] for one in kept] == [1, 2, 5]
    assert verify_folder(folder) == []


def test_the_last_training_image_may_be_answered_again_too(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study", protocol="vgc"))
    until_trial(conducting, qtbot, kind="training")
    page = conducting.pages.trial
    while page.posed is None or page.posed.number < page.posed.of:
        qtbot.waitUntil(lambda: page.state == "open" and page.clock.runs)
        wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
        qtbot.waitUntil(lambda: page.state == "feedback")
        press(conducting, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: page.state == "open" and page.clock.runs)
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: page.state == "feedback")
    press(conducting, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: page.state == "open" and page.clock.runs)
    assert page.posed is not None
    assert page.posed.is_training
    wait_ripe_and_rate(conducting, qtbot, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: page.state == "feedback")
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: conducting.pages.is_on(conducting.pages.counting))
