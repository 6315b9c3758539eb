from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from medsr_viewer.errors import UnreadableFile
from medsr_viewer.imaging.frame import Frame, Window
from medsr_viewer.imaging.read import read_frame
from medsr_viewer.imaging.study import Instance
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.thumbnails import SIDE, thumbnail_image

from .conftest import MakeApplication

MANY = 40


@pytest.fixture
def many_files(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for index in range(MANY):
        Image.fromarray(np.full((40, 60), 5 * index + 20, np.uint8)).save(folder / f"image-{index:02}.png")
    return folder


class Reads:
    """Counts what is read, in which threads, and fails where told."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.failing: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, instance: Instance, index: int) -> Frame:
        assert threading.current_thread() is not threading.main_thread()
        self.gate.wait(5)
        self.names.append(instance.path.name)
        if instance.path.name in self.failing:
            raise UnreadableFile(instance.path.name, "told so")
        return read_frame(instance, index)


def list_series(application: Application, folder: Path, qtbot: QtBot) -> None:
    application.window.open_paths([folder])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    application.window.series.show()


def made(application: Application) -> int:
    return sum(application.thumbnails.of(uid) is not None for uid in application.window.series._items)


def test_what_is_seen_gets_a_thumbnail(make_application: MakeApplication, many_files: Path, qtbot: QtBot) -> None:
    reads = Reads()
    reads.failing = {"image-01.png"}
    application = make_application(read_frame=reads)
    list_series(application, many_files, qtbot)
    dock = application.window.series
    qtbot.waitUntil(lambda: made(application) > 3 and not application.runners["thumbnails"].is_busy, timeout=5000)
    assert dock.isVisible()
    seen = made(application)
    assert seen < MANY, "those further down are not read"
    items = list(dock._items.values())
    first = items[0].icon(0).pixmap(48, 48).toImage()
    assert first.pixelColor(first.width() // 2, first.height() // 2).lightness() == 20
    assert items[0].text(0).startswith("image-00.png")
    assert items[0].text(1) == "1"
    assert "told so" in items[1].toolTip(0)
    dock.tree.scrollToBottom()
    qtbot.waitUntil(lambda: application.thumbnails.of(list(dock._items)[-1]) is not None, timeout=5000)
    assert reads.names.count("image-02.png") == 1, "none is made twice"
    assert made(application) > seen


def test_a_hidden_list_reads_nothing(make_application: MakeApplication, many_files: Path, qtbot: QtBot) -> None:
    reads = Reads()
    application = make_application(read_frame=reads)
    application.window.resize(1000, 600)
    application.window.open_paths([many_files])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    qtbot.wait(500)
    assert set(reads.names) == {"image-00.png"}
    application.window.actions_by_name["series"].trigger()
    qtbot.waitUntil(lambda: made(application) > 3, timeout=5000)


def test_an_image_asked_for_comes_first(make_application: MakeApplication, many_files: Path, qtbot: QtBot) -> None:
    reads = Reads()
    application = make_application(read_frame=reads)
    list_series(application, many_files, qtbot)
    reads.gate.clear()
    qtbot.waitUntil(lambda: application.runners["thumbnails"].is_busy, timeout=5000)
    application.opening.step_series(20)
    with qtbot.waitSignal(application.state.image_changed, timeout=5000):
        reads.gate.set()
    assert not application.runners["thumbnails"].is_busy, "thumbnails wait until the view has come to rest"
    qtbot.waitUntil(lambda: made(application) > 3, timeout=5000)


def test_thumbnails_show_the_window_and_the_shape() -> None:
    pixels = np.linspace(-1000, 1000, 300 * 200, dtype=np.float32).reshape(300, 200)
    valid = np.ones((300, 200), np.bool_)
    valid[:, :40] = False
    image = thumbnail_image(Frame(pixels, (Window(0, 2000, "LINEAR_EXACT"),), (-1000, 1000), valid, inverted=True))
    assert (image.width(), image.height()) == (64, SIDE)
    levels = [image.pixelColor(50, row).red() for row in (0, 48, 95)]
    assert levels == sorted(levels, reverse=True)
    assert levels[1] == pytest.approx(127, abs=3)
    assert image.pixelColor(3, 95).red() == 255, "padding is the lowest value, which is white here"


def test_thumbnails_of_colour_and_of_tiny_images() -> None:
    pixels = np.zeros((2, 3, 3), np.float32)
    pixels[..., 2] = 200
    image = thumbnail_image(Frame(pixels, (Window(0, 1),), (0, 200), stored_maximum=255.0))
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(1, 1).getRgb()[:3] == (0, 0, 200)


def test_what_would_hold_up_an_image_asked_for_is_shown_once_opened(
    make_application: MakeApplication, shared_data: Path, qtbot: QtBot
) -> None:
    reads = Reads()
    application = make_application(read_frame=reads)
    list_series(application, shared_data / "studies" / "radiographs", qtbot)
    dock = application.window.series
    uids = list(dock._items)
    qtbot.waitUntil(lambda: made(application) == len(uids), timeout=30_000)
    shown = [getattr(application.thumbnails.of(uid), "image", None) is not None for uid in uids]
    assert shown.count(False) == 1, "the mammogram alone is too large to be decoded unasked"
    assert not any(name.startswith("MG_") for name in reads.names)
    large = shown.index(False)
    assert "when it is opened" in dock._items[uids[large]].toolTip(0)
    application.opening.step_series(large)
    qtbot.waitUntil(lambda: getattr(application.thumbnails.of(uids[large]), "image", None) is not None, timeout=30_000)
    assert "when it is opened" not in dock._items[uids[large]].toolTip(0)
