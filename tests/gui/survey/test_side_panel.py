"""What stands beside the images keeps its place, and nothing of it is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.scales import CONFIDENCE, CRITERION, SCALES, Scale
from medsr_viewer.ui.survey.side_panel import SidePanel

_LONG = "Sharp reproduction of the peripheral lung vessels and of the visible bronchi down to the subsegmental level."
_FEEDBACK = (
    "<b>5 is the best, 1 is the worst.</b> This is no ranking: the better an image, the higher its number.<br><br>You "
    "gave <b>1 Certainly not fulfilled</b>; expected near <b>5 Certainly fulfilled</b>.<br><br>The same is shown once "
    "more: please answer it again."
)


def shown_panel(qtbot: QtBot, texts: list[str], width: int, height: int) -> SidePanel:
    panel = SidePanel()
    qtbot.addWidget(panel)
    font = panel.font()
    font.setPointSizeF(12)
    panel.setFont(font)
    panel.set_keys("1 to 5 rate, Enter next<br>Up Down question<br>Esc pause", "Left drag: window<br>Wheel: zoom")
    panel.set_questions(texts)
    panel.scale.show_scale(CRITERION)
    panel.resize(panel.width(), height)
    panel.fit_to(width, height)
    panel.show_progress("Image", 1, 5)
    panel.show_question(texts[0], [0] * len(texts), 0)
    panel.show_message("")
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def top(panel: SidePanel, part: QWidget) -> int:
    panel.layout().activate()  # type: ignore[union-attr]
    return part.mapTo(panel, QPoint(0, 0)).y()


@pytest.mark.parametrize(("width", "height"), [(1366, 730), (1920, 1045)])
def test_the_scale_stays_where_it_is_whatever_is_asked(qtbot: QtBot, width: int, height: int) -> None:
    texts = [_LONG, "Little noise.", "Sharp?"]
    panel = shown_panel(qtbot, texts, width, height)
    places = []
    for index, text in enumerate(texts):
        panel.show_question(text, [3, 0, 0], index)
        places.append(top(panel, panel.scale.buttons[5]))
    assert len(set(places)) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 685), (1366, 730), (1920, 1045)])
def test_the_button_stays_where_it_is_whatever_the_scale(qtbot: QtBot, width: int, height: int) -> None:
    panel = shown_panel(qtbot, ["Sharp?"], width, height)
    panel.scale.reserve(5)
    places = []
    for scale in (CRITERION, Scale("vessels", ("None", "Some", "All")), CONFIDENCE):
        panel.scale.show_scale(scale)
        places.append(top(panel, panel.next))
        assert list(panel.scale.buttons) == list(reversed(scale.values))
    assert len(set(places)) == 1


@pytest.mark.parametrize(("width", "height"), [(1280, 685), (1366, 730)])
def test_what_is_too_long_for_the_screen_is_scrolled(qtbot: QtBot, width: int, height: int) -> None:
    panel = shown_panel(qtbot, [_LONG] * 12, width, height)
    panel.show_message("<br>".join([_FEEDBACK] * 4), tells_scale=True)
    panel.layout().activate()  # type: ignore[union-attr]
    assert not panel.scale.isVisible(), "the text has its words"
    assert top(panel, panel.pause) + panel.pause.height() <= panel.height()
    bar = panel.told.verticalScrollBar()
    assert bar.maximum() > 0
    assert bar.maximum() + panel.told.viewport().height() >= panel.message.heightForWidth(panel.message.width())
    panel.show_message("")
    assert panel.scale.isVisible()


@pytest.mark.parametrize(("width", "height"), [(1280, 685), (1366, 730), (1920, 1045)])
@pytest.mark.parametrize("questions", [1, 4, 12])
def test_nothing_is_cut_off_beside_a_long_message(qtbot: QtBot, width: int, height: int, questions: int) -> None:
    panel = shown_panel(qtbot, [_LONG] * questions, width, height)
    panel.show_message(_FEEDBACK, is_grave=True)
    panel.layout().activate()  # type: ignore[union-attr]
    assert panel.message.height() >= panel.message.heightForWidth(panel.message.width())
    for part in (*panel.scale.buttons.values(), panel.next, panel.pause):
        assert part.height() >= part.minimumSizeHint().height()
    assert top(panel, panel.pause) + panel.pause.height() <= panel.height()


def test_what_is_asked_stays_where_there_is_room(qtbot: QtBot) -> None:
    panel = shown_panel(qtbot, [_LONG], 1366, 730)
    panel.show_message("<b>Thank you.</b> You gave 5 Certainly fulfilled; expected near 5 Certainly fulfilled. Go on.")
    assert panel.question.isVisible()
    assert not panel.questions.isVisible(), "one question needs no list"


def test_keys_are_told_again_once_the_message_is_gone(qtbot: QtBot) -> None:
    panel = shown_panel(qtbot, [_LONG] * 4, 1366, 700)
    assert panel.keys.isVisible()
    panel.show_message(_FEEDBACK)
    assert not panel.keys.isVisible()
    panel.show_message("")
    assert panel.keys.isVisible()
    assert set(SCALES["criterion"].values) == set(panel.scale.buttons)
