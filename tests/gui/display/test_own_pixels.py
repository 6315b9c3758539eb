"""Linked panels share a place, not a pixel grid: what a panel says is of the pixels of its own picture."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.labels import Labels
from medsr_viewer.ui.display.overlay import Overlay, _right_side, scale_bar
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.display.picture import Picture


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[PanelGrid]:
    """Two panels of different widths: an input of 100 x 80 pixels beside its upscaling by 3."""
    grid = PanelGrid()
    qtbot.addWidget(grid)
    grid.set_panel_count(3)
    grid.set_layout("1+2")
    grid.resize(900, 500)
    grid.set_extent(240, 300)
    grid.show()
    grid.panels[0].set_picture(Picture(np.zeros((80, 100), np.float32), 3))
    for panel in grid.panels[1:]:
        panel.set_picture(Picture(np.zeros((240, 300), np.float32)))
    QApplication.processEvents()
    grid.grab()
    yield grid
    grid.close()


def test_readout_size_and_zoom_are_of_the_pictures_own_pixels(grid: PanelGrid) -> None:
    small, large = grid.panels[0].canvas, grid.panels[1].canvas
    assert grid.panels[0].readout(299.5, 238.5).startswith("x 99  y 79")
    assert grid.panels[1].readout(299.5, 238.5).startswith("x 299  y 238")
    zoom = grid.view.zoom * 100
    assert small.overlay.notes[0] == "100 × 80 px"
    assert large.overlay.notes[0] == "300 × 240 px"
    assert small.overlay.notes[1].startswith(f"zoom {3 * zoom:.0f} %")
    assert large.overlay.notes[1].startswith(f"zoom {zoom:.0f} %")


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_linked_scale_bars_are_of_one_length(grid: PanelGrid, factor: float) -> None:
    grid.zoom_by(factor)
    grid.grab()
    bars = []
    for panel in grid.panels:
        overlay = panel.canvas.overlay
        assert overlay.bar is not None
        bars.append(scale_bar(overlay, overlay.bar, panel.canvas.projection))
    assert len({length for length, _ in bars}) == 1
    counts = [int(label.removesuffix(" px")) for _, label in bars]
    assert counts[1] == counts[2] == 3 * counts[0]
    assert bars[0][0] == pytest.approx(counts[1] * grid.view.zoom)


def test_without_a_picture_there_is_no_bar(grid: PanelGrid) -> None:
    grid.panels[0].set_picture(None)
    grid.grab()
    assert grid.panels[0].canvas.overlay.bar is None
    assert grid.panels[1].canvas.overlay.bar is not None


def test_texts_stand_on_a_dark_ground(qtbot: QtBot) -> None:
    image = QImage(200, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    Labels().draw(
        painter, QRect(10, 10, 180, 40), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, "image 1 / 1"
    )
    box = QFontMetrics(painter.font()).boundingRect("image 1 / 1")
    painter.end()
    # Between the letters too, where a halo does not reach.
    shades = [image.pixelColor(10 + x, 10).lightness() for x in range(box.width())]
    assert max(shades) < 140


def test_a_legend_does_not_share_its_place(qtbot: QtBot) -> None:
    scale = ColourScale.signed(10.0, "HU")
    lines = ["one", "two", "three"]
    overlay = Overlay(top_right=lines, bottom_right=["W 1 L 1"], notes=["size", "zoom"], scale=scale)
    painter_font = QApplication.font()
    height = QFontMetrics(painter_font).height()
    metrics = QFontMetrics(painter_font)
    assert _right_side(overlay, QRect(0, 0, 300, 40 * height), metrics) == (lines, ["size", "zoom"], True)
    assert _right_side(overlay, QRect(0, 0, 300, 11 * height), metrics) == ([], ["size", "zoom"], True)
    assert _right_side(overlay, QRect(0, 0, 300, 6 * height), metrics) == ([], [], False)
    overlay.scale = None
    assert _right_side(overlay, QRect(0, 0, 300, 6 * height), metrics) == (lines, ["W 1 L 1", "size", "zoom"], True)
