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
def opened(make_application: MakeApplication, image_files: list[Path], qtbot: QtBot) -> Application:
    """A window with a folder of three images, computed and scored."""
    application = make_application()
    application.window.open_paths([image_files[0].parent])
    settle(application, qtbot)
    return application
