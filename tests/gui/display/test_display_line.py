from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.display.line import Line, Ruler, line_between, line_dragged, line_grip_at

EXTENT = (100, 200)
LINE = Line((10.0, 20.0), (40.0, 60.0))


def test_length_in_pixels_and_in_mm_of_pixels_that_are_not_square():
    assert LINE.pixels == 50.0
    assert LINE.length((2.0, 0.5)) == pytest.approx(((40 * 2) ** 2 + (30 * 0.5) ** 2) ** 0.5)
    assert Ruler().text(LINE) == "50.0 px"
    assert Ruler((0.5, 0.5), "detector").text(LINE) == "25.0 mm (detector)"


def test_pixels_are_the_pictures_own_millimetres_are_millimetres():
    assert Ruler().text(LINE, 4) == "12.5 px"
    assert Ruler((0.5, 0.5)).text(LINE, 4) == "25.0 mm"


def test_pixels_that_are_not_square_are_no_unit_of_length():
    tall = Ruler(aspect=0.75)
    assert tall.text(LINE) == f"{((40 * 0.75) ** 2 + 30**2) ** 0.5:.1f} px widths"
    assert Ruler((1.5, 2.0), aspect=0.75).unit == "mm"


def test_ends_stay_within_the_image():
    assert line_between((-5, 50), (300, 120), EXTENT) == Line((0.0, 50.0), (200.0, 100.0))
    assert line_between((-5, 50), (-9, 50), EXTENT) is None


def test_grips():
    assert line_grip_at(LINE, (11, 20), 2) == "start"
    assert line_grip_at(LINE, (40, 61), 2) == "end"
    assert line_grip_at(LINE, (25, 41), 2) == "whole"
    assert line_grip_at(LINE, (46, 68), 2) is None, "beyond the end"
    assert line_grip_at(LINE, (35, 40), 2) is None


def test_drags():
    assert line_dragged(LINE, "start", 5, -5, EXTENT) == Line((15.0, 15.0), (40.0, 60.0))
    assert line_dragged(LINE, "end", 5, 900, EXTENT) == Line((10.0, 20.0), (45.0, 100.0))
    moved = line_dragged(LINE, "whole", -50, 10, EXTENT)
    assert moved == Line((0.0, 30.0), (30.0, 70.0)), "moved as far as the border, at the same length"


def test_a_drag_draws_a_line_in_all_panels_and_its_ends_move(grid, drag):
    canvas, screen = grid.panels[1].canvas, grid.panels[1].canvas.projection.to_screen
    windows = []
    grid.window_dragged.connect(lambda *values: windows.append(values))
    grid.drawn.drawing = "line"
    start, end = (round(v) for v in screen(30, 40)), (round(v) for v in screen(90, 100))
    drag(canvas, tuple(start), tuple(end))
    line = grid.drawn.line
    assert line is not None
    assert (*line.start, *line.end) == pytest.approx((30, 40, 90, 100), abs=1)
    grid.drawn.drawing = ""
    other = grid.panels[2].canvas
    at = tuple(round(v) for v in screen(*line.end))
    drag(other, at, (at[0] - 20, at[1]))
    moved = grid.drawn.line
    assert moved.start == line.start
    assert moved.end[0] == pytest.approx(line.end[0] - 20 / grid.view.zoom, abs=0.1)
    assert windows == []
    drag(other, (5, 5), (25, 5))
    assert grid.drawn.line == moved
    assert windows, "away from the line a drag changes the window"


def test_the_line_has_the_colour_of_its_panel(grid):
    grid.drawn.set_line(Line((20.0, 64.5), (108.0, 64.5)))
    for index, panel in enumerate(grid.panels):
        panel.set_line_name("bicubic")
        x, y = panel.canvas.projection.to_screen(30, 64.5)
        colour = panel.canvas.grab().toImage().pixelColor(round(x), round(y) - 1)
        wanted = theme.PANEL_COLOURS[index]
        assert abs(colour.hue() - wanted.hue()) <= 12, (index, colour.name(), wanted.name())


def test_del_clears_region_and_line(grid):
    grid.drawn.set_roi(Region(10, 10, 20, 20))
    grid.drawn.set_line(Line((20.0, 20.0), (60.0, 60.0)))
    QTest.keyClick(grid.panels[0].canvas, Qt.Key.Key_Delete)
    assert (grid.drawn.roi, grid.drawn.line) == (None, None)


def test_the_line_is_taken_hold_of_before_the_region_behind_it(grid):
    grid.drawn.set_roi(Region(20, 20, 40, 40))
    grid.drawn.set_line(Line((20.0, 20.0), (60.0, 60.0)))
    hold = grid.drawn.hold(grid.panels[0].canvas.reference_at(QPointF(0, 0)), 1, (128, 128))
    assert hold is None
    hold = grid.drawn.hold((20.0, 20.0), 1, (128, 128))
    hold.drag((30.0, 25.0))
    assert grid.drawn.line == Line((30.0, 25.0), (60.0, 60.0))
    assert grid.drawn.roi == Region(20, 20, 40, 40)


def test_shapes_stay_in_the_picture_when_its_grid_changes(grid):
    line, roi = Line((20.25, 20.0), (60.0, 64.0)), Region(10, 12, 20, 24)
    grid.drawn.set_line(line)
    grid.drawn.set_roi(roi)
    grid.panels[0].canvas.cursor_moved.emit((30.0, 30.0))
    grid.set_extent(512, 512)
    assert grid.panels[0].canvas.crosshair is None, "it belongs to the grid before"
    assert grid.drawn.line == Line((81.0, 80.0), (240.0, 256.0))
    assert grid.drawn.roi == Region(40, 48, 80, 96)
    grid.set_extent(128, 128)
    assert (grid.drawn.line, grid.drawn.roi) == (line, roi)
    grid.set_extent(126, 126)
    assert (grid.drawn.line, grid.drawn.roi) == (line, roi), "a crop at the right and bottom moves nothing"
