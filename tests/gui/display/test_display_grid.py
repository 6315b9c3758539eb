from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from medsr_viewer.imaging.frame import VoiLut, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.layouts import cells
from medsr_viewer.ui.display.picture import Picture

BUTTON, KEY = Qt.MouseButton, Qt.KeyboardModifier
AT = (120, 100)


def emitted(signal) -> list:
    received: list = []
    signal.connect(lambda *values: received.append(values))
    return received


def point(grid, panel=0, at=AT):
    return grid.panels[panel].canvas.reference_at(QPointF(*at))


def test_panels_show_the_same_reference_point_at_the_same_place(grid):
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
def test_ctrl_wheel_zooms_at_the_cursor_in_every_panel(grid, wheel, panel):
    before, zoom = point(grid, panel), grid.view.zoom
    scrolled = emitted(grid.scrolled)
    wheel(grid.panels[panel].canvas, AT, 2, KEY.ControlModifier)
    assert grid.view.zoom == pytest.approx(zoom * 1.2**2)
    assert point(grid, panel) == pytest.approx(before, abs=1 / grid.view.zoom)
    assert not scrolled


def test_wheel_scrolls_and_never_touches_the_view(grid, wheel):
    grid.zoom_by(2)
    view = (grid.view.center, grid.view.zoom)
    scrolled = emitted(grid.scrolled)
    wheel(grid.panels[0].canvas, AT, -1)
    wheel(grid.panels[0].canvas, AT, 3)
    assert scrolled == [(1,), (-3,)]
    assert (grid.view.center, grid.view.zoom) == view


def test_touchpad_pixels_add_up_to_steps(grid, wheel):
    scrolled = emitted(grid.scrolled)
    for _ in range(8):
        wheel(grid.panels[0].canvas, AT, 0, pixels=-15)
    assert sum(steps for (steps,) in scrolled) == 3


def test_plain_wheel_zooms_where_there_is_one_frame(grid, wheel):
    grid.set_wheel_zooms(True)
    zoom = grid.view.zoom
    wheel(grid.panels[1].canvas, AT, 1)
    assert grid.view.zoom == pytest.approx(zoom * 1.2)


def test_left_drag_asks_for_a_window(grid, drag):
    grid.set_display(Window(40, 400), False)
    grid.set_value_range(-1000, 3096)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[2].canvas, AT, (AT[0] + 50, AT[1] - 20))
    # 4 x 400 over 512 pixels: 3.125 a pixel; right widens, up raises the level.
    assert asked == [(pytest.approx(40 + 20 * 3.125), pytest.approx(400 + 50 * 3.125))]


def test_ctrl_during_a_window_drag_is_fine(grid, drag):
    grid.set_display(Window(40, 400), False)
    grid.set_value_range(-1000, 3096)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[2].canvas, AT, (AT[0] + 50, AT[1]), later=KEY.ControlModifier)
    assert asked == [(40, pytest.approx(400 + 50 * 0.625))]


def test_window_never_closes(grid, drag):
    grid.set_display(Window(40, 10), False)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[0].canvas, (220, 100), (0, 100))
    assert asked[-1][1] == 1.0


def test_drag_from_a_voi_lut_starts_at_its_straight_line(grid, drag):
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


@pytest.mark.parametrize(
    ("button", "modifier"), [(BUTTON.MiddleButton, KEY.NoModifier), (BUTTON.LeftButton, KEY.ControlModifier)]
)
def test_pan_follows_the_hand(grid, drag, button, modifier):
    grid.zoom_by(4)
    before = point(grid)
    asked = emitted(grid.window_dragged)
    drag(grid.panels[1].canvas, AT, (AT[0] + 30, AT[1] + 11), button, modifier)
    assert point(grid, 0, (AT[0] + 30, AT[1] + 11)) == pytest.approx(before, abs=1.5 / grid.view.zoom)
    assert not asked


@pytest.mark.parametrize(
    ("button", "modifier"), [(BUTTON.RightButton, KEY.NoModifier), (BUTTON.LeftButton, KEY.ShiftModifier)]
)
def test_zoom_drag(grid, drag, button, modifier):
    zoom, before = grid.view.zoom, point(grid)
    menus = emitted(grid.context_menu_requested)
    drag(grid.panels[0].canvas, AT, (AT[0], AT[1] - 50), button, modifier)
    assert grid.view.zoom == pytest.approx(zoom * 1.01**50)
    assert point(grid) == pytest.approx(before, abs=1 / grid.view.zoom)
    assert not menus


def test_right_click_asks_for_the_menu(grid):
    menus = emitted(grid.context_menu_requested)
    QTest.mouseClick(grid.panels[1].canvas, BUTTON.RightButton, pos=QPoint(*AT))
    assert menus == [(1, grid.panels[1].canvas.mapToGlobal(QPoint(*AT)))]


def test_visible_region_is_reported_once_a_frame(grid, qtbot):
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


def test_crosshair_and_values_in_every_panel(grid):
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


def test_roi_is_drawn_moved_resized_and_cleared(grid, drag):
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


def test_tab_moves_between_panels(grid):
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


def test_overlays_hide_but_badge_stays(grid):
    panel = grid.panels[0]
    panel.set_corners(["Name"] * 3, [], [], [])
    panel.set_badge("Upscaled by fmen: research use only", "research")
    panel.set_picture(None)
    QApplication.processEvents()
    shown = panel.canvas.grab().toImage()
    grid.set_overlays_visible(False)
    hidden = panel.canvas.grab().toImage()
    assert shown != hidden
    assert panel.badge.isVisible()
    assert panel.badge.text == "Upscaled by fmen: research use only"
    colours = {hidden.pixelColor(x, y).name() for x in range(4, 100) for y in range(4, 40)}
    assert colours == {"#000000"}


def test_tile_arrival_repaints(grid):
    buffer = np.zeros((128, 128), np.float32)
    picture = Picture(buffer, pending=True)
    panel = grid.panels[1]
    panel.set_picture(picture)
    grid.set_overlays_visible(False)
    before = panel.canvas.grab().toImage()
    buffer[:64] = 1000
    picture.update_region(Region(0, 0, 64, 128))
    panel.refresh()
    after = panel.canvas.grab().toImage()
    middle = panel.canvas.width() // 2
    quarter = panel.canvas.height() // 4
    assert before.pixelColor(middle, quarter) != after.pixelColor(middle, quarter)
    assert before.pixelColor(middle, 3 * quarter) == after.pixelColor(middle, 3 * quarter)


def test_flip_shows_the_reference_with_its_badge(grid, image):
    for panel in grid.panels:
        panel.set_badge("Bicubic")
        panel.set_flip_picture(Picture(image + 1))
    own = [panel.canvas.item.picture for panel in grid.panels]
    grid.set_flip(True)
    assert {panel.badge.text for panel in grid.panels} == {"Reference"}
    assert own[0] is not grid.panels[0].canvas.item.picture
    grid.set_flip(False)
    assert [panel.canvas.item.picture for panel in grid.panels] == own
    assert {panel.badge.text for panel in grid.panels} == {"Bicubic"}


def test_interpolation_in_force_is_named(grid):
    grid.one_to_one()
    assert grid.interpolation == "nearest"
    grid.set_interpolation("smooth")
    assert grid.interpolation == "smooth"
    grid.zoom_by(0.5)
    assert grid.interpolation == "averaged"
    assert grid.panels[1].canvas.item.interpolation(grid.view.zoom) == "smooth"  # its own pixels are enlarged


def test_error_in_place_of_the_picture(grid, image):
    panel = grid.panels[0]
    good = panel.canvas.grab().toImage()
    panel.set_error("Not enough memory", "Choose a smaller tile.")
    assert panel.canvas.grab().toImage() != good
    panel.set_picture(panel.picture)
    assert panel.canvas.grab().toImage() == good


def test_colour_bar_colours_and_shows(grid):
    panel = grid.panels[0]
    panel.set_colorbar(ColourScale.signed(500, "HU"))
    bar = panel.canvas.grab().toImage().pixelColor(panel.canvas.width() - 12, panel.canvas.height() // 2 - 40)
    assert bar.red() > bar.blue()  # above zero: orange
    panel.set_colorbar(None)
    assert panel.canvas.item.scale is None


def test_choices(grid):
    panel = grid.panels[1]
    chosen = emitted(grid.panel_content_chosen)
    panel.set_choices([("bicubic", "Bicubic"), ("fmen", "FMEN, a very long name " * 5)], "fmen", True)
    assert panel.chooser.currentData() == "fmen"
    assert not chosen
    panel.chooser.setCurrentIndex(0)
    panel.chooser.activated.emit(0)
    assert chosen == [(1, "bicubic")]
    assert panel.chooser.width() < panel.width()


def test_long_headers_do_not_widen_a_panel(grid):
    panel = grid.panels[0]
    least = panel.minimumSizeHint().width()
    panel.set_scores("PSNR 34.21 dB " * 20, "whole image")
    panel.set_choices([("a", "A very long name " * 20)], "a", True)
    assert panel.minimumSizeHint().width() == least
    assert panel.scores.toolTip() == "whole image"


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
