"""The window as a whole: what it opens, what it remembers, what it says."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import time
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.preferences import Preferences

from .conftest import MakeApplication
from .driving import badges, settle, statuses


def test_nothing_open_invites(make_application: MakeApplication) -> None:
    window = make_application().window
    assert window.pages.currentWidget() is window.start
    assert window.start.sample.isVisible()


def test_the_sample_opens_in_three_panels(make_application: MakeApplication, qtbot: QtBot) -> None:
    application = make_application()
    application.window.start.sample.click()
    settle(application, qtbot)
    assert application.state.image is not None
    assert application.state.image.frame.shape == (512, 512)
    assert [badge.split(" · ")[:2] for badge in badges(application)] == [
        ["Degraded ÷4", "128 × 128"],
        ["Upscaled ×4", "bicubic"],
        ["Upscaled ×4", "lanczos"],
    ]
    assert all("research use only" in badge for badge in badges(application)[1:])
    assert statuses(application) == ["", "", ""]
    assert application.window.page.scroll_bar.isHidden()


def mime_of(urls: list[QUrl]) -> QMimeData:
    mime = QMimeData()
    mime.setUrls(urls)
    return mime


def test_dropping_files_on_a_panel_opens_them(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot
) -> None:
    application = make_application()
    application.window.start.sample.click()
    settle(application, qtbot)
    window, canvas = application.window, application.window.controller.grid.panels[1].canvas
    place = canvas.mapTo(window, canvas.rect().center())
    how = Qt.DropAction.CopyAction, mime_of([QUrl.fromLocalFile(str(path)) for path in image_files[:2]])
    held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    # To the window of the system, as a drag comes: Qt looks for the widget below and goes up to one that takes drops.
    entering = QDragEnterEvent(place, *how, *held)
    QApplication.sendEvent(window.windowHandle(), entering)
    assert entering.isAccepted()
    dropped = QDropEvent(QPointF(place), *how, *held)
    QApplication.sendEvent(window.windowHandle(), dropped)
    assert dropped.isAccepted()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("image-0.png"), timeout=10_000)
    settle(application, qtbot)
    assert sum(len(study.series) for study in application.state.collection.studies) == 2


def test_what_is_no_local_file_is_not_taken(make_application: MakeApplication) -> None:
    window = make_application().window
    mime = mime_of([QUrl("https://example.org/image.dcm")])
    held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, mime, *held)
    QApplication.sendEvent(window.windowHandle(), event)
    assert not event.isAccepted()


def test_opened_paths_are_remembered(opened: Application, preferences: Preferences, image_files: list[Path]) -> None:
    assert preferences.recent == (str(image_files[0].parent),)


def test_an_unreadable_file_is_a_notice_with_advice(
    make_application: MakeApplication, tmp_path: Path, qtbot: QtBot
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    application = make_application()
    application.window.open_paths([broken])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    notice = application.window.notices.shown[0]
    assert "broken.png" in notice.text
    assert application.window.pages.currentWidget() is application.window.start
    notice.dismissed.click()
    assert application.window.notices.shown == ()


def test_figure_is_written_whole(opened: Application, tmp_path: Path, qtbot: QtBot) -> None:
    target = tmp_path / "out" / "figure.png"
    with qtbot.waitSignal(opened.runners["saving"].succeeded):
        opened.window._saving.save_figure(target)
    with Image.open(target) as figure:
        width = sum(panel.canvas.width() for panel in opened.window.controller.grid.panels)
        assert figure.width > width
    assert [path.name for path in target.parent.iterdir()] == ["figure.png"]


def test_choices_outlive_the_window(make_application: MakeApplication, preferences: Preferences) -> None:
    application = make_application()
    application.window.controller.choose("scale", "2")
    application.window.controller.choose("layout", "1+2")
    application.window.close()
    another = make_application()
    assert another.state.choices.scale_factor == 2
    assert another.state.view.layout == "1+2"


def test_panels_and_wishes_outlive_the_window(make_application: MakeApplication, preferences: Preferences) -> None:
    application = make_application()
    controller = application.window.controller
    controller.set_content(1, "lanczos")
    controller.add_panel()
    application.state.wishes = {1: "nearest"}  # as if this scale factor lacked it
    controller.show_maps("error")
    controller.choose("interpolation", "smooth")
    application.window.close()
    another = make_application()
    assert another.state.choices.contents == ("degraded", "nearest", "lanczos", "reference")
    assert another.state.view.interpolation == "smooth"


def test_usual_panels_are_not_remembered(make_application: MakeApplication, preferences: Preferences) -> None:
    make_application().window.close()
    assert preferences.text("contents", "") == ""
    preferences.set_text("contents", "degraded|a method that is gone")
    assert make_application().state.choices.contents == ("degraded",)


def test_choices_are_in_the_file_before_the_work_has_ended(
    make_application: MakeApplication, image_files: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    found: list[str] = []
    started: list[object] = []

    def compare(request: object, token: CancelToken, **_callbacks: object) -> None:
        started.append(request)
        while not token.is_cancelled:
            time.sleep(0.005)
        found.append((tmp_path / "settings" / "settings.ini").read_text())
        token.check()

    application = make_application(compare=compare)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.state.image is not None, timeout=5000)
    qtbot.waitUntil(lambda: len(started) == 1, timeout=5000)
    application.state.choose(scale_factor=8)
    qtbot.waitUntil(lambda: len(started) == 2, timeout=5000)
    application.window.close()
    assert "scale=8" in found[-1]


def test_an_exception_that_nobody_caught_is_shown(opened: Application) -> None:
    error = RuntimeError("nobody expected this")
    opened.report_unexpected(RuntimeError, error, None)
    assert "nobody expected this" in opened.window.notices.shown[0].text


def test_the_tool_bar_follows_the_theme(make_application: MakeApplication, qtbot: QtBot) -> None:
    window = make_application().window

    def lightness() -> int:
        shown = window.tool_bar.grab().toImage()
        return shown.pixelColor(shown.width() - 3, shown.height() // 2).lightness()

    window._set_light(False)
    qtbot.waitUntil(lambda: lightness() < 80)
    window._set_light(True)
    qtbot.waitUntil(lambda: lightness() > 200)
