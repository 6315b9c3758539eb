"""Where an upscaled image improves on bicubic, omits detail, or invents it.

After opensr-test (Aybar et al. 2024, "A comprehensive benchmark for optical remote sensing image super-resolution"):
each pixel's distances, upscaled to reference and upscaled to bicubic, are divided by the distance from bicubic to
reference and give three scores; the smallest names the pixel. What differs: the distance is the absolute difference
(theirs, normalised by the sum, has no meaning for values around zero), the images are not harmonised (the result is
held to its input by back-projection), and `SMALLEST_DETAIL` is fixed rather than fitted to an image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.resample import FloatArray

STRICTNESS = 0.05
"""The paper's lambda, as its program sets it for all three scores."""
SMALLEST_DETAIL = 0.01
"""Pixels where bicubic is nearer to the reference than this share of the data range hold nothing to add or omit."""


@dataclass(frozen=True)
class Correctness:
    """Shares of the pixels with detail, which add up to 1; NaN where no pixel has any.

    Parameters
    ----------
    improvement, omission, hallucination : float
        Nearer to the reference; left as bicubic; neither.
    detail : float
        Share of all pixels that were judged.
    """

    improvement: float
    omission: float
    hallucination: float
    detail: float


def correctness(reference: FloatArray, baseline: FloatArray, upscaled: FloatArray, data_range: float) -> Correctness:
    """Judge each pixel that bicubic interpolation does not already get right.

    Parameters
    ----------
    reference, baseline, upscaled : ndarray
        (H, W), in one unit; `baseline` is the bicubic upscaling of the degraded reference.
    data_range : float
        Above 0, in that unit.
    """
    missing = np.abs(reference - baseline)
    has_detail = missing > SMALLEST_DETAIL * data_range
    if not has_detail.any():
        return Correctness(np.nan, np.nan, np.nan, 0.0)
    left = np.abs(upscaled - reference)[has_detail] / missing[has_detail]
    moved = np.abs(upscaled - baseline)[has_detail] / missing[has_detail]
    named = np.argmin(_scores(left.astype(np.float64), moved.astype(np.float64)), axis=0)
    improvement, omission, hallucination = (np.bincount(named, minlength=3) / named.size).tolist()
    return Correctness(improvement, omission, hallucination, float(has_detail.mean()))


def _scores(left: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances to pure improvement, omission and hallucination, (3, N)."""
    excess = 1 - np.exp(-(left + moved - 1) * STRICTNESS)
    return np.stack([left + moved * excess, moved + left * excess, np.exp(-left * moved * STRICTNESS)])
