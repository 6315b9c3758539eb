"""Every page of the rating window is operable by keys from its first moment, and shows where they go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medsr_viewer.survey.design import Screen, Texts
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.survey.conducting import Conducting
from medsr_viewer.ui.survey.page import Page

from .conftest import Open
from .rating_study import QUICK, make_study


def shows_focus(page: Page) -> bool:
    """Whether there is a frame around what has the focus, whose place it may exceed a little."""
    place = page.first_focus().rect().adjusted(-14, -12, 14, 12)
    shown = page.grab(place.translated(page.first_focus().mapTo(page, QPoint(0, 0)))).toImage()
    accent = theme.ACCENT.rgb()
    return any(shown.pixel(x, shown.height() // 2) == accent for x in range(shown.width()))


def focused(conducting: Conducting) -> QWidget:
    conducting.window.activateWindow()
    found = conducting.window.focusWidget()
    assert found is not None
    return found


def press(conducting: Conducting, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(focused(conducting), key)


def until_on(conducting: Conducting, qtbot: QtBot, name: str) -> Page:
    qtbot.waitUntil(
        lambda: hasattr(conducting.pages, name) and conducting.pages.is_on(getattr(conducting.pages, name)),
        timeout=20_000,
    )
    page: Page = getattr(conducting.pages, name)
    assert focused(conducting) is page.first_focus()
    assert shows_focus(page)
    return page


def answer_screen(conducting: Conducting, qtbot: QtBot) -> None:
    until_on(conducting, qtbot, "screen")
    press(conducting, Qt.Key.Key_Space, Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Return)


def agree(conducting: Conducting, qtbot: QtBot) -> None:
    until_on(conducting, qtbot, "consent")
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Return)


def test_from_the_welcome_to_the_end(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study", sitting=replace(QUICK, delay_ms=10, least_view_ms=0)))
    consent = until_on(conducting, qtbot, "consent")
    press(conducting, Qt.Key.Key_Return, Qt.Key.Key_Space)
    assert not conducting.desk.is_busy, "Enter and Space agree to nothing"
    press(conducting, Qt.Key.Key_Tab)
    assert focused(conducting) is conducting.pages.consent.decline
    press(conducting, Qt.Key.Key_Return)
    qtbot.waitUntil(conducting.pages.consent.again.isVisible)
    assert focused(conducting) is consent.scrolled
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Space)
    assert focused(conducting) is consent.scrolled
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    assert focused(conducting) is conducting.pages.consent.agree
    qtbot.waitUntil(lambda: not conducting.desk.is_busy)
    press(conducting, Qt.Key.Key_Space)
    answer_screen(conducting, qtbot)
    until_on(conducting, qtbot, "instructions")
    press(conducting, Qt.Key.Key_Return)
    trial = conducting.pages.trial
    qtbot.waitUntil(lambda: trial.state == "open" and trial.clock.runs)
    press(conducting, Qt.Key.Key_3, Qt.Key.Key_Escape)
    until_on(conducting, qtbot, "pause")
    press(conducting, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: conducting.pages.is_on(trial) and trial.state == "open" and trial.clock.runs)
    assert trial.sheet.value == 3
    while not conducting.pages.is_on(conducting.pages.counting):
        if conducting.pages.is_on(trial) and not conducting.desk.is_busy:
            press(conducting, Qt.Key.Key_4, Qt.Key.Key_Return)
        qtbot.wait(5)
    until_on(conducting, qtbot, "counting")
    press(conducting, Qt.Key.Key_Return)
    while not conducting.pages.is_on(conducting.pages.end):
        if conducting.pages.is_on(trial) and not conducting.desk.is_busy:
            press(conducting, Qt.Key.Key_4, Qt.Key.Key_Return)
        qtbot.wait(5)
    end = until_on(conducting, qtbot, "end")
    with qtbot.waitSignal(end.leave_wanted):
        press(conducting, Qt.Key.Key_Return)


def test_a_key_that_is_held_down_leads_through_no_page(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    agree(conducting, qtbot)
    answer_screen(conducting, qtbot)
    page = until_on(conducting, qtbot, "instructions")
    button = focused(conducting)
    assert isinstance(button, QPushButton)
    for _ in range(3):
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", True)
        QApplication.sendEvent(button, held)
    qtbot.wait(50)
    assert conducting.pages.is_on(page)


def test_arrows_choose_and_enter_names_what_is_open(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study"))
    agree(conducting, qtbot)
    until_on(conducting, qtbot, "screen")
    page = conducting.pages.screen
    press(conducting, Qt.Key.Key_Right)
    assert page.squares.answer == "no"
    press(conducting, Qt.Key.Key_Left)
    assert page.squares.answer == "yes"
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    assert focused(conducting) is page.go_on, "before the button that leaves"
    press(conducting, Qt.Key.Key_Return)
    assert "answer both" in page.hint.text()
    assert focused(conducting) is page.light.buttons["dark"]
    press(conducting, Qt.Key.Key_Right)
    assert (page.light.answer, page.hint.text()) == ("dim", "")
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Return)
    assert conducting.pages.is_on(conducting.pages.leaving)
    press(conducting, Qt.Key.Key_Return)
    assert conducting.pages.is_on(page)
    press(conducting, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Return)
    until_on(conducting, qtbot, "instructions")


def test_a_screen_that_is_too_small_is_checked_again_by_enter(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    conducting = open_rating(make_study(tmp_path / "study", screen=Screen(6000, 4000)))
    agree(conducting, qtbot)
    page = until_on(conducting, qtbot, "screen")
    with qtbot.waitSignal(page.recheck_wanted):  # type: ignore[attr-defined]
        press(conducting, Qt.Key.Key_Return)


def test_the_end_of_a_break_has_the_focus_and_enter_leaves_no_break(qtbot: QtBot) -> None:
    from medsr_viewer.ui.survey.break_page import BreakPage
    from medsr_viewer.ui.survey.window import RatingWindow

    window = RatingWindow()
    qtbot.addWidget(window)
    page = BreakPage(window)
    for each in (Page("Before", window), page):
        window.add_page(each)
    window.show()
    page.start(0.3, 3)
    window.show_page(page)
    assert window.focusWidget() is page.scrolled
    with qtbot.assertNotEmitted(page.ended), qtbot.assertNotEmitted(page.leave_wanted):
        QTest.keyClick(page.scrolled, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.focusWidget() is page.go_on)
    with qtbot.waitSignal(page.ended):
        QTest.keyClick(page.go_on, Qt.Key.Key_Return)


def test_a_long_text_is_scrolled_by_keys(tmp_path: Path, open_rating: Open, qtbot: QtBot) -> None:
    texts = Texts(consent="\n\n".join(f"Paragraph {number}." for number in range(80)))
    conducting = open_rating(make_study(tmp_path / "study", texts=texts))
    consent = until_on(conducting, qtbot, "consent")
    bar = consent.scrolled.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    press(conducting, Qt.Key.Key_Space)
    first = bar.value()
    assert first > 0
    press(conducting, Qt.Key.Key_Tab)
    assert focused(conducting) is conducting.pages.consent.decline
    press(conducting, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    press(conducting, Qt.Key.Key_Home)
    assert bar.value() == 0
