"""Halved copies of an image, so that a panel reads about as many pixels as it shows.

Pure numpy and OpenCV: safe in a worker.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.region import Region


def halve(values: FloatArray, valid: BoolArray | None = None) -> tuple[FloatArray, BoolArray | None]:
    """Return the means of 2 x 2 blocks.

    Parameters
    ----------
    values : ndarray
        (H, W) or (H, W, 3) float32.
    valid : ndarray, optional
        (H, W) bool. Pixels that are not valid do not enter a mean.

    Returns
    -------
    values : ndarray
        (ceil(H / 2), ceil(W / 2)[, 3]) float32; 0 where a block has no valid pixel.
    valid : ndarray or None
        Same height and width: whether a block has a valid pixel. None where `valid` is None.
    """
    even = _pad_to_even(values)
    size = (even.shape[1] // 2, even.shape[0] // 2)
    if valid is None:
        return _box_means(even, size), None
    weights = _pad_to_even(valid.astype(np.float32))
    shaped = weights if even.ndim == 2 else weights[..., None]
    with np.errstate(invalid="ignore"):  # NaN * 0 is NaN: replaced on the same line
        kept = np.where(shaped > 0, even, np.float32(0))
    total, share = _box_means(kept, size), _box_means(weights, size)
    divisor = np.where(share > 0, share, np.float32(1))
    return np.asarray(total / (divisor if total.ndim == 2 else divisor[..., None]), np.float32), share > 0


def halved_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that `halve` gives to an array of this shape."""
    return ((shape[0] + 1) // 2, (shape[1] + 1) // 2, *shape[2:])


def halved_region(region: Region) -> Region:
    """Return the pixels of the next level that a region of this level enters."""
    top, left = region.top // 2, region.left // 2
    return Region(top, left, (region.bottom + 1) // 2 - top, (region.right + 1) // 2 - left)


def level_for(zoom: float, count: int) -> int:
    """Return the level to show at a zoom: the one whose pixels are nearest in size to a screen pixel.

    Parameters
    ----------
    zoom : float
        Screen pixels per pixel of level 0.
    count : int
        Number of levels there are, at least 1.
    """
    if zoom >= 1:
        return 0
    return min(count - 1, max(0, round(-math.log2(zoom))))


def level_count(shape: tuple[int, ...]) -> int:
    """Return how many levels an image has: the last one is a single pixel."""
    return max(1, math.ceil(math.log2(max(2, *shape[:2]))) + 1)


def _box_means(even: FloatArray, size: tuple[int, int]) -> FloatArray:
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.float32)


def _pad_to_even(values: FloatArray) -> FloatArray:
    bottom, right = values.shape[0] % 2, values.shape[1] % 2
    if not bottom and not right:
        return values
    return np.asarray(cv2.copyMakeBorder(values, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.float32)
