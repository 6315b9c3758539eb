"""Asking before a long run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Frame, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui import long_runs
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.long_runs import is_large
from medsr_viewer.ui.showing import NOT_COMPUTED
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Begun, plan_tiles
from medsr_viewer.workflows.compare import ComparisonRequest, Mode
from medsr_viewer.workflows.estimate import Estimate

from .conftest import GatedCompare, MakeApplication, OpenSettled
from .driving import act, settle, statuses


def test_a_short_run_on_a_large_image_just_runs(
    open_settled: OpenSettled, image_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medsr_viewer.ui.long_runs.LARGE_OUTPUT", 100)
    application = open_settled(image_files[:1], estimator=lambda _request, _shape, _token: Estimate(2.0, 1 << 20, 1000))
    assert application.window.notices.shown == ()


def request_on(
    side: int, mode: Mode = "enhance", within: Region | None = None, computed: tuple[Region, ...] = ()
) -> ComparisonRequest:
    """A x4 upscaling of an image that takes no memory, of which some is computed."""
    nothing = np.broadcast_to(np.float32(0), (side, side))
    begun = {"bicubic": Begun(nothing, computed)} if computed else {}
    frame = Frame(nothing, (Window(0, 1),), (0, 1))
    return ComparisonRequest(frame, "", mode, 4, (Method("bicubic", "interpolation"),), within=within, begun=begun)


@pytest.mark.parametrize("mode", ["enhance", "test"])
@pytest.mark.parametrize("within", [None, Region(100, 200, 300, 40)])
@pytest.mark.parametrize("ready", [0, 1, 3])
def test_a_run_is_large_by_what_is_still_to_be_computed(
    mode: Mode, within: Region | None, ready: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = (4096, 4096) if mode == "enhance" else (1024, 1024)
    tiles, _ = plan_tiles(shape, 4, within, None)
    request = request_on(4096, mode, within, tuple(tile.scaled(4) for tile in tiles[:ready]))
    left = sum(tile.area for tile in tiles[ready:]) * 16
    monkeypatch.setattr(long_runs, "LARGE_OUTPUT", left)
    assert not is_large(request)
    monkeypatch.setattr(long_runs, "LARGE_OUTPUT", left - 1)
    assert is_large(request)


def test_the_tiles_of_a_whole_image_are_not_laid_out_to_count_its_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("half a second for 65,535 x 65,535 pixels, in the window's thread")

    monkeypatch.setattr(long_runs, "plan_tiles", refuse)
    assert is_large(request_on(65_535))
    assert is_large(request_on(65_535, computed=(Region(0, 0, 1024, 1024),)))


@pytest.fixture
def asked(
    make_application: MakeApplication,
    gated: GatedCompare,
    image_files: list[Path],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Application:
    """A window that asks before a run that would take an hour."""
    monkeypatch.setattr("medsr_viewer.ui.long_runs.LARGE_OUTPUT", 100)
    gated.gate.set()
    application = make_application(
        compare=gated, estimator=lambda _request, _shape, _token: Estimate(3600.0, 1 << 30, 229_000_000)
    )
    application.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    return application


def answer(application: Application, text: str) -> None:
    notice = application.window.notices.shown[0]
    next(button for button in notice.findChildren(QPushButton) if button.text() == text).click()


def test_a_long_run_asks_first(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    assert "60 min" in asked.window.notices.shown[0].text
    assert asked.results.prepared is not None, "the input shows meanwhile"
    assert gated.requests == []
    answer(asked, "Whole image")
    settle(asked, qtbot)
    assert gated.requests[0].within is None
    assert asked.window.notices.shown == ()


def test_a_long_run_may_be_cut_to_what_is_visible(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    asked.window.controller.grid.zoom_by(8)
    qtbot.wait(50)
    answer(asked, "Visible region alone")
    qtbot.waitUntil(lambda: bool(gated.requests) and not asked.comparing.is_busy, timeout=5000)
    within = gated.requests[0].within
    assert within is not None
    assert within.area < 12 * 16


def test_a_long_run_may_be_left(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    answer(asked, "Cancel")
    qtbot.wait(50)
    assert gated.requests == []
    assert statuses(asked)[1:] == [NOT_COMPUTED, NOT_COMPUTED]


def test_a_long_run_that_was_left_is_asked_about_again(asked: Application, gated: GatedCompare, qtbot: QtBot) -> None:
    answer(asked, "Cancel")
    asked.window.controller.set_content(1, "bicubic")  # chosen once more in the panel's header
    qtbot.waitUntil(lambda: len(asked.window.notices.shown) == 1, timeout=5000)
    answer(asked, "Cancel")
    act(asked, "compute-again")
    qtbot.waitUntil(lambda: len(asked.window.notices.shown) == 1, timeout=5000)
    answer(asked, "Whole image")
    settle(asked, qtbot)
    assert gated.requests[0].within is None
