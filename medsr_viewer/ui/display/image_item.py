"""Paints the visible part of a picture at screen resolution.

Not a pyqtgraph item and not a widget: a panel calls `paint` in its own paint event. Measured against a GraphicsObject
in a ViewBox, plain painting leaves out the scene's bookkeeping and its item-to-device transform, which would resample
the crop again; what is on the screen is, pixel for pixel, what `sample` returned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from medsr_viewer.imaging.frame import Voi, full_range_window
from medsr_viewer.ui.display.colormap import ColourScale
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.projection import Projection
from medsr_viewer.ui.display.sampling import Crop, Interpolation, hatch, interpolation_name, sample
from medsr_viewer.ui.display.table import (
    HATCH_CODES,
    PADDING_CODE,
    CodeArray,
    CodeRange,
    code_range,
    colour_table,
    gray_table,
)


@dataclass(frozen=True)
class Appearance:
    """How values become light, the same in all panels.

    Parameters
    ----------
    voi : Window or VoiLut
        What values are shown through.
    inverted : bool
        Smallest value white.
    """

    voi: Voi = field(default_factory=lambda: full_range_window(0.0, 255.0))
    inverted: bool = False


class ImageItem:
    """A picture's crop, its codes and the finished image, each kept until what it depends on changes.

    A pan or zoom takes a new crop and looks its codes up in the same table; a window drag builds another table.
    """

    def __init__(self) -> None:
        self.picture: Picture | None = None
        self.appearance = Appearance()
        self.scale: ColourScale | None = None
        """Set for maps: their colours, in place of the window."""
        self.wanted: Interpolation = "auto"
        self._crop: Crop | None = None
        self._crop_key: tuple[Any, ...] = ()
        self._codes: CodeArray = np.empty((0, 0), np.uint16)
        self._codes_key: tuple[Any, ...] = ()
        self._table: npt.NDArray[Any] = np.empty(0)
        self._table_key: tuple[Any, ...] = ()
        self._image: QImage | None = None
        self._image_key: tuple[Any, ...] = ()
        self._held: npt.NDArray[Any] | None = None  # the memory that _image shows: QImage does not own it

    def interpolation(self, zoom: float) -> str:
        """Return the name of the interpolation in force at a zoom, or "" without a picture."""
        return interpolation_name(self.wanted, zoom * self.picture.pixel_size) if self.picture else ""

    def paint(self, painter: QPainter, projection: Projection, ratio: float) -> None:
        """Draw the visible part of the picture.

        Parameters
        ----------
        painter : QPainter
            In logical pixels, of the panel.
        projection : Projection
            How the panel sees the reference, in device pixels.
        ratio : float
            Device pixels per logical pixel.
        """
        image, crop = self.render(projection), self._crop
        if image is None or crop is None:
            return
        image.setDevicePixelRatio(ratio)
        # At a ratio of 1.5 a panel may begin half way between device pixels: rows and columns would be painted twice.
        to_device = painter.deviceTransform()
        corner = to_device.map(QPointF(crop.left / ratio, crop.top / ratio))
        to_panel, _ = to_device.inverted()
        painter.drawImage(to_panel.map(QPointF(round(corner.x()), round(corner.y()))), image)

    def render(self, projection: Projection) -> QImage | None:
        """Return the visible part as an image of device pixels; None where nothing of the picture shows."""
        picture = self.picture
        if picture is None:
            return None
        crop_key = (picture, picture.revision, projection, self.wanted)
        if crop_key != self._crop_key:
            self._crop, self._crop_key = sample(picture, projection, self.wanted), crop_key
        if self._crop is None:
            return None
        voi = None if self.scale else self.appearance.voi
        codes = code_range(self._range(picture), voi)
        if (codes_key := (crop_key, codes)) != self._codes_key:
            self._codes, self._codes_key = _encode(self._crop, codes, projection.origin), codes_key
        image_key = (codes_key, voi, self.scale, self.appearance.inverted)
        if image_key != self._image_key:
            self._image, self._image_key = self._look_up(codes), image_key
        return self._image

    def _range(self, picture: Picture) -> tuple[float, float]:
        if self.scale is None:
            return picture.value_range
        low, high = sorted((self.scale.low, self.scale.high))
        return low, high

    def _look_up(self, codes: CodeRange) -> QImage:
        table = self._table_for(codes)
        if self.scale is None and self._codes.ndim == 3:
            # Blue first: a 32-bit word 0xffRRGGBB on a little-endian machine, which all that Qt supports are.
            return self._wrap(cv2.cvtColor(table.take(self._codes), cv2.COLOR_RGB2BGRA))
        return self._wrap(table.take(self._codes))

    def _table_for(self, codes: CodeRange) -> npt.NDArray[Any]:
        """Return the table of gray levels, for colour pictures; for others the table of 32-bit pixels."""
        scale, appearance, is_colour = self.scale, self.appearance, self._codes.ndim == 3
        key = (codes, scale, None if scale else appearance, is_colour)
        if key == self._table_key:
            return self._table
        if scale is not None:
            self._table = colour_table(codes, scale.low, scale.high, scale.ramp)
        else:
            grays = gray_table(codes, appearance.voi, appearance.inverted)
            # 32 bits already here: painting an 8-bit image took longer than everything else together.
            self._table = grays if is_colour else 0xFF000000 | grays.astype(np.uint32) * 0x010101
        self._table_key = key
        return self._table

    def _wrap(self, pixels: npt.NDArray[Any]) -> QImage:
        self._held = np.ascontiguousarray(pixels)
        height, width = pixels.shape[:2]
        return QImage(self._held.data, width, height, width * 4, QImage.Format.Format_RGB32)


def _encode(crop: Crop, codes: CodeRange, origin: tuple[int, int]) -> CodeArray:
    # What is not valid or not there may hold NaN: encoded to anything, then overwritten.
    with np.errstate(invalid="ignore"):
        encoded = codes.encode(crop.values)
    if crop.valid is not None:
        encoded[~crop.valid] = PADDING_CODE
    if crop.pending is not None and crop.pending.any():
        stripes = np.array(HATCH_CODES, np.uint16)[hatch(crop, origin)]
        encoded[crop.pending] = stripes[crop.pending] if encoded.ndim == 2 else stripes[crop.pending][:, None]
    return encoded
