"""The pixels that a panel needs, at the panel's own resolution. Pure numpy and OpenCV: no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.ui.display.projection import Projection
from medsr_viewer.ui.display.pyramid import level_for

Interpolation: TypeAlias = Literal["auto", "nearest", "smooth"]
_Kind = TypeVar("_Kind", bound=np.generic)
_HATCH_PERIOD = 12


@dataclass(frozen=True, eq=False)
class Crop:
    """What a panel shows of a picture, one value a device pixel.

    Parameters
    ----------
    left, top : int
        Where it lies in the panel, in device pixels.
    values : ndarray
        (H, W) or (H, W, 3) float32, in the picture's unit; 0 where not valid.
    valid : ndarray or None
        (H, W) bool; None: all.
    pending : ndarray or None
        (H, W) bool, True where the picture has not arrived; None: all has.
    """

    left: int
    top: int
    values: FloatArray
    valid: BoolArray | None
    pending: BoolArray | None


def interpolation_name(wanted: Interpolation, zoom: float) -> str:
    """Return the name of the interpolation in force: "nearest", "smooth" or "averaged".

    Parameters
    ----------
    wanted : {"auto", "nearest", "smooth"}
        The user's choice. "auto" never smooths an enlarged picture: that would pass for super-resolution.
    zoom : float
        Screen pixels per pixel of the picture.
    """
    if wanted == "nearest":
        return "nearest"
    if zoom < 1:
        return "averaged"
    return "smooth" if wanted == "smooth" else "nearest"


def sample(picture: Picture, projection: Projection, wanted: Interpolation) -> Crop | None:
    """Return what a panel shows of a picture; None where that is nothing.

    "nearest" takes the pixel that a screen pixel's middle lies in. "averaged" takes 2 x 2 means until a pixel is about
    as large as a screen pixel, and interpolates linearly between them: exact at zoom 1/2, 1/4, … "smooth" is linear.

    Parameters
    ----------
    picture : Picture
        What to show.
    projection : Projection
        How the panel sees the reference.
    wanted : {"auto", "nearest", "smooth"}
        The user's choice of interpolation.
    """
    left, top, right, bottom = projection.screen_box(picture.extent)
    if right <= left or bottom <= top:
        return None
    own_zoom = projection.zoom * picture.pixel_size
    name = interpolation_name(wanted, own_zoom)
    index = level_for(own_zoom, picture.level_count) if name == "averaged" else 0
    grid = _Grid.of(picture, projection, (left, top, right, bottom), index)
    values, valid = picture.level(index)
    return Crop(
        left,
        top,
        grid.pick(values) if name == "nearest" else _interpolated(grid, picture, index),
        None if valid is None else grid.pick(valid),
        None if picture.arrived is None else grid.missing(picture.arrived, index, picture.shape),
    )


def _interpolated(grid: _Grid, picture: Picture, index: int) -> FloatArray:
    """Interpolate a level; the border of what has arrived is not mixed with what has not."""
    (values, valid), filler = picture.level(index), picture.value_range[0]
    rows, columns = grid.reach(values.shape)
    part = values[rows, columns]
    # The part that is read alone: its copies cost little, and its coordinates stay small and exact.
    if valid is not None:
        part = np.where(_shaped(valid[rows, columns], part), part, np.float32(filler))
    if picture.arrived is None:
        return grid.interpolate(part, rows, columns)
    missing = _missing_pixels(picture.arrived, _middles(rows), _middles(columns), 2**index, picture.shape)
    if not missing.any():
        return grid.interpolate(part, rows, columns)
    there = (~missing).astype(np.float32)
    total = grid.interpolate(np.where(_shaped(missing, part), np.float32(0), part), rows, columns)
    share = grid.interpolate(there, rows, columns)
    return np.asarray(total / _shaped(np.where(share > 0, share, np.float32(1)), total), np.float32)


def hatch(crop: Crop, origin: tuple[int, int]) -> npt.NDArray[np.intp]:
    """Return 0 or 1 for each device pixel of a crop: diagonal stripes that stick to the image."""
    height, width = crop.values.shape[:2]
    rows = np.arange(height)[:, None] + (crop.top - origin[1])
    columns = np.arange(width)[None, :] + (crop.left - origin[0])
    return ((rows + columns) % _HATCH_PERIOD < _HATCH_PERIOD // 2).astype(np.intp)


@dataclass(frozen=True, eq=False)
class _Grid:
    """Where the screen pixels of a box lie in a level: one coordinate array a screen axis.

    `swapped`: the screen's x axis runs along the image's y axis. `along_x` and `along_y` are the coordinates of the
    image's x and y, in pixels of the level, of the screen columns and rows (rows and columns where swapped).
    """

    along_x: npt.NDArray[np.float64]
    along_y: npt.NDArray[np.float64]
    swapped: bool

    @classmethod
    def of(cls, picture: Picture, projection: Projection, box: tuple[int, int, int, int], level: int) -> _Grid:
        left, top, right, bottom = box
        a, b, c, d = projection.turn
        scale = projection.zoom * picture.pixel_size * 2**level
        columns = (np.arange(left, right) + 0.5 - projection.origin[0]) / scale
        rows = (np.arange(top, bottom) + 0.5 - projection.origin[1]) / scale
        if a:
            return cls(a * columns, d * rows, False)
        return cls(c * rows, b * columns, True)

    def pick(self, plane: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
        """Take the pixel under each screen pixel's middle."""
        x = np.clip(np.floor(self.along_x).astype(np.intp), 0, plane.shape[1] - 1)
        y = np.clip(np.floor(self.along_y).astype(np.intp), 0, plane.shape[0] - 1)
        rows = plane[y.min() : y.max() + 1, x.min() : x.max() + 1]
        taken = np.take(np.take(rows, y - y.min(), axis=0), x - x.min(), axis=1)
        return np.ascontiguousarray(taken.swapaxes(0, 1)) if self.swapped else taken

    def reach(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the rows and columns of the level that are read, with a pixel around them."""
        return _reach(self.along_y, shape[0]), _reach(self.along_x, shape[1])

    def interpolate(self, part: FloatArray, rows: slice, columns: slice) -> FloatArray:
        """Interpolate linearly between pixel middles of a part of the level; its border continues outwards."""
        x, y = self.along_x - 0.5 - columns.start, self.along_y - 0.5 - rows.start
        matrix = np.array([[_step(x), 0.0, x[0]], [0.0, _step(y), y[0]]])
        size = (x.size, y.size)
        if self.swapped:
            matrix = matrix[:, [1, 0, 2]]
            size = (y.size, x.size)
        flags, source = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, np.ascontiguousarray(part)
        return np.asarray(
            cv2.warpAffine(source, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
        )

    def missing(self, arrived: list[Region], level: int, shape: tuple[int, ...]) -> BoolArray:
        """Return which screen pixels show a pixel of the level of which not all has arrived."""
        missing = _missing_pixels(arrived, self.along_y, self.along_x, 2**level, shape)
        return np.ascontiguousarray(missing.T) if self.swapped else missing


def _missing_pixels(
    arrived: list[Region],
    along_y: npt.NDArray[np.float64],
    along_x: npt.NDArray[np.float64],
    step: int,
    shape: tuple[int, ...],
) -> BoolArray:
    """Return at which of some coordinates of a level lies a pixel of which not all has arrived.

    Of the regions together: a pixel of a reduced level may lie across the border of two that both are there. Regions do
    not overlap, so what they cover of a pixel adds up.
    """
    tops, heights = _cells(along_y, step, shape[0])
    lefts, widths = _cells(along_x, step, shape[1])
    gone = np.outer(heights, widths)
    # Tiles lie in rows and columns: what they cover is worked out once for each.
    columns = {ends: _covered(lefts, widths, *ends) for ends in {(region.left, region.right) for region in arrived}}
    bands: dict[tuple[int, int], npt.NDArray[np.int32]] = {}
    for region in arrived:
        band = bands.setdefault((region.top, region.bottom), np.zeros_like(widths))
        part, covered = columns[region.left, region.right]
        band[part] += covered
    for ends, band in bands.items():
        part, covered = _covered(tops, heights, *ends)
        gone[part] -= np.outer(covered, band)
    return np.asarray(gone > 0)


def _reach(along: npt.NDArray[np.float64], limit: int) -> slice:
    first, last = sorted((float(along[0]), float(along[-1])))
    start = min(max(0, int(np.floor(first - 0.5)) - 1), limit - 1)
    return slice(start, max(start + 1, min(limit, int(np.floor(last - 0.5)) + 3)))


def _middles(pixels: slice) -> npt.NDArray[np.float64]:
    return np.arange(pixels.start, pixels.stop) + 0.5


def _shaped(plane: npt.NDArray[_Kind], like: FloatArray) -> npt.NDArray[_Kind]:
    return plane if like.ndim == 2 else plane[..., None]


def _step(along: npt.NDArray[np.float64]) -> float:
    return float(along[-1] - along[0]) / (along.size - 1) if along.size > 1 else 1.0


def _cells(
    along: npt.NDArray[np.float64], step: int, length: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return where the level's pixel under each coordinate starts in the picture, and how many pixels it holds."""
    starts = np.clip(np.floor(along).astype(np.int32), 0, (length - 1) // step) * np.int32(step)
    return starts, np.minimum(length - starts, step).astype(np.int32)


def _covered(
    starts: npt.NDArray[np.int32], sizes: npt.NDArray[np.int32], low: int, high: int
) -> tuple[slice, npt.NDArray[np.int32]]:
    covered = np.minimum(starts + sizes, high) - np.maximum(starts, low)
    inside = np.flatnonzero(covered > 0)
    part = slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)
    return part, covered[part]
