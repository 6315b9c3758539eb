"""Keys and mouse on the page of a trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.plan import Trial
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.survey.image_wall import Shown
from medsr_viewer.ui.survey.keys import Action, key_of
from medsr_viewer.ui.survey.posed_trial import Answer, PosedTrial
from medsr_viewer.ui.survey.trial_page import TrialPage

from .rating_study import QUICK, study_design, three_questions

Make = Callable[..., TrialPage]


@pytest.fixture
def show_page(qtbot: QtBot) -> Make:
    """Return a function that shows a trial of a number of rated images under a design."""

    def make(rated: int = 1, *, labelled: bool = False, **design: object) -> TrialPage:
        page = TrialPage(study_design(**design))
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        qtbot.waitExposed(page)
        trial = Trial("t1", tuple(f"s{index}" for index in range(rated)), "s9" if labelled else "")
        pixels = np.random.default_rng(1).normal(100, 30, (48, 64)).astype(np.float32)
        images = [Shown(Picture(pixels), (100.0, 200.0)) for _ in range(rated + labelled)]
        page.show_trial(PosedTrial(trial, False, 1, 5, 0), images, {})
        qtbot.waitUntil(lambda: page.clock.runs)
        return page

    return make


def press(page: TrialPage, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(page, key)


@pytest.mark.parametrize(
    "modifiers",
    [
        Qt.KeyboardModifier.MetaModifier,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    ],
)
def test_a_digit_that_is_a_command_to_the_system_answers_nothing(modifiers: Qt.KeyboardModifier) -> None:
    assert key_of(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_4, modifiers)) is None


def test_a_digit_with_shift_answers_as_french_keyboards_need() -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_4, Qt.KeyboardModifier.ShiftModifier)
    assert key_of(event) == Action("choose", 4)


def test_images_are_rated_one_after_the_other(show_page: Make, qtbot: QtBot) -> None:
    page = show_page(3, labelled=True, protocol="queens")
    press(page, Qt.Key.Key_5, Qt.Key.Key_Return, Qt.Key.Key_1, Qt.Key.Key_Right, Qt.Key.Key_3, Qt.Key.Key_Tab)
    assert page.sheet.all_values() == ((5,), (1,), (3,))
    assert [port.is_marked for port in page.wall.ports] == [False, True, False, False]
    QTest.mouseClick(page.wall.ports[3], Qt.MouseButton.LeftButton)
    press(page, Qt.Key.Key_4)
    assert page.sheet.all_values() == ((5,), (1,), (4,))
    QTest.mouseClick(page.wall.ports[0], Qt.MouseButton.LeftButton)  # the original is not rated
    press(page, Qt.Key.Key_2)
    assert page.sheet.all_values() == ((5,), (1,), (2,))


def test_questions_are_answered_one_after_the_other(show_page: Make, qtbot: QtBot) -> None:
    page = show_page(protocol="vgc", questions=three_questions())
    press(page, Qt.Key.Key_5, Qt.Key.Key_Return, Qt.Key.Key_1, Qt.Key.Key_Down, Qt.Key.Key_3, Qt.Key.Key_Up)
    assert page.sheet.all_values() == ((5, 1, 3),)
    assert page.side.question.text() == "Little noise?"
    qtbot.waitUntil(page.side.next.isEnabled)
    with qtbot.waitSignal(page.answered) as saved:
        press(page, Qt.Key.Key_Return)
    answer = saved.args[0] if saved.args else None
    assert isinstance(answer, Answer)
    assert answer.values == ((5, 1, 3),)


@pytest.mark.parametrize(("key", "value"), [(Qt.Key.Key_Left, 1), (Qt.Key.Key_Right, 2), (Qt.Key.Key_2, 2)])
def test_one_of_a_pair_is_chosen(show_page: Make, key: Qt.Key, value: int) -> None:
    page = show_page(2, protocol="pairs")
    press(page, key, Qt.Key.Key_4, Qt.Key.Key_Tab)  # no such value, nowhere to go
    assert page.sheet.value == value
    assert [port.is_marked for port in page.wall.ports] == [value == 1, value == 2]


def test_a_key_that_is_held_down_counts_once(show_page: Make) -> None:
    page = show_page()
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_4, Qt.KeyboardModifier.NoModifier, "4", True)
    QApplication.sendEvent(page, event)
    assert page.sheet.value == 0


def test_a_digit_with_alt_is_a_window_and_no_answer(show_page: Make) -> None:
    page = show_page()
    QTest.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert page.sheet.value == 0
    assert page.wall.window_values.factor == 0.5
    assert page.log.payload({})["window"][0][1:] == [0.0, 0.5]


def test_zoom_and_window_stay_where_the_design_allows_none(show_page: Make) -> None:
    page = show_page(sitting=replace(QUICK, zoom=False, window=False))
    zoom = page.wall.view.zoom
    port = page.wall.ports[0]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    QTest.mouseMove(port, port.rect().center() + port.rect().topLeft() / 2)
    page.wall.view.zoom_by(2.0)
    page.wall.view.pan_by(20, 20)
    press(page, Qt.Key.Key_1)
    QTest.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert (page.wall.view.zoom, page.wall.window_values.factor) == (zoom, 1.0)


def test_looking_closer_by_keys_alone(show_page: Make) -> None:
    page = show_page(2, labelled=True, protocol="queens")
    view = page.wall.view
    zoom, (x, y) = view.zoom, view.center
    press(page, Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus)
    assert view.zoom == pytest.approx(zoom * 1.25)
    QTest.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(page, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.center[0] > x
    assert view.center[1] < y
    assert page.sheet.image == 0, "arrows with Shift leave the image that is rated"
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier, "+", True)
    QApplication.sendEvent(page, held)
    assert view.zoom == pytest.approx(zoom * 1.25**2)
    assert len({port.projection for port in page.wall.ports}) == 1, "linked"


def test_digits_that_need_shift_are_answers_too(show_page: Make) -> None:
    page = show_page()
    QTest.keyClick(page, Qt.Key.Key_4, Qt.KeyboardModifier.ShiftModifier)  # as on French keyboards
    assert page.sheet.value == 4


def test_keys_zoom_nothing_where_the_design_allows_none(show_page: Make) -> None:
    page = show_page(sitting=replace(QUICK, zoom=False))
    before = (page.wall.view.zoom, page.wall.view.center)
    press(page, Qt.Key.Key_Plus)
    QTest.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (page.wall.view.zoom, page.wall.view.center) == before


def test_each_trial_begins_fitted_with_the_window_of_the_study(show_page: Make, qtbot: QtBot) -> None:
    page = show_page()
    page.wall.view.zoom_by(3.0)
    page.wall.window_values.choose(1)
    assert page.log.payload({})["zoom"]
    images = [Shown(Picture(np.ones((48, 64), np.float32)), (1.0, 2.0))]
    page.show_trial(PosedTrial(Trial("t2", ("s5",)), False, 2, 5, 1), images, {})
    assert page.wall.view.is_fit
    assert (page.wall.window_values.shift, page.wall.window_values.factor) == (0, 1)
    assert page.log.payload({})["zoom"] == []


def test_between_trials_there_is_gray_and_nothing_to_answer(show_page: Make) -> None:
    page = show_page()
    page.blank()
    press(page, Qt.Key.Key_4, Qt.Key.Key_Return)
    assert page.sheet.value == 0
    shown = page.wall.grab().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).getRgb()[:3] == (128, 128, 128)


def test_a_value_that_the_scale_lacks_is_told_with_the_keys_that_there_are(show_page: Make) -> None:
    short = Question("vessels", "Are the vessels visible?", labels=("All", "Some", "None"))
    page = show_page(protocol="vgc", questions=(three_questions()[0], short))
    assert "<b>1</b> to <b>5</b> rate" in page.side.keys.text()
    place = page.side.next.pos()
    press(page, Qt.Key.Key_Down)
    assert page.side.next.pos() == place
    assert "<b>1</b> to <b>3</b> rate" in page.side.keys.text()
    press(page, Qt.Key.Key_5)
    assert page.sheet.value == 0
    assert page.side.message.text() == "There is no 5 here: press 1 to 3."
    press(page, Qt.Key.Key_3)
    assert page.sheet.value == 3
    assert page.side.message.text() == ""


def test_feedback_on_several_images_marks_no_single_answer(show_page: Make) -> None:
    page = show_page(2, labelled=True, protocol="queens")
    press(page, Qt.Key.Key_5, Qt.Key.Key_Right, Qt.Key.Key_2)
    assert page.side.scale.buttons[2].isChecked()
    page.show_feedback(Feedback((1,), (5,), turned=True, again=True))
    assert not any(button.isChecked() for button in page.side.scale.buttons.values())
    assert [page.wall.caption(index) for index in range(3)] == ["Original", "Rated 5 high quality", "Rated 2"]
