# ruff: noqa: RUF001 - the multiplication sign is meant

"""What stands on screen is what its texts say it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPainter
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import UnusableImage
from medsr_viewer.imaging.region import Region
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.results import Entry, InputKey, ResultKey, input_key
from medsr_viewer.ui.showing import NOT_COMPUTED
from medsr_viewer.upscaling.catalogue import Catalogue
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, MethodResult, compare, prepare

from .conftest import INTERPOLATION, GatedCompare, MakeApplication
from .driving import act, settle, statuses, write_dicom


@pytest.fixture
def opened(make_application: MakeApplication, image_files: list[Path], qtbot: QtBot) -> Application:
    application = make_application()
    application.window.open_paths(image_files)
    settle(application, qtbot)
    return application


def test_a_panel_shown_alone_is_saved_under_its_own_caption(
    opened: Application, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = opened.window.controller.grid
    grid.toggle_maximised(2)
    written: list[str] = []
    original = QPainter.drawText

    def note(painter: QPainter, *arguments: object) -> object:
        written.append(str(arguments[-1]))
        return original(painter, *arguments)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainter, "drawText", note)
    with qtbot.waitSignal(opened.runners["saving"].succeeded):
        opened.window._saving.save_figure(tmp_path / "figure.png")
        drawn = tuple(written)
    captions = [text for text in drawn if text.startswith(("Degraded", "Upscaled"))]
    assert [text.split(" · ")[:2] for text in captions] == [["Upscaled ×4", "lanczos"]]


def test_a_file_that_changed_is_shown_as_it_is_now(opened: Application, image_files: list[Path], qtbot: QtBot) -> None:
    before = opened.state.image
    Image.fromarray(np.full((48, 64), 77, np.uint8)).save(image_files[0])
    opened.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: opened.state.image is not before, timeout=5000)
    settle(opened, qtbot)
    panels = opened.window.controller.grid.panels
    for panel in panels:
        assert panel.picture is not None
        np.testing.assert_allclose(panel.picture.pixels, 77.0, atol=1e-3)
    assert panels[1].scores.text().startswith("identical")


def test_a_file_that_did_not_change_keeps_its_results(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    count, before = len(gated.requests), application.state.image
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.state.image is not before, timeout=5000)
    settle(application, qtbot)
    assert len(gated.requests) == count


def reduced(seen: Region) -> Region:
    top, left = seen.top // 2, seen.left // 2
    return Region(top, left, -(-seen.bottom // 2) - top, -(-seen.right // 2) - left)


@pytest.mark.parametrize("mode", ["test", "enhance"])
def test_the_visible_region_follows_the_scale_factor(opened: Application, qtbot: QtBot, mode: str) -> None:
    controller, comparing = opened.window.controller, opened.comparing
    controller.choose("mode", mode)
    controller.choose("scale", "4")
    qtbot.waitUntil(lambda: not comparing.is_busy, timeout=5000)
    controller.grid.zoom_by(4)
    qtbot.wait(50)
    before, in_panels = comparing._visible.get(), controller.grid.visible_region()
    controller.choose("scale", "2")
    # At once: a part computed alone is cut from it. In Enhance the same input is seen, in Test one twice as large.
    assert comparing._visible.get() == (before if mode == "enhance" else reduced(in_panels))
    qtbot.waitUntil(lambda: not comparing.is_busy, timeout=5000)
    qtbot.wait(50)
    assert comparing._visible.get() == reduced(controller.grid.visible_region())


def test_space_shows_the_input_as_the_input_in_enhance(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.choose("mode", "enhance")
    panel = opened.window.controller.grid.panels[1]
    qtbot.waitUntil(lambda: panel.badge.text.startswith("Upscaled") and not opened.comparing.is_busy, timeout=5000)
    qtbot.keyPress(panel.canvas, Qt.Key.Key_Space)
    assert panel.badge.text == "Input"
    qtbot.keyRelease(panel.canvas, Qt.Key.Key_Space)
    opened.window.controller.choose("mode", "test")
    qtbot.waitUntil(lambda: opened.results.prepared_for(_key(opened)) is not None, timeout=5000)
    qtbot.keyPress(panel.canvas, Qt.Key.Key_Space)
    assert panel.badge.text == "Reference"
    qtbot.keyRelease(panel.canvas, Qt.Key.Key_Space)


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
def replacing(make_application: MakeApplication, held: HeldCompare, patients: list[Path], qtbot: QtBot) -> Application:
    """Able on screen, Baker opened and not yet prepared."""
    held.gate.set()
    application = make_application(compare=held)
    application.window.open_paths(patients[:1])
    settle(application, qtbot)
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
    make_application: MakeApplication, held: HeldCompare, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / "Able.dcm", tmp_path / "Baker.dcm"]
    write_dicom(paths[0], WindowCenter=100, WindowWidth=200, PixelAspectRatio=[3, 4])
    write_dicom(paths[1], WindowCenter=900, WindowWidth=300)
    held.gate.set()
    application = make_application(compare=held)
    application.window.open_paths(paths[:1])
    settle(application, qtbot)
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


def _key(application: Application) -> InputKey:
    assert application.state.image is not None
    return input_key(application.state.image, application.state.choices)


CARD = ModelCard(
    name="net",
    kind="psnr",
    architecture="none",
    options={},
    scale_factor=4,
    parameters=1,
    halo=0,
    sha256="",
    date="",
    training={},
    attribution=(),
    modalities=("",),
    degradation="",
    precision="fp32",
    figures={},
    path=Path(),
)


class FakeNetworks:
    """Gives bicubic's pixels, and brighter ones for bf16."""

    def __call__(self, request: ComparisonRequest, token: CancelToken | None = None, **callbacks: Any) -> Comparison:
        prepared = prepare(request)
        if callbacks["on_prepared"] is not None:
            callbacks["on_prepared"](prepared)
        offset = np.float32(0 if request.precision == "fp32" else 20)
        for method in request.methods:
            bicubic = UpscalingRequest(prepared.degraded, Method("bicubic", "interpolation"), request.scale_factor)
            found = upscale(bicubic, token)
            pixels = found.pixels + offset if method.is_learned else found.pixels
            callbacks["on_result"](MethodResult(method.name, replace(found, pixels=pixels)))
        return Comparison(request, prepared)


@pytest.fixture
def networks(make_application: MakeApplication, image_files: list[Path], qtbot: QtBot) -> Application:
    methods = Catalogue((*INTERPOLATION.methods, Method("net", "psnr", {4: CARD})))
    application = make_application(compare=FakeNetworks(), catalogue=methods)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: set(application.results.scores) == {"bicubic", "net"}, timeout=5000)
    return application


def test_scores_and_maps_are_of_the_precision_on_screen(networks: Application, qtbot: QtBot) -> None:
    controller, results = networks.window.controller, networks.results
    controller.show_maps("error")
    qtbot.waitUntil(lambda: set(results.maps) == {"error:bicubic", "error:net"}, timeout=5000)
    panel = controller.grid.panels[2]
    fp32, fp32_map = panel.scores.text(), panel.picture
    assert fp32.startswith("PSNR")
    controller.choose("precision", "bf16")
    qtbot.waitUntil(lambda: panel.scores.text() not in ("", fp32) and panel.picture is not fp32_map, timeout=5000)
    bf16 = panel.scores.text()
    controller.choose("precision", "fp32")  # both are there: nothing is computed, only scored again
    assert not networks.comparing.is_busy
    scores = networks.window.scores
    shown = [scores.table.item(row, 0).text() for row in range(scores.table.rowCount())]
    assert shown == ["bicubic"], "the other precision's scores are not listed"
    controller.show_maps("")
    assert panel.scores.text() == ""
    controller.show_maps("error")
    assert panel.canvas.overlay.status
    qtbot.waitUntil(lambda: panel.scores.text() == fp32, timeout=5000)
    assert bf16 != fp32


def test_scores_that_cannot_be_measured_again_go(
    networks: Application, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise UnusableImage("no score", "")

    monkeypatch.setattr("medsr_viewer.ui.scoring.score_image", fail)
    act(networks, "score-window")
    qtbot.waitUntil(lambda: len(networks.window.notices.shown) == 1, timeout=5000)
    assert networks.results.scores == {}
    assert networks.window.controller.grid.panels[1].scores.text() == ""


def test_scores_of_the_image_before_are_not_copied(replacing: Application) -> None:
    act(replacing, "escape")
    QGuiApplication.clipboard().setText("before")
    act(replacing, "copy-scores")
    assert QGuiApplication.clipboard().text() == "before"
    assert replacing.window.scores.table.rowCount() == 0


def test_tiles_that_keep_coming_do_not_put_off_scores(networks: Application, qtbot: QtBot) -> None:
    image, choices = networks.state.image, networks.state.choices
    assert image is not None
    source = input_key(image, choices)
    growing = ResultKey(source, "net", choices.device, choices.precision)
    picture = Picture(np.zeros((48, 64), np.float32), pending=True)
    networks.results.set_growing(growing, Entry(picture))
    networks.state.update_measuring(range_mode="window")
    rest = networks.scoring._rested
    assert rest.isActive()
    for _ in range(20):
        qtbot.wait(10)
        networks.results.set_growing(growing, Entry(picture))
    assert not rest.isActive(), "the view has rested for more than twice the delay"
    networks.results.leave([growing])


def test_a_scale_that_fails_leaves_the_last_result_marked_stale(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    gated.gate.set()
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    settle(application, qtbot)
    panel = application.window.controller.grid.panels[1]
    before = panel.picture
    gated.failure = UnusableImage("it is too small", "")
    application.window.controller.choose("scale", "8")
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    assert panel.picture is before
    assert "×4" in panel.badge.text
    assert panel.canvas.overlay.status == "stale"


def test_what_stood_in_for_a_failed_input_goes(
    make_application: MakeApplication, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    application = make_application(compare=gated)
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: application.results.prepared is not None, timeout=5000)
    gated.failure = UnusableImage("it is too small", "")
    application.window.controller.choose("scale", "8")
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    panel = application.window.controller.grid.panels[1]
    assert panel.picture is None
    assert panel.canvas.overlay.title == UnusableImage.title
