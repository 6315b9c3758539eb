"""What one panel paints."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.levels import Levels
from medsr_viewer.ui.display.pyramid import level_count


@dataclass(frozen=True, eq=False)
class Arrival:
    """What a worker made of pixels that it wrote, for `Picture.announce`.

    Parameters
    ----------
    region : Region
        In the picture's own pixels.
    levels : Levels
        That hold them now.
    value_range : (float, float)
        Of everything taken in; (inf, -inf) where there is no valid value.
    """

    region: Region
    levels: Levels
    value_range: tuple[float, float]


class Picture:
    """An image and its halved copies, in the panels' shared coordinates.

    Nothing here is Qt: the constructor and `prepare` are safe in a worker, and for images above a megapixel should run
    there (4096 x 4096: about 5 ms and 15 ms). After the picture has been given to a panel, call its methods in the GUI
    thread only, but for `take_in`: a worker may go on filling `pixels` of a growing picture that it prepared, and take
    in what it wrote (2048 x 2048: about 100 ms). What has not been announced is not shown.

    Values are quantised at viewport resolution by the image item, on each change of the view: the picture itself keeps
    float32, so no window is ever too narrow for it.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32 in modality units, or (H, W, 3) float32 colour, stored values. Not copied.
    pixel_size : float
        Reference pixels per pixel: the scale factor for a degraded image, 1 for all others.
    valid : ndarray, optional
        (H, W) bool, False where a pixel is padding. Pixels that are not finite are found without it.
    pending : bool
        The pixels are still to come, tile by tile: see `take_in` and `announce`.
    unit : str
        Of the values, for the readout: "HU".
    """

    def __init__(
        self,
        pixels: FloatArray,
        pixel_size: float = 1,
        valid: BoolArray | None = None,
        pending: bool = False,
        unit: str = "",
    ) -> None:
        self.pixels = pixels
        self.pixel_size = pixel_size
        self.unit = unit
        self.revision = 0
        """Rises with every change of the pixels."""
        self.arrived: list[Region] | None = [] if pending else None
        """The regions of a growing picture that are there; None for a complete one."""
        self._range = self._filled_range = (math.inf, -math.inf)
        if not pending:
            valid, self._range = _survey(pixels, valid)
            self._filled_range = self._range
        self._levels = self._filled = Levels(pixels, valid)  # shown, and the worker's: they part with the first mask
        self._taken: list[Region] | None = [] if pending else None

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W) or (H, W, 3)."""
        return self.pixels.shape

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB."""
        return self.pixels.ndim == 3

    @property
    def is_growing(self) -> bool:
        """Whether parts of the picture are still to come."""
        return self.arrived is not None

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width in reference pixels."""
        return self.pixels.shape[0] * self.pixel_size, self.pixels.shape[1] * self.pixel_size

    @property
    def value_range(self) -> tuple[float, float]:
        """Smallest and largest finite valid value that has arrived; (0, 0) where there is none."""
        return self._range if self._range[0] <= self._range[1] else (0.0, 0.0)

    @property
    def level_count(self) -> int:
        """Number of levels; level 0 is the image itself."""
        return level_count(self.pixels.shape)

    def prepare(self) -> Picture:
        """Build every halved copy now, and return the picture. Without this they are built when first shown."""
        self.level(self.level_count - 1)
        return self

    def level(self, index: int) -> tuple[FloatArray, BoolArray | None]:
        """Return a halved copy, and which of its pixels are valid (None: all)."""
        self._levels.extend(index + 1, self.arrived)
        return self._levels.values[index], self._levels.valid[index]

    def update_region(self, region: Region) -> None:
        """Take in pixels that have been written since: a tile of a growing picture, or a change to a complete one.

        Parameters
        ----------
        region : Region
            In this picture's own pixels. The tiles of a growing picture must not overlap.
        """
        if (arrival := self.take_in(region)) is not None:
            self.announce(arrival)

    def take_in(self, region: Region) -> Arrival | None:
        """Do the work of `update_region` in the thread that writes the pixels; None where nothing is within.

        Parameters
        ----------
        region : Region
            In this picture's own pixels.
        """
        region = region.intersection(Region.whole(self.pixels.shape))
        if not region.area:
            return None
        mask = self._filled.valid[0]
        found, added = _survey(self.pixels[region.slices], None if mask is None else mask[region.slices])
        if found is not None and mask is None:
            # First padding or NaN in a picture that had none: the copies are made again, with masks, beside those that
            # are on screen.
            self._filled = self._filled.with_mask(np.ones(self.pixels.shape[:2], np.bool_), self._taken)
        if found is not None and (whole := self._filled.valid[0]) is not None:
            whole[region.slices] = found
        self._filled.refresh(region)
        self._filled_range = _joined(self._filled_range, added)
        if self._taken is not None:
            self._taken.append(region)
        return Arrival(region, self._filled, self._filled_range)

    def announce(self, arrival: Arrival) -> None:
        """Show what was taken in."""
        self._levels, self._range = arrival.levels, arrival.value_range
        self._arrive(arrival.region)
        self.revision += 1

    def value_at(self, x: float, y: float) -> float | tuple[float, float, float] | None:
        """Return the value under a point in reference pixels; None for padding, outside, and what has not arrived.

        Parameters
        ----------
        x, y : float
            To the right and down; pixel (0, 0) of the reference covers 0..1 in both.
        """
        column, row = math.floor(x / self.pixel_size), math.floor(y / self.pixel_size)
        if not (0 <= row < self.pixels.shape[0] and 0 <= column < self.pixels.shape[1]):
            return None
        if not self.has_arrived(row, column):
            return None
        mask = self._levels.valid[0]
        if mask is not None and not mask[row, column]:
            return None
        value = self.pixels[row, column]
        return (float(value[0]), float(value[1]), float(value[2])) if self.is_colour else float(value)

    def has_arrived(self, row: int, column: int) -> bool:
        """Whether a pixel is there."""
        pixel = Region(row, column, 1, 1)
        return self.arrived is None or any(region.intersects(pixel) for region in self.arrived)

    def _arrive(self, region: Region) -> None:
        if self.arrived is None or region in self.arrived:
            return
        self.arrived.append(region)
        if sum(part.area for part in self.arrived) >= Region.whole(self.pixels.shape).area:
            self.arrived = None


def _survey(pixels: FloatArray, valid: BoolArray | None) -> tuple[BoolArray | None, tuple[float, float]]:
    """Return which pixels are valid, None where all are, and the smallest and largest that is."""
    if valid is None or valid.all():
        valid = None
        low, high = float(pixels.min()), float(pixels.max())
        # min and max hand NaN and infinity on: if both are finite, so is every pixel. One pass each, no mask.
        if math.isfinite(low) and math.isfinite(high):
            return None, (low, high)
    found: BoolArray = np.isfinite(pixels)
    if found.ndim == 3:
        found = np.logical_and.reduce(found, axis=-1)
    if valid is not None:
        found = found & valid
    if not found.any():
        return found, (math.inf, -math.inf)
    kept = pixels[found]
    return found, (float(kept.min()), float(kept.max()))


def _joined(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(one[0], other[0]), max(one[1], other[1])
