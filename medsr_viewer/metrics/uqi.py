"""Universal quality index (Wang and Bovik, 2002).

With s = x + y and d = x - y, whose variances and means over the window are v and m, the index is::

    4 cxy mx my / ((vx + vy) (mx² + my²))  =  (vs - vd) / (vs + vd)  x  (ms² - md²) / (ms² + md²)
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import FloatImage, comparable_pair, require_finite, require_window

WINDOW_SIDE = 8
# About 0.25 MB an array: all of a strip's float64 arrays stay in the second-level cache.
_STRIP_PIXELS = 2**15
_STRIP_MIN_ROWS = 16


def uqi(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> float:
    """Return the universal quality index, the mean over all windows of 8 x 8 pixels inside the image.

    The index is SSIM without its stabilising constants, so its cases of 0 / 0 are defined here: where both images are
    constant in a window the structure factor is 1 (two equal constants score 1, two unequal ones by their means alone,
    as in the authors' code); where both means are zero the luminance factor is 1. "Constant" means exactly so: a
    constant reference beside an upscaled image that is off by rounding is uncorrelated and scores 0 in that window.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units, at least 8 x 8. The index depends on where zero is: HU and stored
        values give different scores.

    Returns
    -------
    float
        -1 .. 1; 1 for identical images.

    Raises
    ------
    ValueError
        The images are too small, differ in shape or are not finite.
    """
    first, second = comparable_pair(reference, upscaled)
    require_window(first, WINDOW_SIDE)
    require_finite(first, second)
    # Taken about a whole number near the mean: less cancellation, and integer-valued images stay exact.
    center = float(round(cv2.mean(first)[0]))
    height, width = first.shape
    window_rows = height - WINDOW_SIDE + 1
    strip_rows = max(_STRIP_MIN_ROWS, _STRIP_PIXELS // width)
    total = 0.0
    for top in range(0, window_rows, strip_rows):
        rows = slice(top, min(top + strip_rows, window_rows) + WINDOW_SIDE - 1)
        total += _index_sum(first[rows].astype(np.float64), second[rows].astype(np.float64), center)
    windows: int = window_rows * (width - WINDOW_SIDE + 1)
    return total / windows


def _index_sum(first: FloatImage, second: FloatImage, center: float) -> float:
    count = WINDOW_SIDE**2
    differences = first - second
    sums = first + second
    sums -= 2 * center
    sum_total, difference_total = _window_totals(sums), _window_totals(differences)
    # count² times the variances; rounding can leave a negative remainder in a window that is all but constant.
    variance_sum = count * _window_totals(np.multiply(sums, sums, out=sums)) - sum_total * sum_total
    np.maximum(variance_sum, 0, out=variance_sum)
    difference_squared = difference_total * difference_total
    variance_difference = count * _window_totals(np.multiply(differences, differences, out=differences))
    variance_difference -= difference_squared
    np.maximum(variance_difference, 0, out=variance_difference)
    sum_total += 2 * center * count
    index = _contrast_or_one(variance_sum, variance_difference)
    index *= _contrast_or_one(np.multiply(sum_total, sum_total, out=sum_total), difference_squared)
    return float(cv2.sumElems(index)[0])


def _contrast_or_one(larger: FloatImage, smaller: FloatImage) -> FloatImage:
    """Return (larger - smaller) / (larger + smaller), and 1 where both are zero."""
    numerator, denominator = larger - smaller, larger + smaller
    return np.divide(numerator, denominator, out=np.ones_like(denominator), where=denominator > 0)


def _window_totals(image: npt.NDArray[Any]) -> FloatImage:
    """Return the sums over all 8 x 8 windows inside the image.

    Sums of 2, 4, then 8 neighbours: no running sum whose rounding drifts, and a constant window's sum is exactly 64
    times its pixel, which makes its variance exactly zero.
    """
    for step in (1, 2, 4):
        image = cv2.add(image[step:], image[:-step])
    for step in (1, 2, 4):
        image = cv2.add(image[:, step:], image[:, :-step])
    return image
