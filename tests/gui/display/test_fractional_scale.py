"""Screens whose pixels are not a whole number to the logical pixel: an image pixel is still one device pixel."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
application = QApplication([])
from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.display.picture import Picture

window = QWidget()
column = QVBoxLayout(window)
column.setContentsMargins(3, 1, 5, 1)  # panels begin between device pixels
column.addWidget(QLabel("above"))
grid = PanelGrid()
column.addWidget(grid)
image = np.random.default_rng(0).integers(0, 2, (150, 150)).astype(np.float32) * 255
for panel in grid.panels:
    panel.set_picture(Picture(image))
grid.set_extent(150, 150)
grid.set_display(Window(127.5, 255, "LINEAR_EXACT"), False)
window.resize(901, 503)
window.show()
ratio = window.devicePixelRatioF()
for step in range(13):
    window.resize(901 + step % 5, 503 + step % 3)
    application.processEvents()
    grid.one_to_one()
    grid.view.center_on(75 + 0.37 * step, 75 - 0.61 * step)
    application.processEvents()
    grid.set_overlays_visible(True)
    window.grab()
    assert grid.panels[0].canvas.overlay.notes[1] == "zoom 100 % · nearest", grid.panels[0].canvas.overlay.notes
    grid.set_overlays_visible(False)
    shot = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine())
    for panel in grid.panels:
        corner = panel.canvas.mapTo(window, panel.canvas.rect().topLeft())
        across, down = panel.canvas.projection.origin
        left, top = round(corner.x() * ratio) + across, round(corner.y() * ratio) + down
        wrong = [
            np.mean(rows[top + y : top + y + 150, left + x : left + x + 150] != image)
            for y in (-1, 0, 1)
            for x in (-1, 0, 1)
        ]
        assert min(wrong) == 0, (step, corner, wrong)
alone = grid.panels[0].canvas.picture_alone()
assert (alone.width(), alone.height()) == grid.panels[0].canvas.device_size
print(ratio)
"""


@pytest.mark.parametrize("scale", ["1", "1.25", "1.5", "1.75"])
def test_an_image_pixel_is_a_device_pixel_in_every_panel(scale: str) -> None:
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == float(scale)
