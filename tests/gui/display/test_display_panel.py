"""What one panel shows beside its picture: overlays, badge, header, errors, colour bar."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QApplication

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.picture import Picture


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


def test_choices(grid, emitted):
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
