"""What a panel paints of a picture, without any text, against pictures that were looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.display.canvas import Canvas
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.image_item import Appearance
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.sampling import Interpolation
from medsr_viewer.ui.display.view_state import ViewState

from .conftest import FOLDER, Check, difference

SIDE = 112
SOFT_TISSUE = Window(40, 400)


def phantom() -> np.ndarray:
    """Return (96, 96) float32 in HU: a body with bone, lung, fat, a fine grating and a ramp, in air."""
    y, x = np.mgrid[0:96, 0:96].astype(np.float32)

    def ellipse(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1

    pixels = np.full((96, 96), -1000, np.float32)
    for inside, value in (
        (ellipse(47, 48, 44, 36), -100),
        (ellipse(47, 48, 40, 32), 45),
        (ellipse(28, 44, 13, 20), -820),
        (ellipse(68, 40, 10, 14), 120),
        (ellipse(47, 72, 8, 6), 900),
        (ellipse(47, 72, 4, 3), 200),
    ):
        pixels[inside] = value
    pixels[52:64, 54:78] = 40 + 160 * ((x[52:64, 54:78] // 2) % 2)
    pixels[20:26, 40:56] = -160 + 400 * (x[20:26, 40:56] - 40) / 16
    return pixels


def colours() -> np.ndarray:
    """Return (96, 96, 3) float32 in 0 .. 255."""
    y, x = np.mgrid[0:96, 0:96].astype(np.float32)
    checks = 255 * (((x // 12) + (y // 12)) % 2)
    return np.stack([x * 255 / 95, y * 255 / 95, checks], axis=2)


@dataclass(frozen=True)
class Shown:
    """How a picture is shown: device pixels per pixel of the reference, interpolation, polarity, colours."""

    picture: Callable[[], Picture]
    zoom: float = 1.0
    interpolation: Interpolation = "auto"
    window: Window = SOFT_TISSUE
    inverted: bool = False
    scale: ColourScale | None = None
    turned: bool = False


def error_of_blurring() -> np.ndarray:
    pixels = phantom()
    return cv2.GaussianBlur(pixels, (0, 0), 1.0) - pixels


CASES = {
    "ct-100-nearest": Shown(lambda: Picture(phantom())),
    "ct-37-averaged": Shown(lambda: Picture(phantom()), zoom=0.37),
    "ct-300-nearest": Shown(lambda: Picture(phantom()), zoom=3, interpolation="nearest"),
    "ct-300-smooth": Shown(lambda: Picture(phantom()), zoom=3, interpolation="smooth"),
    "ct-monochrome1": Shown(lambda: Picture(phantom()), inverted=True),
    "ct-degraded-blocks": Shown(lambda: Picture(phantom()[::4, ::4].copy(), 4)),
    "ct-turned": Shown(lambda: Picture(phantom()), turned=True),
    "error-map": Shown(lambda: Picture(error_of_blurring()), scale=ColourScale.signed(200, "HU")),
    "colour": Shown(lambda: Picture(colours()), window=Window(127.5, 255, "LINEAR_EXACT")),
}


def painted(qtbot: QtBot, shown: Shown) -> np.ndarray:
    """Return (112, 112, 3) uint8: the middle of the picture as a panel paints it."""
    view, drawn = ViewState(), Drawn()
    canvas = Canvas(view, drawn)
    qtbot.addWidget(canvas)
    picture = shown.picture()
    canvas.item.picture = picture
    canvas.item.appearance = Appearance(shown.window, shown.inverted)
    canvas.item.wanted = shown.interpolation
    canvas.item.scale = shown.scale  # and not the overlay's: its legend is text
    canvas.resize(SIDE, SIDE)
    view.set_viewport(SIDE, SIDE)
    view.set_extent(*picture.extent)
    view.zoom_by(shown.zoom / view.zoom)
    if shown.turned:
        view.rotate(1)
    image = canvas.picture_alone().convertToFormat(QImage.Format.Format_RGB888)
    assert (image.width(), image.height()) == (SIDE, SIDE), "goldens are of a device pixel ratio of 1"
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(SIDE, SIDE, 3).copy()


@pytest.mark.parametrize("name", CASES)
def test_picture_as_painted(name: str, check_golden: Check, qtbot: QtBot) -> None:
    check_golden(name, painted(qtbot, CASES[name]))


def test_the_limits_catch_what_they_are_for(qtbot: QtBot) -> None:
    with Image.open(FOLDER / "ct-100-nearest.png") as image:
        golden = np.asarray(image.convert("RGB"))
    case = CASES["ct-100-nearest"]
    assert not difference(golden, np.clip(golden.astype(int) + (golden % 4 == 1), 0, 255).astype(np.uint8))
    assert difference(golden, np.roll(golden, 1, axis=1)), "a pixel to the side"
    other_window = Shown(case.picture, window=Window(45, 400))
    assert difference(golden, painted(qtbot, other_window)), "five HU of the window"
    smooth = Shown(case.picture, zoom=3, interpolation="smooth")
    with Image.open(FOLDER / "ct-300-nearest.png") as image:
        assert difference(np.asarray(image.convert("RGB")), painted(qtbot, smooth)), "smoothing"


def test_goldens_are_small_and_each_is_used() -> None:
    files = {path.stem: path.stat().st_size for path in FOLDER.glob("*.png")}
    assert set(files) == set(CASES)
    assert sum(files.values()) < 200_000
