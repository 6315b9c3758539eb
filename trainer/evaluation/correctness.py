"""Where an upscaled image improves on bicubic, omits detail, or invents it.

After opensr-test (Aybar et al. 2024, "A comprehensive benchmark for optical remote sensing image super-resolution"):
each pixel's distances, upscaled to reference and upscaled to bicubic, are divided by the distance from bicubic to
reference and give three scores; the smallest names the pixel. As there, a pixel is judged where any of the three
distances is above a threshold: detail that was invented on a flat ground counts, though bicubic misses nothing there.

What differs: the distance is the absolute difference (theirs, normalised by the sum, has no meaning for values around
zero), the enlargement is bicubic (theirs bilinear), the images are not harmonised (the result is held to its input by
back-projection), `SMALLEST_DETAIL` is a share of the data range, fixed rather than fitted to an image, and the shares
count pixels by their smallest score (their ``percent``; by default they average a softmin over the three).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.resample import FloatArray

STRICTNESS = 0.05
"""The paper's lambda, as its program sets it for all three scores."""
SMALLEST_DETAIL = 0.01
"""Pixels where reference, bicubic and upscaled agree to this share of the data range hold nothing to judge."""


@dataclass(frozen=True)
class Correctness:
    """Shares of the pixels that were judged, which add up to 1; NaN where there is none.

    Parameters
    ----------
    improvement, omission, hallucination : float
        Nearer to the reference; left as bicubic; neither.
    judged : float
        Share of all pixels that were judged.
    """

    improvement: float
    omission: float
    hallucination: float
    judged: float


def correctness(reference: FloatArray, baseline: FloatArray, upscaled: FloatArray, data_range: float) -> Correctness:
    """Judge each pixel at which the three images do not agree.

    Parameters
    ----------
    reference, baseline, upscaled : ndarray
        (H, W), in one unit; `baseline` is the bicubic upscaling of the degraded reference.
    data_range : float
        Above 0, in that unit.
    """
    missing, left, moved = np.abs(reference - baseline), np.abs(upscaled - reference), np.abs(upscaled - baseline)
    is_judged = np.maximum(np.maximum(missing, left), moved) > SMALLEST_DETAIL * data_range
    if not is_judged.any():
        return Correctness(np.nan, np.nan, np.nan, 0.0)
    unit = missing[is_judged].astype(np.float64)
    with np.errstate(divide="ignore"):  # where bicubic is exact, whatever was moved is infinitely far: invented
        named = np.argmin(_scores(left[is_judged] / unit, moved[is_judged] / unit), axis=0)
    improvement, omission, hallucination = (np.bincount(named, minlength=3) / named.size).tolist()
    return Correctness(improvement, omission, hallucination, float(is_judged.mean()))


def _scores(left: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distances to pure improvement, omission and hallucination, (3, N)."""
    excess = 1 - np.exp(-(left + moved - 1) * STRICTNESS)
    return np.stack([left + moved * excess, moved + left * excess, np.exp(-left * moved * STRICTNESS)])
