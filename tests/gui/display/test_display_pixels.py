"""What stands on the screen, pixel for pixel."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QImage

from medsr_viewer.imaging.frame import Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.ui.display.canvas import Canvas
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.image_item import Appearance, ImageItem
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.projection import UPRIGHT, Projection
from medsr_viewer.ui.display.view_state import ViewState

VOI = Window(500, 3000, "LINEAR_EXACT")


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def levels(values: np.ndarray) -> np.ndarray:
    return apply_voi(values, VOI) * 255.0


def canvas_of(qtbot, picture: Picture, zoom: float, side: int) -> Canvas:
    view = ViewState()
    canvas = Canvas(view, drawn := Drawn())
    canvas.kept = view, drawn  # the canvas does not own them
    qtbot.addWidget(canvas)
    canvas.overlays_visible = False
    canvas.item.appearance = Appearance(VOI)
    canvas.item.picture = picture
    canvas.resize(side, side)
    view.set_viewport(side, side)
    view.set_extent(*picture.extent)
    view.one_to_one()
    view.zoom_by(zoom)
    return canvas


@pytest.mark.parametrize("zoom", [1, 2, 0.5])
def test_grabbed_canvas_equals_the_window(qtbot, image, zoom):
    side = round(128 * zoom) + 32  # a black surround of 16 pixels
    canvas = canvas_of(qtbot, Picture(image), zoom, side)
    shown = pixels_of(canvas.grab().toImage())
    if zoom < 1:
        values = image.reshape(64, 2, 64, 2).mean(axis=(1, 3))
    else:
        values = image.repeat(round(zoom), 0).repeat(round(zoom), 1)
    assert np.abs(shown[16:-16, 16:-16] - levels(values)[..., None]).max() <= 1
    shown[16:-16, 16:-16] = 0
    assert not shown.any()


def test_degraded_pixels_cover_four_by_four(qtbot, image):
    small = image[::4, ::4].copy()
    shown = pixels_of(canvas_of(qtbot, Picture(small, 4), 1, 128).grab().toImage())
    assert np.abs(shown - levels(small.repeat(4, 0).repeat(4, 1))[..., None]).max() <= 1


def test_colour_is_unchanged_by_the_full_range():
    colour = np.random.default_rng(0).integers(0, 256, (9, 11, 3)).astype(np.float32)
    item = ImageItem()
    item.picture = Picture(colour)
    item.appearance = Appearance(Window(127.5, 255, "LINEAR_EXACT"))
    shown = item.render(Projection((5.5, 4.5), 1, UPRIGHT, (11, 9)))
    assert np.array_equal(pixels_of(shown), colour.astype(np.uint8))


def test_window_change_looks_up_the_same_codes(image, monkeypatch):
    import medsr_viewer.ui.display.image_item as module

    samples = []
    monkeypatch.setattr(module, "sample", lambda *args, _real=module.sample: samples.append(args) or _real(*args))
    item = ImageItem()
    item.picture = Picture(image)
    projection = Projection((64, 64), 1, UPRIGHT, (128, 128))
    for width in (3000, 200, 50):
        item.appearance = Appearance(Window(500, width, "LINEAR_EXACT"))
        shown = pixels_of(item.render(projection))[..., 0]
        assert np.abs(shown - apply_voi(image, item.appearance.voi) * 255).max() <= 1
    assert len(samples) == 1
    item.picture.update_region(Region(0, 0, 4, 4))
    item.render(projection)
    assert len(samples) == 2


def test_padding_is_black_even_inverted():
    pixels = np.full((8, 8), 1000, np.float32)
    pixels[:4] = np.nan
    item = ImageItem()
    item.picture = Picture(pixels)
    for inverted in (False, True):
        item.appearance = Appearance(VOI, inverted)
        shown = pixels_of(item.render(Projection((4, 4), 1, UPRIGHT, (8, 8))))
        assert not shown[:4].any()
        assert shown[4:].all()


def test_unfinished_regions_are_hatched_in_gray_and_colour():
    for shape in ((40, 40), (40, 40, 3)):
        buffer = np.full(shape, 2000, np.float32)
        picture = Picture(buffer, pending=True)
        item = ImageItem()
        item.picture = picture
        item.appearance = Appearance(VOI)
        picture.update_region(Region(0, 0, 20, 40))
        shown = pixels_of(item.render(Projection((20, 20), 1, UPRIGHT, (40, 40))))[..., 0]
        assert (shown[:20] == 255).all()
        assert len(np.unique(shown[20:])) == 2
        assert shown[20:].max() < 100


def test_error_map_takes_its_scale_not_the_window():
    error = np.array([[-100, 0, 100]], np.float32)
    item = ImageItem()
    item.picture = Picture(error)
    item.scale = ColourScale.signed(100)
    projection = Projection((1.5, 0.5), 1, UPRIGHT, (3, 1))
    first = pixels_of(item.render(projection))[0].astype(int)
    item.appearance = Appearance(Window(0, 5), True)
    assert np.array_equal(pixels_of(item.render(projection))[0], first)
    assert first[1].max() < 20
    assert first[0][2] > first[0][0]
    assert first[2][0] > first[2][2]


HIDPI = """
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
application = QApplication([])
from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.display.canvas import Canvas
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.image_item import Appearance
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.view_state import ViewState
image = np.random.default_rng(0).integers(0, 256, (128, 128)).astype(np.float32)
view = ViewState()
drawn = Drawn()
canvas = Canvas(view, drawn)
canvas.overlays_visible = False
canvas.item.picture = Picture(image)
canvas.item.appearance = Appearance(Window(127.5, 255, "LINEAR_EXACT"))
canvas.resize(100, 100)
view.set_viewport(*canvas.device_size)
view.set_extent(128, 128)
view.one_to_one()
grabbed = canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
assert (grabbed.width(), grabbed.devicePixelRatio()) == (200, 2.0), (grabbed.width(), grabbed.devicePixelRatio())
shown = np.frombuffer(grabbed.constBits(), np.uint8).reshape(200, grabbed.bytesPerLine())[:, :200]
assert np.array_equal(shown[36:-36, 36:-36], image), "pixels differ"
"""


def test_a_reference_pixel_is_a_device_pixel_on_a_hidpi_screen():
    environment = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", HIDPI], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_panels_stand_without_torch():
    code = "import sys, medsr_viewer.ui.display.panel_grid; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
