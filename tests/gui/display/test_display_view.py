"""Zoom, pan and what is visible: the same in every panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from medsr_viewer.imaging.region import Region

BUTTON = Qt.MouseButton
KEY = Qt.KeyboardModifier
AT = (120, 100)


def test_panels_show_the_same_reference_point_at_the_same_place(grid, point):
    grid.zoom_by(3.3)
    grid.view.pan_by(31, -17)
    assert point(grid, 0) == point(grid, 1) == point(grid, 2)
    x, y = point(grid)
    values = [panel.picture.value_at(x, y) for panel in grid.panels]
    block = grid.panels[0].picture.pixels[int(y) // 4 * 4 :, int(x) // 4 * 4 :][:4, :4]
    assert values[0] == values[2]
    assert values[1] == pytest.approx(block.mean(), rel=1e-5)


def test_fit_shows_everything(grid):
    assert grid.visible_region() == Region(0, 0, 128, 128)
    height = grid.panels[0].canvas.height()
    assert grid.view.zoom == pytest.approx(min(height, grid.panels[0].canvas.width()) / 128)


@pytest.mark.parametrize("panel", [0, 1, 2])
def test_ctrl_wheel_zooms_at_the_cursor_in_every_panel(grid, wheel, panel, emitted, point):
    before, zoom = point(grid, panel), grid.view.zoom
    scrolled = emitted(grid.scrolled)
    wheel(grid.panels[panel].canvas, AT, 2, KEY.ControlModifier)
    assert grid.view.zoom == pytest.approx(zoom * 1.2**2)
    assert point(grid, panel) == pytest.approx(before, abs=1 / grid.view.zoom)
    assert not scrolled


def test_wheel_scrolls_and_never_touches_the_view(grid, wheel, emitted):
    grid.zoom_by(2)
    view = (grid.view.center, grid.view.zoom)
    scrolled = emitted(grid.scrolled)
    wheel(grid.panels[0].canvas, AT, -1)
    wheel(grid.panels[0].canvas, AT, 3)
    assert scrolled == [(1,), (-3,)]
    assert (grid.view.center, grid.view.zoom) == view


def test_touchpad_pixels_add_up_to_steps(grid, wheel, emitted):
    scrolled = emitted(grid.scrolled)
    for _ in range(8):
        wheel(grid.panels[0].canvas, AT, 0, pixels=-15)
    assert sum(steps for (steps,) in scrolled) == 3


def test_plain_wheel_zooms_where_there_is_one_frame(grid, wheel):
    grid.set_wheel_zooms(True)
    zoom = grid.view.zoom
    wheel(grid.panels[1].canvas, AT, 1)
    assert grid.view.zoom == pytest.approx(zoom * 1.2)


@pytest.mark.parametrize(
    ("button", "modifier"), [(BUTTON.MiddleButton, KEY.NoModifier), (BUTTON.LeftButton, KEY.ControlModifier)]
)
def test_pan_follows_the_hand(grid, drag, button, modifier, emitted, point):
    grid.zoom_by(4)
    before = point(grid)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[1].canvas, AT, (AT[0] + 30, AT[1] + 11), button, modifier)
    assert point(grid, 0, (AT[0] + 30, AT[1] + 11)) == pytest.approx(before, abs=1.5 / grid.view.zoom)
    assert not asked


@pytest.mark.parametrize(
    ("button", "modifier"), [(BUTTON.RightButton, KEY.NoModifier), (BUTTON.LeftButton, KEY.ShiftModifier)]
)
def test_zoom_drag(grid, drag, button, modifier, emitted, point):
    zoom, before = grid.view.zoom, point(grid)
    menus = emitted(grid.context_menu_requested)
    drag(grid.panels[0].canvas, AT, (AT[0], AT[1] - 50), button, modifier)
    assert grid.view.zoom == pytest.approx(zoom * 1.01**50)
    assert point(grid) == pytest.approx(before, abs=1 / grid.view.zoom)
    assert not menus


def test_visible_region_is_reported_once_a_frame(grid, qtbot, emitted):
    with qtbot.waitSignal(grid.visible_changed, timeout=1000):
        grid.zoom_by(1.01)  # whatever was under way before has been reported
        grid.zoom_by(2)
    reported = emitted(grid.visible_changed)
    with qtbot.waitSignal(grid.visible_changed, timeout=1000):
        grid.zoom_by(2)
        grid.view.pan_by(40, 30)
    qtbot.wait(50)
    assert reported == [(grid.visible_region(),)]
    canvas = grid.panels[0].canvas
    region, zoom = grid.visible_region(), grid.view.zoom
    assert region.width == pytest.approx(canvas.width() / zoom, abs=2)
    assert region.height == pytest.approx(canvas.height() / zoom, abs=2)
    corner = canvas.reference_at(QPointF(0, 0))
    assert (region.left, region.top) == (int(corner[0]), int(corner[1]))


def test_visible_region_follows_the_size(grid, qtbot):
    grid.one_to_one()
    grid.zoom_by(4)
    before = grid.visible_region()
    with qtbot.waitSignal(grid.visible_changed, timeout=1000):
        grid.resize(600, 200)
    after = grid.visible_region()
    assert after.width < before.width
    assert after.height < before.height
    assert grid.view.zoom == 4


def test_separate_views(grid, wheel):
    grid.set_linked(False)
    wheel(grid.panels[1].canvas, AT, 3, KEY.ControlModifier)
    zooms = [panel.canvas.view.zoom for panel in grid.panels]
    assert zooms[1] > zooms[0] == zooms[2]
    assert grid.visible_region() == Region(0, 0, 128, 128)
    grid.panels[1].canvas.setFocus()
    QApplication.processEvents()
    grid.set_linked(True)
    assert {panel.canvas.view.zoom for panel in grid.panels} == {zooms[1]}


def test_interpolation_in_force_is_named(grid):
    grid.one_to_one()
    assert grid.interpolation == "nearest"
    grid.set_interpolation("smooth")
    assert grid.interpolation == "smooth"
    grid.zoom_by(0.5)
    assert grid.interpolation == "averaged"
    assert grid.panels[1].canvas.item.interpolation(grid.view.zoom) == "smooth"  # its own pixels are enlarged
