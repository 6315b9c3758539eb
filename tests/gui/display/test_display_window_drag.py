"""The window as the left button asks for it, and what other buttons do not ask for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from medsr_viewer.imaging.frame import VoiLut, Window

BUTTON = Qt.MouseButton
KEY = Qt.KeyboardModifier
AT = (120, 100)


def test_left_drag_asks_for_a_window(grid, drag, emitted):
    grid.set_display(Window(40, 400), False)
    grid.set_value_range(-1000, 3096)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[2].canvas, AT, (AT[0] + 50, AT[1] - 20))
    # 4 x 400 over 512 pixels: 3.125 a pixel; right widens, up raises the level.
    assert asked == [(pytest.approx(40 + 20 * 3.125), pytest.approx(400 + 50 * 3.125))]


def test_ctrl_during_a_window_drag_is_fine(grid, drag, emitted):
    grid.set_display(Window(40, 400), False)
    grid.set_value_range(-1000, 3096)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[2].canvas, AT, (AT[0] + 50, AT[1]), later=KEY.ControlModifier)
    assert asked == [(40, pytest.approx(400 + 50 * 0.625))]


def test_window_never_closes(grid, drag, emitted):
    grid.set_display(Window(40, 10), False)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[0].canvas, (220, 100), (0, 100))
    assert asked[-1][1] == 1.0


def test_drag_from_a_voi_lut_starts_at_its_straight_line(grid, drag, emitted):
    grid.set_display(VoiLut(np.arange(1024, dtype=np.uint16), -24.0, 10), False)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[0].canvas, AT, (AT[0], AT[1] + 2))
    center, width = asked[0]
    assert width == 1023
    assert -24 + 1023 / 2 - 20 < center < -24 + 1023 / 2


def test_window_drag_keeps_the_view(grid, drag):
    grid.zoom_by(3)
    before = grid.view.center, grid.view.zoom
    drag(grid.panels[0].canvas, AT, (10, 10))
    grid.set_display(Window(3, 4), True)
    assert (grid.view.center, grid.view.zoom) == before


def test_right_click_asks_for_the_menu(grid, emitted):
    menus = emitted(grid.context_menu_requested)
    QTest.mouseClick(grid.panels[1].canvas, BUTTON.RightButton, pos=QPoint(*AT))
    assert menus == [(1, grid.panels[1].canvas.mapToGlobal(QPoint(*AT)))]
