"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli, 2004).

With s = x + y and d = x - y, whose weighted variances and means over the window are v and m, SSIM's two factors are::

    luminance           (2 mx my + C1) / (mx² + my² + C1)  =  1 - 2 md² / (ms² + md² + 2 C1)
    contrast-structure  (2 cxy + C2) / (vx + vy + C2)      =  1 - 2 vd / (vs + vd + 2 C2)

so four filters do the work of five. The variance of the difference is computed from the difference itself, not as what
remains of large products, and s is taken about the reference's mean: float32 images with a large offset keep their
accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import (
    FloatImage,
    comparable_pair,
    require_data_range,
    require_finite,
    require_window,
)

WINDOW_SIDE = 11
BORDER = WINDOW_SIDE // 2
_SIGMA = 1.5
_K1, _K2 = 0.01, 0.03

# Float32 where it is enough. Its error grows with the square of deviation / data_range: up to here at most 5e-7 in the
# mean and 2e-4 in a single pixel, measured. Small images hold too few pixels for their errors to cancel, and are cheap.
_FLOAT32_DEVIATIONS = 1.25
_FLOAT32_MIN_PIXELS = 2**16
# Beyond these the squares or the constants C1 and C2 leave float32's range.
_FLOAT32_DATA_RANGES = (1e-12, 1e15)
# About 0.5 MB an array: all of a strip's arrays stay in the second-level cache, twice as fast as the whole image.
_STRIP_PIXELS = 2**17
_STRIP_MIN_ROWS = 32


class SimilarityTerms(NamedTuple):
    """Means over all pixels whose window lies inside the image."""

    ssim: float
    contrast_structure: float


def ssim(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> float:
    """Return the mean structural similarity.

    Gaussian window of 11 x 11 pixels with sigma 1.5, k1 = 0.01, k2 = 0.03, weighted population variances, and no score
    for the 5-pixel border where the window would leave the image: Wang's published settings.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units, at least 11 x 11.
    data_range : float
        Span of the possible or actual values, in the images' units.

    Returns
    -------
    float
        At most 1; 1 for identical images.

    Raises
    ------
    ValueError
        The images are too small, differ in shape or are not finite; the data range is not above zero.
    """
    first, second = comparable_pair(reference, upscaled)
    require_data_range(data_range)
    require_finite(first, second)
    return mean_terms(first, second, data_range).ssim


def ssim_map(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> npt.NDArray[np.float32]:
    """Return the structural similarity around each pixel.

    At the border the images are continued by reflection (d c b a | a b c d).

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units, of any size above zero.
    data_range : float
        Span of the possible or actual values, in the images' units.

    Returns
    -------
    ndarray
        (H, W) float32, at most 1.

    Raises
    ------
    ValueError
        The images are empty, differ in shape or are not finite; the data range is not above zero.
    """
    first, second = comparable_pair(reference, upscaled)
    require_data_range(data_range)
    require_window(first, 1)
    require_finite(first, second)
    similarity = np.empty(first.shape, np.float32)
    for rows, strip, _ in _strips(first, second, data_range, border=0):
        similarity[rows] = strip
    return similarity


def mean_terms(first: FloatImage, second: FloatImage, data_range: float) -> SimilarityTerms:
    """Return mean SSIM and mean contrast-structure term of a pair that was made comparable and is finite.

    Raises
    ------
    ValueError
        The images are smaller than the window.
    """
    require_window(first, WINDOW_SIDE)
    inside = slice(BORDER, first.shape[1] - BORDER)
    ssim_sum = contrast_sum = 0.0
    for _, similarity, contrast in _strips(first, second, data_range, border=BORDER):
        ssim_sum += cv2.sumElems(similarity[:, inside])[0]
        contrast_sum += cv2.sumElems(contrast[:, inside])[0]
    pixels = (first.shape[0] - 2 * BORDER) * (first.shape[1] - 2 * BORDER)
    return SimilarityTerms(ssim_sum / pixels, contrast_sum / pixels)


def _strips(
    first: FloatImage, second: FloatImage, data_range: float, *, border: int
) -> Iterator[tuple[slice, FloatImage, FloatImage]]:
    """Yield rows, SSIM and contrast-structure term strip by strip, less `border` rows at the top and the bottom."""
    height, width = first.shape
    # Rounded to float32: the mean that is taken off the pixels is put back for the luminance term.
    center = float(np.float32(cv2.mean(first)[0]))
    dtype = _working_type(first, second, center, data_range)
    strip_rows = max(_STRIP_MIN_ROWS, _STRIP_PIXELS // width)
    for top in range(border, height - border, strip_rows):
        bottom = min(top + strip_rows, height - border)
        halo_top = max(top - BORDER, 0)
        halo = slice(halo_top, min(bottom + BORDER, height))
        similarity, contrast = _terms(
            first[halo].astype(dtype, copy=False), second[halo].astype(dtype, copy=False), center, data_range
        )
        own = slice(top - halo_top, bottom - halo_top)
        yield slice(top, bottom), similarity[own], contrast[own]


def _working_type(
    first: FloatImage, second: FloatImage, center: float, data_range: float
) -> type[np.float32] | type[np.float64]:
    lowest, highest = _FLOAT32_DATA_RANGES
    if first.dtype != np.float32 or first.size < _FLOAT32_MIN_PIXELS or not lowest < data_range < highest:
        return np.float64
    extremes = (*cv2.minMaxLoc(first)[:2], *cv2.minMaxLoc(second)[:2])
    deviation = max(abs(value - center) for value in extremes)
    return np.float32 if deviation <= _FLOAT32_DEVIATIONS * data_range else np.float64


def _terms(first: FloatImage, second: FloatImage, center: float, data_range: float) -> tuple[FloatImage, FloatImage]:
    """Return SSIM and its contrast-structure factor; computed in place, for these passes are bound by memory."""
    weights = _gaussian().astype(first.dtype)

    def smooth(image: FloatImage) -> FloatImage:
        return np.asarray(cv2.sepFilter2D(image, -1, weights, weights, borderType=cv2.BORDER_REFLECT), image.dtype)

    # Taken off each image, not off their sum, which at a large offset has a digit less.
    first, second = first - center, second - center
    sums, differences = first + second, first - second
    mean_sum, mean_difference = smooth(sums), smooth(differences)
    variance_sum = smooth(np.multiply(sums, sums, out=sums))
    variance_difference = smooth(np.multiply(differences, differences, out=differences))

    mean_difference *= mean_difference
    variance_difference -= mean_difference
    variance_sum -= mean_sum * mean_sum
    contrast = _one_minus_twice(variance_difference, variance_sum, 2 * (_K2 * data_range) ** 2)

    mean_sum += 2 * center
    mean_sum *= mean_sum
    similarity = _one_minus_twice(mean_difference, mean_sum, 2 * (_K1 * data_range) ** 2)
    similarity *= contrast
    return similarity, contrast


def _one_minus_twice(difference: FloatImage, total: FloatImage, constant: float) -> FloatImage:
    """Return 1 - 2 difference / (total + difference + constant), in the memory of `total`."""
    total += difference
    total += constant
    np.divide(difference, total, out=total)
    total *= -2
    total += 1
    return total


def _gaussian() -> npt.NDArray[np.float64]:
    offsets = np.arange(-BORDER, BORDER + 1)
    weights = np.exp(-0.5 * (offsets / _SIGMA) ** 2)
    return np.asarray(weights / weights.sum(), np.float64)
