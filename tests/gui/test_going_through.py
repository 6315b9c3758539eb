"""Image after image: what cannot be read, and what must not take the window's time."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import tifffile
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance
from medsr_viewer.imaging.windowing import auto_window
from medsr_viewer.ui.app import Application

from .conftest import MakeApplication, OpenSettled
from .driving import act


def read_all_but_the_third(instance: Instance, index: int) -> Frame:
    if index == 2:
        raise UnreadableFile("stack.tif", "frame 3 is cut off")
    return read_frame(instance, index)


@pytest.fixture
def stack(open_settled: OpenSettled, tmp_path: Path) -> Application:
    tifffile.imwrite(tmp_path / "stack.tif", np.arange(6 * 40 * 40, dtype=np.uint16).reshape(6, 40, 40))
    return open_settled([tmp_path / "stack.tif"], read_frame=read_all_but_the_third)


def shown(application: Application) -> int:
    assert application.state.image is not None
    return application.state.image.index


def test_the_bar_goes_back_where_an_image_cannot_be_read(stack: Application, qtbot: QtBot) -> None:
    stack.window.page.scroll_bar.setValue(2)
    qtbot.waitUntil(lambda: len(stack.window.notices.shown) == 1, timeout=5000)
    assert shown(stack) == 0
    assert stack.window.page.scroll_bar.value() == 0
    assert "image 1 / 6" in stack.window.controller.grid.panels[0].canvas.overlay.bottom_left[0]


def test_steps_go_past_an_image_that_cannot_be_read(stack: Application, qtbot: QtBot) -> None:
    act(stack, "next-image")
    qtbot.waitUntil(lambda: shown(stack) == 1, timeout=5000)
    act(stack, "next-image")
    qtbot.waitUntil(lambda: len(stack.window.notices.shown) == 1, timeout=5000)
    assert shown(stack) == 1
    act(stack, "next-image")
    qtbot.waitUntil(lambda: shown(stack) == 3, timeout=5000)
    assert stack.window.page.scroll_bar.value() == 3


def test_an_unreadable_image_is_tried_again_when_asked_for(stack: Application, qtbot: QtBot) -> None:
    for _ in range(2):
        stack.window.page.scroll_bar.setValue(2)
        with qtbot.waitSignal(stack.opening.failed):
            pass


def test_the_automatic_window_is_ready_with_the_image(
    open_settled: OpenSettled, image_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def note(*arguments: object) -> object:
        threads.append(threading.current_thread())
        return auto_window(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("medsr_viewer.ui.opening.auto_window", note)
    application = open_settled(image_files[:1])
    assert application.state.image is not None
    act(application, "auto-window")
    assert application.state.view.voi == auto_window(application.state.image.frame.pixels)
    assert threads
    assert threading.main_thread() not in threads


def test_a_closed_window_is_gone_before_its_work_has_ended(make_application: MakeApplication) -> None:
    application = make_application()
    visible: list[bool] = []
    application.window.closing.connect(lambda: visible.append(application.window.isVisible()))
    application.window.close()
    assert visible == [False]
