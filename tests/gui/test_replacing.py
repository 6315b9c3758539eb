"""While one patient's picture gives way to another's, every text is of the picture on screen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.showing import NOT_COMPUTED
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, compare

from .conftest import OpenSettled
from .driving import act, settle, statuses, write_dicom


class HeldCompare:
    """The real comparison, which waits before it prepares anything."""

    def __init__(self) -> None:
        self.gate = threading.Event()

    def __call__(
        self, request: ComparisonRequest, token: CancelToken | None = None, **callbacks: Callable[..., None] | None
    ) -> Comparison:
        while not self.gate.wait(0.005):
            if token is not None:
                token.check()
        return compare(request, token, **callbacks)  # type: ignore[arg-type]


@pytest.fixture
def patients(tmp_path: Path) -> list[Path]:
    paths = []
    for name, level in (("Able", 100), ("Baker", 900)):
        paths.append(tmp_path / f"{name}.dcm")
        write_dicom(paths[-1], PatientName=name, PixelData=np.full((48, 64), level, np.uint16).tobytes())
    return paths


def texts(application: Application) -> list[str]:
    """Return everything that names an image."""
    panels = application.window.controller.grid.panels
    return [application.window.windowTitle(), *(panel.canvas.overlay.top_left[0] for panel in panels)]


@pytest.fixture
def held() -> HeldCompare:
    return HeldCompare()


@pytest.fixture
def replacing(open_settled: OpenSettled, held: HeldCompare, patients: list[Path], qtbot: QtBot) -> Application:
    """Able on screen, Baker opened and not yet prepared."""
    held.gate.set()
    application = open_settled(patients[:1], compare=held)
    held.gate.clear()
    before = application.state.image
    application.window.open_paths(patients[1:])
    qtbot.waitUntil(lambda: application.state.image is not before, timeout=5000)
    return application


def values(application: Application) -> list[float | None]:
    pictures = [panel.canvas.item.picture for panel in application.window.controller.grid.panels]
    return [None if picture is None else round(float(picture.pixels.mean())) for picture in pictures]


def test_a_picture_keeps_its_patients_name_until_the_next_is_there(
    replacing: Application, held: HeldCompare, qtbot: QtBot
) -> None:
    qtbot.wait(30)
    assert values(replacing) == [100, 100, 100]
    assert all("Able" in text for text in texts(replacing))
    assert statuses(replacing) == ["stale · computing …"] * 3
    held.gate.set()
    qtbot.waitUntil(lambda: values(replacing) == [900, 900, 900], timeout=5000)
    assert all("Baker" in text for text in texts(replacing))
    settle(replacing, qtbot)
    assert statuses(replacing) == ["", "", ""]


def test_a_picture_keeps_its_window_and_notes_until_the_next_is_there(
    open_settled: OpenSettled, held: HeldCompare, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / "Able.dcm", tmp_path / "Baker.dcm"]
    write_dicom(paths[0], WindowCenter=100, WindowWidth=200, PixelAspectRatio=[3, 4])
    write_dicom(paths[1], WindowCenter=900, WindowWidth=300)
    held.gate.set()
    application = open_settled(paths[:1], compare=held)
    page, canvas = application.window.page, application.window.controller.grid.panels[1].canvas
    first, notes = canvas.item.appearance, page.notes.text
    assert "not square" in notes
    held.gate.clear()
    before = application.state.image
    application.window.open_paths(paths[1:])
    qtbot.waitUntil(lambda: application.state.image is not before, timeout=5000)
    qtbot.wait(30)
    assert canvas.item.appearance == first
    assert "W 200 L 100" in canvas.overlay.bottom_right
    assert page.notes.text == notes
    application.state.update_view(overlays=False)  # what is no window holds at once
    assert not canvas.overlays_visible
    held.gate.set()
    qtbot.waitUntil(lambda: application.window.windowTitle().startswith("Baker"), timeout=5000)
    assert canvas.item.appearance.voi == application.state.view.voi != first.voi
    assert "W 300 L 900" in canvas.overlay.bottom_right
    assert "not square" not in page.notes.text
    settle(application, qtbot)


def test_a_cancelled_patient_has_no_picture_and_the_old_one_none_of_its_texts(
    replacing: Application, qtbot: QtBot
) -> None:
    panels = replacing.window.controller.grid.panels
    act(replacing, "escape")
    assert all("Baker" in text for text in texts(replacing))
    assert values(replacing) == [None, None, None]
    assert statuses(replacing) == [NOT_COMPUTED] * 3
    assert [panel.scores.text() for panel in panels] == ["", "", ""]
    assert [panel.badge.text for panel in panels] == ["", "", ""]
    qtbot.keyPress(panels[1].canvas, Qt.Key.Key_Space)
    assert values(replacing) == [None, None, None], "nor is the other patient's reference shown"
    qtbot.keyRelease(panels[1].canvas, Qt.Key.Key_Space)


def test_what_was_cancelled_is_computed_when_asked(replacing: Application, held: HeldCompare, qtbot: QtBot) -> None:
    act(replacing, "escape")
    held.gate.set()
    qtbot.wait(30)
    assert values(replacing) == [None, None, None]
    act(replacing, "compute-again")
    qtbot.waitUntil(lambda: values(replacing) == [900, 900, 900], timeout=5000)
    settle(replacing, qtbot)
    assert statuses(replacing) == ["", "", ""]


def test_going_back_to_the_old_patient_after_cancelling_shows_it_again(
    replacing: Application, patients: list[Path], qtbot: QtBot
) -> None:
    act(replacing, "escape")
    replacing.window.open_paths(patients[:1])
    qtbot.waitUntil(lambda: values(replacing) == [100, 100, 100], timeout=5000)
    assert all("Able" in text for text in texts(replacing))


def test_scores_of_the_image_before_are_not_copied(replacing: Application) -> None:
    act(replacing, "escape")
    QGuiApplication.clipboard().setText("before")
    act(replacing, "copy-scores")
    assert QGuiApplication.clipboard().text() == "before"
    assert replacing.window.scores.table.rowCount() == 0
