"""How many panels there are, where they stand, and which has the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from medsr_viewer.ui.display.layouts import cells

BUTTON = Qt.MouseButton
AT = (120, 100)


def test_tab_moves_between_panels(grid, emitted):
    focused = emitted(grid.focused_panel_changed)
    grid.activateWindow()
    grid.panels[0].canvas.setFocus()
    QApplication.processEvents()
    QTest.keyClick(grid.panels[0].canvas, Qt.Key.Key_Tab)
    QTest.keyClick(grid.panels[1].canvas, Qt.Key.Key_Tab)
    QTest.keyClick(grid.panels[2].canvas, Qt.Key.Key_Backtab)
    assert focused == [(1,), (2,), (1,)]
    assert grid.focused_panel == 1


def test_double_click_shows_a_panel_alone(grid):
    QTest.mouseDClick(grid.panels[1].canvas, BUTTON.LeftButton, pos=QPoint(*AT))
    assert [panel.isVisible() for panel in grid.panels] == [False, True, False]
    QApplication.processEvents()
    assert grid.panels[1].width() == grid.width()
    QTest.mouseDClick(grid.panels[1].canvas, BUTTON.LeftButton, pos=QPoint(*AT))
    assert all(panel.isVisible() for panel in grid.panels)
    # Qt still waits for a release at the place that the panel has left, and would give it the next test's click.
    QTest.mouseClick(grid.panels[1].canvas, BUTTON.LeftButton, pos=QPoint(*AT))


def test_number_of_panels(grid):
    for count in (1, 6, 4):
        grid.set_panel_count(count)
        QApplication.processEvents()
        assert len(grid.panels) == count
        assert all(panel.isVisible() for panel in grid.panels)
    with pytest.raises(ValueError, match="1 to 6"):
        grid.set_panel_count(7)


def test_layouts():
    assert [cell.row for cell in cells("auto", 3, 1260, 560)] == [0, 0, 0]
    assert [(cell.row, cell.column) for cell in cells("auto", 4, 1260, 560)] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [cell.row for cell in cells("auto", 3, 800, 560)] == [0, 0, 1], "too narrow for three headers"
    assert [cell.row for cell in cells("auto", 4, 1400, 300)] == [0] * 4, "rows would be too low"
    assert cells("1+2", 3, 1280, 560)[0].rows == 2
    for name in ("auto", "row", "grid", "1+2"):
        for count in range(1, 7):
            places = [
                (cell.row + row, cell.column + column)
                for cell in cells(name, count, 1280, 560)
                for row in range(cell.rows)
                for column in range(cell.columns)
            ]
            assert len(places) == len(set(places))


def test_first_large_fits_the_large_panel(grid):
    grid.set_layout("1+2")
    QApplication.processEvents()
    large = grid.panels[0].canvas
    assert grid.view.zoom == pytest.approx(min(large.width(), large.height()) / 128)
    assert large.width() > 1.5 * grid.panels[1].canvas.width()
