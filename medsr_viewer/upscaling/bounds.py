"""What a network may not do: leave the range that it was trained on, or overshoot its input's neighbourhood."""

from __future__ import annotations

import cv2
import numpy as np

from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray

TRAINED_RANGE = (-1.0, 2.0)
"""Network values beyond these (metal in CT, a hot pixel) are seen as these: a network's answer to what it never met is
arbitrary. The bicubic base that its output is added to keeps them as they are."""

NEIGHBOURHOOD = 5
"""Side, in input pixels, of the neighbourhood whose range bounds a result."""
OVERSHOOT = 1.0
"""How far beyond that range, as a share of it. It costs fmen at most 0.003 dB on the validation images; half, 0.02."""


def within_trained_range(values: FloatArray) -> FloatArray:
    """Return network values, those that no network was trained on replaced by the nearest that some were."""
    return np.clip(values, *TRAINED_RANGE)


def bound_to_neighbourhood(estimate: FloatArray, pixels: FloatArray, region: Region, scale_factor: int) -> FloatArray:
    """Cut what lies farther outside its neighbourhood's range than that range is wide.

    Parameters
    ----------
    estimate : ndarray
        ``scale_factor`` times the region's size, float32: an upscaled region.
    pixels : ndarray
        (H, W) float32, in the same unit: the whole input.
    region : Region
        In pixels of the input.
    scale_factor : int
        At least 1.
    """
    outer = region.grown(NEIGHBOURHOOD // 2, pixels.shape)
    inner = region.moved(-outer.top, -outer.left).slices
    kernel = np.ones((NEIGHBOURHOOD, NEIGHBOURHOOD), np.uint8)
    around = np.ascontiguousarray(pixels[outer.slices])
    low, high = cv2.erode(around, kernel)[inner], cv2.dilate(around, kernel)[inner]
    margin = np.float32(OVERSHOOT) * (high - low)
    lowest, highest = (_repeat(limit, scale_factor) for limit in (low - margin, high + margin))
    bounded: FloatArray = np.clip(estimate, lowest, highest)
    return bounded


def _repeat(pixels: FloatArray, factor: int) -> FloatArray:
    size = (pixels.shape[1] * factor, pixels.shape[0] * factor)
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_NEAREST), dtype=np.float32)
