"""Multi-scale structural similarity (Wang, Simoncelli and Bovik, 2003)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import FloatImage, comparable_pair, require_data_range, require_finite
from medsr_viewer.metrics.ssim import WINDOW_SIDE, SimilarityTerms, mean_terms

# Wang 2003, section 3.2, the finest scale first; they sum to one.
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
# The window of 11 pixels must still fit at the coarsest scale.
MIN_SIDE = WINDOW_SIDE * 2 ** (len(SCALE_WEIGHTS) - 1)


def ms_ssim(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> float | None:
    """Return the multi-scale structural similarity over five scales.

    The contrast-structure terms of the four finer scales and SSIM of the coarsest, each averaged over the image, are
    multiplied with Wang's weights as exponents. From scale to scale both images are averaged over 2 x 2 pixels; an odd
    last row or column is left out. A negative mean term (the images are anticorrelated at that scale) counts as zero,
    for a negative number has no fractional power.

    Parameters
    ----------
    reference, upscaled, data_range
        As `psnr` takes them.

    Returns
    -------
    float or None
        0 .. 1; 1 for identical images. None, "undefined", where a side is shorter than 176 pixels (11 x 2⁴).

    Raises
    ------
    ValueError
        The images differ in shape or are not finite; the data range is not above zero.
    """
    first, second = comparable_pair(reference, upscaled)
    require_data_range(data_range)
    if min(first.shape) < MIN_SIDE:
        return None
    require_finite(first, second)
    return combine_scales(terms_by_scale(first, second, data_range))


def terms_by_scale(first: FloatImage, second: FloatImage, data_range: float) -> list[SimilarityTerms]:
    """Return the mean terms of the five scales, the finest first, of a pair of at least 176 x 176 finite pixels.

    The finest scale's ``ssim`` is the single-scale score: both scores cost little more than one.
    """
    terms = [mean_terms(first, second, data_range)]
    for _ in SCALE_WEIGHTS[1:]:
        first, second = _halved(first), _halved(second)
        terms.append(mean_terms(first, second, data_range))
    return terms


def combine_scales(terms: Sequence[SimilarityTerms]) -> float:
    """Return the weighted product of five scales' terms, the finest first, in 0 .. 1."""
    factors = [scale.contrast_structure for scale in terms[:-1]] + [terms[-1].ssim]
    powers: list[float] = [max(factor, 0.0) ** weight for factor, weight in zip(factors, SCALE_WEIGHTS, strict=True)]
    return math.prod(powers)


def _halved(image: FloatImage) -> FloatImage:
    rows, columns = image.shape[0] // 2, image.shape[1] // 2
    # At exactly half the size INTER_AREA is the mean of 2 x 2 pixels.
    half = cv2.resize(image[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(half, image.dtype)
