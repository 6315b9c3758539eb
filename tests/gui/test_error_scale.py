"""The colours of error and SSIM maps: what their ends stand for, and how the user moves them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.mapping import _reach, _round_down, _round_up


@pytest.fixture
def application(make_application: Callable[..., Application], image_files: list[Path], qtbot: QtBot) -> Application:
    """A window that shows two error maps."""
    made = make_application()
    made.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: len(made.results.scores) >= 2, timeout=10_000)
    made.window.controller.show_maps("error")
    qtbot.waitUntil(lambda: len(made.results.maps) == 2, timeout=10_000)
    return made


def scales(application: Application) -> list[ColourScale]:
    shown = [panel.canvas.item.scale for panel in application.window.controller.grid.panels[1:]]
    return [scale for scale in shown if scale is not None]


def test_the_limit_is_a_step_that_leaves_out_the_largest_twentieth() -> None:
    error = np.random.default_rng(1).laplace(0, 25, (200, 200)).astype(np.float32)
    error[:4] = 4000  # an edge: two per cent
    assert _reach(error) < 200
    assert [_round_up(limit) for limit in (0, 1.01, 1.6, 2.2, 31, 52, 71, 700)] == [1, 1.5, 2, 3, 50, 70, 100, 700]
    assert [_round_down(limit) for limit in (1.01, 1.6, 2.9, 49, 0.99)] == [1, 1.5, 2, 30, pytest.approx(0.7)]


def test_keys_move_the_limit_of_all_error_maps(application: Application) -> None:
    before = scales(application)[0].high
    application.window.actions_by_name["smaller-errors"].trigger()
    after = {scale.high for scale in scales(application)}
    assert len(after) == 1
    assert after.pop() < before
    application.window.actions_by_name["larger-errors"].trigger()
    assert scales(application)[0].high == pytest.approx(before)
    assert scales(application)[0].low == -scales(application)[0].high


def test_a_drag_on_an_error_map_moves_the_limit_not_the_window(application: Application) -> None:
    grid = application.window.controller.grid
    window, before = application.state.view.voi, scales(application)[0].high
    canvas = grid.panels[1].canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 60))
    for x in (140, 100, 60):
        QTest.mouseMove(canvas, QPoint(x, 60))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    assert [scale.high for scale in scales(application)] == 2 * [pytest.approx(before * 1.01**-90, rel=0.05)]
    assert application.state.view.voi == window
    canvas = grid.panels[0].canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    QTest.mouseMove(canvas, QPoint(100, 60))
    QTest.mouseMove(canvas, QPoint(120, 60))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    assert isinstance(application.state.view.voi, Window)
    assert application.state.view.voi != window


def test_the_limit_stays_when_maps_are_drawn_anew(application: Application, qtbot: QtBot) -> None:
    application.mapping.set_error_limit(3.14159)
    assert scales(application)[0].high == pytest.approx(3.1)
    application.window.controller.show_maps("")
    application.window.controller.show_maps("error")
    qtbot.waitUntil(lambda: len(scales(application)) == 2, timeout=5000)
    assert [scale.high for scale in scales(application)] == 2 * [pytest.approx(3.1)]


def test_the_keys_hold_where_there_is_an_error_map(application: Application) -> None:
    assert application.window.actions_by_name["smaller-errors"].isEnabled()
    application.window.controller.show_maps("")
    assert not application.window.actions_by_name["smaller-errors"].isEnabled()


def test_ssim_maps_say_their_data_range(application: Application, qtbot: QtBot) -> None:
    application.window.controller.show_maps("ssim")
    panel = application.window.controller.grid.panels[1]
    qtbot.waitUntil(lambda: "SSIM" in panel.badge.text, timeout=5000)
    assert "full data range" in panel.badge.text
    assert scales(application)[0].title == "SSIM over the full data range 255"
