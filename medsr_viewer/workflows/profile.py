"""Values along a line through an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.colour import luma
from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region

Point: TypeAlias = tuple[float, float]
"""x to the right and y down, in reference pixels; pixel (0, 0) covers 0..1 in both, its middle is (0.5, 0.5)."""


def profile(
    pixels: FloatArray,
    start: Point,
    end: Point,
    pixel_size: float = 1.0,
    valid: BoolArray | None = None,
    computed: Sequence[Region] | None = None,
) -> tuple[npt.NDArray[np.float64], FloatArray]:
    """Sample an image along a line, about once a reference pixel, both ends included.

    An image on the reference's own grid is interpolated linearly. One of larger pixels (the degraded image) gives the
    pixel that each sample lies in: its values are blocks, as on the screen. All images give samples at the same places.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32 in modality units, or (H, W, 3) colour, of which the luma is sampled.
    start, end : (float, float)
        The line's ends, within the image.
    pixel_size : float
        Reference pixels per pixel: the scale factor for a degraded image, 1 for all others.
    valid : ndarray, optional
        (H, W) bool. A sample that a pixel that is not valid enters is NaN.
    computed : sequence of Region, optional
        What of an image in the making is there, in its own pixels; samples elsewhere are NaN. None: everything.

    Returns
    -------
    distance : ndarray
        (N,) float64, from `start`, in reference pixels.
    values : ndarray
        (N,) float32, in the unit of the pixels.
    """
    source, target = (_row_column(start), _row_column(end))
    length = math.dist(source, target)
    count = math.ceil(length + 1)  # as profile_line counts
    rows, columns = (np.linspace(first, last, count) for first, last in zip(source, target, strict=True))
    if pixel_size == 1:
        from skimage.measure import profile_line

        sampled = profile_line(pixels, source, target, order=1, mode="nearest")  # type: ignore[no-untyped-call]
        touched = [(f(rows), g(columns)) for f in (np.floor, np.ceil) for g in (np.floor, np.ceil)]
    else:
        touched = [(np.floor((rows + 0.5) / pixel_size), np.floor((columns + 0.5) / pixel_size))]
        sampled = pixels[_inside(*touched[0], pixels.shape)]
    values = np.array(luma(sampled) if sampled.ndim == 2 else sampled, np.float32)
    for place in touched:
        values[~_known(_inside(*place, pixels.shape), valid, computed)] = np.nan
    return np.linspace(0.0, length, count), values


def _row_column(point: Point) -> tuple[float, float]:
    """Return row and column of a point as scikit-image counts them: the middle of the first pixel is (0, 0)."""
    return point[1] - 0.5, point[0] - 0.5


_Places: TypeAlias = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _inside(rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64], shape: tuple[int, ...]) -> _Places:
    # Half of a border pixel lies outside of all pixel middles: there the border pixel itself is sampled.
    return np.clip(rows, 0, shape[0] - 1).astype(np.intp), np.clip(columns, 0, shape[1] - 1).astype(np.intp)


def _known(places: _Places, valid: BoolArray | None, computed: Sequence[Region] | None) -> BoolArray:
    rows, columns = places
    known: BoolArray = np.ones(rows.shape, np.bool_) if valid is None else valid[rows, columns]
    if computed is None:
        return known
    there = np.zeros(rows.shape, np.bool_)
    for region in computed:
        there |= (region.top <= rows) & (rows < region.bottom) & (region.left <= columns) & (columns < region.right)
    return known & there
