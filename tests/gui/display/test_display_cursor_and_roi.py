"""The crosshair, its readout, and the drawn region."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Picture

AT = (120, 100)


def test_crosshair_and_values_in_every_panel(grid, emitted, point):
    moved = emitted(grid.cursor_moved)
    canvas = grid.panels[2].canvas
    QTest.mouseMove(canvas, QPoint(*AT))
    QApplication.processEvents()
    x, y = moved[-1][0]
    assert (x, y) == point(grid, 2)
    for panel in grid.panels:
        assert panel.canvas.crosshair == (x, y)
        assert panel.picture is not None
        size = panel.picture.pixel_size
        assert panel.canvas.overlay.readout.startswith(f"x {int(x / size)}  y {int(y / size)}  ")
    grid._show_cursor((500.0, 3.0))
    assert moved[-1] == (None,)
    assert grid.panels[0].canvas.overlay.readout == ""


def test_readout(grid):
    panel = grid.panels[0]
    pixels = np.array([[-1024, 12.34], [np.nan, 0]], np.float32)
    panel.set_picture(Picture(pixels, unit="HU"))
    assert panel.readout(0.5, 0.5) == "x 0  y 0  \N{MINUS SIGN}1024 HU"
    assert panel.readout(1.5, 0.5) == "x 1  y 0  12.3 HU"
    assert panel.readout(0.5, 1.5) == "x 0  y 1  padding"
    assert panel.readout(5, 5) == ""
    panel.set_picture(Picture(np.full((1, 1, 3), 7, np.float32)))
    assert panel.readout(0, 0) == "x 0  y 0  RGB 7 7 7"
    panel.set_picture(Picture(pixels, pending=True))
    assert panel.readout(0, 0) == "x 0  y 0  not computed yet"


def test_roi_is_drawn_moved_resized_and_cleared(grid, drag, emitted):
    changed = emitted(grid.drawn.roi_changed)
    grid.drawn.drawing = "region"
    grid.one_to_one()
    grid.zoom_by(2)
    canvas = grid.panels[0].canvas

    def at(x, y):
        left, top = canvas.projection.to_screen(x, y)
        return round(left), round(top)

    drag(canvas, at(40, 50), at(60, 80))
    assert grid.drawn.roi == Region(50, 40, 30, 20)
    assert all(panel.canvas._drawn is grid.drawn for panel in grid.panels)
    drag(canvas, at(50, 65), at(55, 60))
    assert grid.drawn.roi == Region(45, 45, 30, 20)
    drag(canvas, at(65, 75), at(75, 85))
    assert grid.drawn.roi == Region(45, 45, 40, 30)
    grid.drawn.drawing = ""
    drag(canvas, at(45, 65), at(41, 65))  # an edge can be held without the mode
    assert grid.drawn.roi == Region(45, 41, 40, 34)
    asked = emitted(grid.window_dragged)
    drag(canvas, at(55, 65), at(60, 60))  # the inside belongs to the window again
    assert len(asked) == 1
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert grid.drawn.roi is None
    assert changed[-1] == (None,)


def test_roi_stays_inside_the_image(grid, drag):
    grid.drawn.set_roi(Region(10, 10, 20, 20))
    grid.drawn.drawing = "region"
    canvas = grid.panels[0].canvas
    start = canvas.projection.to_screen(20, 20)
    drag(canvas, (round(start[0]), round(start[1])), (0, 0))
    assert (grid.drawn.roi.height, grid.drawn.roi.width) == (20, 20)
    assert grid.drawn.roi.intersection(Region(0, 0, 128, 128)) == grid.drawn.roi
