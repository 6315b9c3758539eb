"""The window with fast, controllable work behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.app import Application, Services
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import INTERPOLATIONS, Method
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, compare, prepare

from .driving import settle

INTERPOLATION = Catalogue(tuple(Method(name, "interpolation") for name in INTERPOLATIONS))


class GatedCompare:
    """The real comparison, which waits at a gate between preparing and computing."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.requests: list[ComparisonRequest] = []
        self.failure: Exception | None = None

    def __call__(
        self, request: ComparisonRequest, token: CancelToken | None = None, **callbacks: Callable[..., None] | None
    ) -> Comparison:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        if (on_prepared := callbacks.pop("on_prepared")) is not None:
            on_prepared(prepare(request))
        while not self.gate.wait(0.005):
            if token is not None:
                token.check()
        return compare(request, token, **callbacks)  # type: ignore[arg-type]


@pytest.fixture
def gated() -> GatedCompare:
    return GatedCompare()


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(tmp_path / "settings" / "settings.ini")


MakeApplication = Callable[..., Application]


@pytest.fixture
def make_application(qtbot: QtBot, preferences: Preferences) -> Iterator[MakeApplication]:
    """Build windows; close them, and check that nothing of them runs on."""
    made: list[Application] = []

    def make(**services: object) -> Application:
        values = {"catalogue": INTERPOLATION, "estimator": None, "preloads": False, **services}
        application = Application(Services(**values), preferences)  # type: ignore[arg-type]
        made.append(application)
        application.start()
        qtbot.waitExposed(application.window)
        return application

    yield make
    for application in made:
        application.window.close()
        threads = application.findChildren(QThread)
        assert len(threads) == len(application.runners)
        assert [thread.objectName() for thread in threads if thread.isRunning()] == []
        application.window.deleteLater()
        application.deleteLater()
    QApplication.processEvents()


OpenSettled = Callable[..., Application]


@pytest.fixture
def open_settled(make_application: MakeApplication, qtbot: QtBot) -> OpenSettled:
    """Return a function that opens files in a new window, and waits until everything is computed and scored."""

    def open_paths(paths: list[Path], **services: object) -> Application:
        application = make_application(**services)
        application.window.open_paths(paths)
        settle(application, qtbot)
        return application

    return open_paths


@pytest.fixture
def image_files(tmp_path: Path) -> list[Path]:
    """Three raster files of 64 x 48 that differ."""
    rows, columns = np.mgrid[:48, :64]
    files = []
    for index in range(3):
        pixels = (rows * (index + 1) * 1.3 + 40 * np.sin(columns / (3 + index))) % 256
        files.append(tmp_path / f"image-{index}.png")
        Image.fromarray(pixels.astype(np.uint8)).save(files[-1])
    return files


@pytest.fixture
def opened(open_settled: OpenSettled, image_files: list[Path]) -> Application:
    """A window with a folder of three images, computed and scored."""
    return open_settled([image_files[0].parent])


@pytest.fixture
def computed(open_settled: OpenSettled, gated: GatedCompare, image_files: list[Path]) -> Application:
    """A window with one image, computed and scored; the gate is open."""
    gated.gate.set()
    return open_settled(image_files[:1], compare=gated)


@pytest.fixture
def computing(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> Application:
    """A window with one image, prepared, whose results wait at the gate."""
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    return application
