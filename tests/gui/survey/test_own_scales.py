"""A criterion's own scale in the rating window: from 2 to 7 steps, each with its words, by key and by mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Case, Condition, Design, Question
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.ui.survey.keys import key_help, key_of
from medsr_viewer.ui.survey.side_panel import SidePanel

_LABELS = (
    "Fully visible, with sharp outlines, here",
    "3 of 4 parts",
    "Visible",
    "Partly visible",
    "Hardly visible",
    "Guessed",
    "Not visible",
)


def question(steps: int, name: str = "vessels") -> Question:
    return Question(name, "How are the small vessels?", labels=_LABELS[:steps])


@pytest.mark.parametrize("steps", range(2, 8))
@pytest.mark.parametrize(("width", "height"), [(1280, 685), (1920, 1045)])
def test_every_step_has_a_button_with_its_words_and_a_key(qtbot: QtBot, steps: int, width: int, height: int) -> None:
    scale, panel = scale_of(question(steps)), SidePanel()
    qtbot.addWidget(panel)
    panel.set_keys("1 to 7 rate, Enter next", "Wheel: zoom")
    panel.set_questions([question(steps).text])
    panel.scale.show_scale(scale)
    panel.resize(panel.width(), height)
    panel.fit_to(width, height)
    panel.show_question(question(steps).text, [0], 0)
    panel.show()
    qtbot.waitExposed(panel)
    buttons = panel.scale.buttons
    assert [button.text() for button in buttons.values()] == [
        f"{steps - place} {label}" for place, label in enumerate(_LABELS[:steps])
    ], "the best on top, with the greatest value"
    places = [button.mapTo(panel, QPoint(0, 0)).y() for button in buttons.values()]
    assert places == sorted(places)
    for value, button in buttons.items():
        assert button.height() >= button.minimumSizeHint().height()
        assert button.mapTo(panel, QPoint(0, button.height())).y() <= panel.height()
        with qtbot.waitSignal(panel.scale.chosen) as chosen:
            button.click()
        assert chosen.args == [value]
        pressed = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_0 + value, Qt.KeyboardModifier.NoModifier)
        action = key_of(pressed)
        assert action is not None
        assert (action.name, action.value) == ("choose", value)


def test_buttons_follow_the_question(qtbot: QtBot) -> None:
    panel = SidePanel()
    qtbot.addWidget(panel)
    for steps in (2, 7, 3):
        panel.scale.show_scale(scale_of(question(steps)))
        assert list(panel.scale.buttons) == list(range(steps, 0, -1))
        kept = panel.scale.buttons
        panel.scale.show_scale(scale_of(question(steps)))
        assert panel.scale.buttons == kept, "shown again, not made again"


def test_the_keys_that_are_told_reach_the_longest_scale() -> None:
    design = Design(
        "Study", "vgc", 2, (Case("c", Path("c.png")),),
        (Condition("a", "a"), Condition("b", "b")), (question(2), question(7, "other")),
    )  # fmt: skip
    assert "<b>1</b> to <b>7</b> rate" in key_help(design)
