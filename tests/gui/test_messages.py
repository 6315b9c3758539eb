"""What the window answers: to broken files, to Esc, to copying, to the Tab key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.app import Application
from medsr_viewer.ui.failure import Failure

MakeApplication = Callable[..., Application]


@pytest.fixture
def opened(open_settled: MakeApplication, image_files: list[Path]) -> Application:
    """A window with an image and its scores."""
    return open_settled(image_files[:1])


def test_reason_and_advice_are_sentences(opened: Application) -> None:
    opened.window.notices.show_failure(Failure("Broken", "it ends early", "Copy it again"))
    assert opened.window.notices.shown[0].text == "it ends early. Copy it again."
    opened.window.notices.show_failure(Failure("Broken", "It ends early.", "Copy it again!"))
    assert opened.window.notices.shown[0].text == "It ends early. Copy it again!"


def test_escape_dismisses_messages_but_no_question(opened: Application) -> None:
    window = opened.window
    answered: list[str] = []
    window.notices.ask("A question", "?", [("Yes", lambda: answered.append("yes"))])
    window.notices.tell("A message", "something")
    window.controller.set_drawing("line")
    window.actions_by_name["escape"].trigger()
    assert [notice.title for notice in window.notices.shown] == ["A question"]
    assert str(window.controller.grid.drawn.drawing) == "line", "one step at a time"
    window.actions_by_name["escape"].trigger()
    assert str(window.controller.grid.drawn.drawing) == ""
    assert len(window.notices.shown) == 1
    assert answered == []


def test_skipped_files_are_counted_alike(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot
) -> None:
    folder = image_files[0].parent
    (folder / "notes.txt").write_text("no image")
    (folder / "broken.png").write_bytes(image_files[0].read_bytes()[:20])
    application = make_application()
    application.window.open_paths([folder])
    qtbot.waitUntil(lambda: application.state.image is not None, timeout=5000)
    counted = "2 files skipped, 1 of them no image"
    assert f"{counted}: the list of series (F3) says why." in application.window.page.notes.text
    assert application.window.series.skipped_title.text() == counted


def test_recent_leaves_out_what_cannot_be_read_and_names_the_folder(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot
) -> None:
    broken = image_files[0].with_name("broken.png")
    broken.write_bytes(image_files[0].read_bytes()[:20])
    application = make_application()
    application.window.open_paths([broken, image_files[0]])
    qtbot.waitUntil(lambda: application.state.image is not None, timeout=5000)
    assert application.window._preferences.recent == (str(image_files[0].absolute()),)
    application.window.start.set_recent([str(Path("/scans/today/a.dcm"))])
    shown = [button.text() for button in application.window.start.findChildren(QPushButton)]
    assert f"a.dcm  \N{EM DASH}  {Path('/scans/today')}" in shown


def test_copying_is_answered(opened: Application) -> None:
    opened.window.actions_by_name["copy-scores"].trigger()
    assert opened.window.statusBar().currentMessage() == "Scores copied"
    assert "bicubic" in QGuiApplication.clipboard().text()


def test_the_tool_bar_keeps_its_width(make_application: MakeApplication) -> None:
    bar = make_application().window.tool_bar
    before = bar.sizeHint().width()
    bar.set_devices([("cpu", "CPU (a processor with a very long name)")])
    assert bar.sizeHint().width() == before


def test_focus_shows_on_a_checked_button(opened: Application, qtbot: QtBot) -> None:
    bar = opened.window.tool_bar
    button = next(one for one in bar.findChildren(QToolButton) if one.text() == "Test")
    assert button.isChecked()
    opened.window.activateWindow()
    opened.window.controller.grid.panels[0].canvas.setFocus()
    plain, sizes = button.grab().toImage(), [one.sizeHint() for one in bar.findChildren(QToolButton)]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert button.grab().toImage() != plain
    for one in bar.findChildren(QToolButton):
        one.setFocus(Qt.FocusReason.TabFocusReason)
        assert [other.sizeHint() for other in bar.findChildren(QToolButton)] == sizes, "nothing is pushed aside"


def test_every_menu_has_a_mnemonic_and_the_theme_a_key(opened: Application) -> None:
    titles = [menu.title() for menu in opened.window.menus.values()]
    letters = [title[title.index("&") + 1] for title in titles]
    assert len(set(letters)) == len(titles)
    assert not opened.window.actions_by_name["light"].shortcut().isEmpty()


def test_a_dismissed_message_hands_the_focus_to_the_panel(opened: Application, qtbot: QtBot) -> None:
    window = opened.window
    window.activateWindow()
    window.notices.tell("A message", "something")
    button = window.notices.shown[0].dismissed
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    button.click()
    assert window.controller.grid.panels[0].canvas.hasFocus()
