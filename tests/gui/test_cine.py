"""Playing the images of a series: what stands on the panels meanwhile, and what pauses it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.presenter import PAUSED
from medsr_viewer.upscaling.catalogue import Catalogue, catalogue

from .conftest import INTERPOLATION, GatedCompare, MakeApplication, OpenSettled
from .driving import act, settle, statuses

COUNT = 6
FAST = 50.0


def stack_of(folder: Path, count: int = COUNT) -> Path:
    """Write images of one value each: ten times their number."""
    pixels = np.repeat(np.arange(count, dtype=np.uint16) * 10, 40 * 40).reshape(count, 40, 40)
    pixels[:, 0, 0] = 1000  # not constant
    tifffile.imwrite(folder / "stack.tif", pixels)
    return folder / "stack.tif"


@pytest.fixture
def stack(open_settled: OpenSettled, tmp_path: Path) -> Application:
    application = open_settled([stack_of(tmp_path)])
    application.cine.set_rate(FAST)
    return application


def index(application: Application) -> int:
    assert application.state.image is not None
    return application.state.image.index


def shown(application: Application) -> tuple[set[float], str]:
    """Return the values in the middles of the panels, and the line that says which image they are of."""
    panels = application.window.controller.grid.panels
    values = {
        round(float(panel.picture.pixels[panel.picture.shape[0] // 2, panel.picture.shape[1] // 2]), 3)
        for panel in panels
        if panel.picture is not None
    }
    return values, panels[0].canvas.overlay.bottom_left[0]


def test_every_image_is_shown_in_turn_on_all_panels_under_its_own_name(stack: Application, qtbot: QtBot) -> None:
    seen: list[tuple[set[float], str]] = []
    stack.results.prepared_changed.connect(lambda: seen.append(shown(stack)))
    stack.results.entry_changed.connect(lambda _method: seen.append(shown(stack)))
    numbers: list[int] = []
    stack.state.image_changed.connect(lambda: numbers.append(index(stack)))
    act(stack, "play")
    qtbot.waitUntil(lambda: len(numbers) > 2 * COUNT, timeout=10_000)
    act(stack, "play")
    assert not stack.state.is_playing
    assert numbers == [(first + 1) % COUNT for first in range(len(numbers))]
    assert all(len(values) == 1 for values, _ in seen), "two images beside each other"
    assert all(line.startswith(f"image {round(values.pop() / 10) + 1} /") for values, line in seen)


def test_pausing_stays_at_the_image(stack: Application, qtbot: QtBot) -> None:
    button = stack.window.cine_bar.button
    assert button.text() == "Play the images"
    act(stack, "play")
    assert button.text() == "Pause playing"
    qtbot.waitUntil(lambda: index(stack) == 2, timeout=5000)
    act(stack, "play")
    settle(stack, qtbot)
    stayed = index(stack)
    qtbot.wait(100)
    assert index(stack) == stayed
    assert shown(stack) == ({10.0 * stayed}, f"image {stayed + 1} / {COUNT}")


@pytest.mark.parametrize("name", ["next-image", "mode", "open-sample"])
def test_going_elsewhere_pauses(stack: Application, qtbot: QtBot, name: str) -> None:
    stack.cine.set_rate(1)
    act(stack, "play")
    act(stack, name)
    qtbot.waitUntil(lambda: not stack.state.is_playing, timeout=5000)


def test_input_to_the_window_pauses_but_for_the_control_itself(stack: Application, qtbot: QtBot) -> None:
    window = stack.window
    handle = window.windowHandle()
    stack.cine.set_rate(1)
    canvas = window.controller.grid.panels[0].canvas

    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QApplication.sendEvent(handle, QKeyEvent(QEvent.Type.KeyPress, key, modifiers))

    for interrupt in (
        lambda: QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=canvas.mapTo(window, canvas.rect().center())),
        lambda: press(Qt.Key.Key_I),
    ):
        act(stack, "play")
        assert stack.state.is_playing
        interrupt()
        assert not stack.state.is_playing
    act(stack, "play")
    press(Qt.Key.Key_Shift)
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    bar = window.cine_bar
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=bar.rate.mapTo(window, bar.rate.rect().center()))
    assert stack.state.is_playing
    QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=bar.button.mapTo(window, bar.button.rect().center()))
    assert not stack.state.is_playing


def test_one_image_cannot_be_played_and_why_is_said(make_application: MakeApplication, qtbot: QtBot) -> None:
    application = make_application()
    action = application.window.actions_by_name["play"]
    assert not action.isEnabled()
    application.window.start.sample.click()
    settle(application, qtbot)
    assert not action.isEnabled()
    assert action.text() == "Play the images: there is only one image"
    assert application.window.cine_bar.isHidden()
    application.cine.set_playing(True)
    assert not application.state.is_playing


def test_the_rate_is_the_files(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    def read_timed(instance: Instance, number: int) -> Frame:
        return replace(read_frame(instance, number), frame_rate=25.0)

    application = open_settled([stack_of(tmp_path)], read_frame=read_timed)
    assert application.window.cine_bar.rate.value() == 25
    application.window.cine_bar.rate.setValue(4)
    act(application, "next-image")
    qtbot.waitUntil(lambda: index(application) == 1, timeout=5000)
    assert application.cine.rate == 4, "the user's stays within the series"
    act(application, "faster")
    assert application.window.cine_bar.rate.value() == 5


def test_an_unreadable_image_pauses(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    def read_two(instance: Instance, number: int) -> Frame:
        if number == 2:
            raise UnreadableFile("stack.tif", "frame 3 is cut off")
        return read_frame(instance, number)

    application = open_settled([stack_of(tmp_path)], read_frame=read_two)
    application.cine.set_rate(FAST)
    act(application, "play")
    qtbot.waitUntil(lambda: not application.state.is_playing, timeout=5000)
    assert len(application.window.notices.shown) == 1
    assert index(application) == 1


def test_networks_wait_while_images_are_played(
    make_application: MakeApplication, gated: GatedCompare, tmp_path: Path, qtbot: QtBot
) -> None:
    gated.gate.set()
    fmen = catalogue().find("fmen", 4)
    application = make_application(compare=gated, catalogue=Catalogue((*INTERPOLATION.methods, fmen)))
    application.window.open_paths([stack_of(tmp_path)])
    qtbot.waitUntil(lambda: {"bicubic", "fmen"} <= set(application.results.scores), timeout=30_000)
    application.cine.set_rate(FAST)
    gated.requests.clear()
    act(application, "play")
    qtbot.waitUntil(lambda: index(application) == 4, timeout=10_000)
    assert statuses(application)[2] == PAUSED
    assert application.window.controller.grid.panels[2].badge.text == "Degraded · fmen is not computed"
    assert {method.name for request in gated.requests for method in request.methods} == {"bicubic"}
    act(application, "play")
    qtbot.waitUntil(lambda: statuses(application) == ["", "", ""], timeout=30_000)
    assert application.window.controller.grid.panels[2].badge.text.startswith("Upscaled ×4 · fmen")  # noqa: RUF001


def test_a_slow_machine_leaves_no_image_out(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    gate = threading.Event()

    def read_slowly(instance: Instance, number: int) -> Frame:
        gate.wait(0.06 if number else 0)
        return read_frame(instance, number)

    application = open_settled([stack_of(tmp_path)], read_frame=read_slowly)
    application.cine.set_rate(FAST)
    numbers: list[int] = []
    application.state.image_changed.connect(lambda: numbers.append(index(application)))
    act(application, "play")
    qtbot.waitUntil(lambda: len(numbers) >= COUNT - 1, timeout=10_000)
    assert numbers[: COUNT - 1] == list(range(1, COUNT))
    assert application.window.cine_bar.reached.text().endswith("reached")
    application.cine.pause()


def test_after_a_late_image_the_next_keep_the_rate(open_settled: OpenSettled, tmp_path: Path, qtbot: QtBot) -> None:
    late = 0.6

    def read_second_late(instance: Instance, number: int) -> Frame:
        if number == 1:
            time.sleep(late)
        return read_frame(instance, number)

    application = open_settled([stack_of(tmp_path)], read_frame=read_second_late)
    application.cine.set_rate(10)
    seen: dict[int, float] = {}
    application.state.image_changed.connect(lambda: seen.setdefault(index(application), time.monotonic()))
    act(application, "play")
    qtbot.waitUntil(lambda: len(seen) == COUNT, timeout=10_000)
    application.cine.pause()
    assert seen[5] - seen[1] > 0.15, "two periods at least: the images after it do not make up for all that was lost"
