"""What a network may not do: leave the range that it was trained on, or overshoot its input's neighbourhood.

Networks learn from degraded images, whose edges are never as sharp as those of an image as it was acquired. Enhancing
one, they ring beside its edges: unbounded, fmen x4 reaches 1,143 HU beyond the largest value of an enhanced CT of -1024
to 172 HU, of which bicubic interpolation reaches 291. Real detail does leave the range of its degraded neighbourhood
too, thin lines by more than half of it, but rarely by much of the image's range.

So two limits hold together. Beside a bound of one local range they cost on the validation images (dB, means over the
radiographs and over CT and MR): fmen x2 0.003, 0.006; fmen x4 -0.015, 0.007; srresnet x4 -0.010, 0.001; srgan x4
-0.013, -0.002; srgan x2 -0.005, 0.000. The CT above is then overshot by 583 HU, of which the back-projection that
follows adds 187; by 768 under the share of the local range alone. Half of the local range would cost fmen x4 0.018 on
CT and MR, nearly all of it on one image (TCGA-17-Z051, 0.163; the others 0.007), three quarters of it 0.002; half in a
3 x 3 neighbourhood 0.072; and the distance of each pixel from the range's ends in place of its width 0.58. To bound
again after the back-projection would cost 0.012, and half of the agreement with the input.
"""

from __future__ import annotations

import cv2
import numpy as np

from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray

TRAINED_RANGE = (-1.0, 2.0)
"""Network values beyond these (metal in CT, a hot pixel) are seen as these: a network's answer to what it never met is
arbitrary. The bicubic base that its output is added to keeps them as they are."""

LARGEST_RESIDUAL = 1.5
"""What a network may add to a pixel, as a share of the range that its input's mapping spans. On what no network was
trained on, a chessboard of single pixels, gates that multiply feed on themselves: fmen-gan's answer was 400 times that
range. On the validation images the largest share is 1.02 (fmen x4)."""

NEIGHBOURHOOD = 5
"""Side, in input pixels, of the neighbourhood whose range bounds a result."""
OVERSHOOT = 0.6
"""How far beyond that range, as a share of it."""
OVERSHOOT_OF_SPAN = 0.35
"""How far at most, as a share of the range that the input's mapping spans."""
BICUBIC_OVERSHOOT = 0.3
"""What is always allowed, as a share of the local range: bicubic interpolation reaches 0.28125 of it."""


def within_trained_range(values: FloatArray) -> FloatArray:
    """Return network values, those that no network was trained on replaced by the nearest that some were."""
    return np.clip(values, *TRAINED_RANGE)


def within_span(residual: FloatArray) -> FloatArray:
    """Return what a network adds, in network values, held to the range of its input; NaN stays what it is."""
    return np.clip(residual, -LARGEST_RESIDUAL, LARGEST_RESIDUAL)


def bound_to_neighbourhood(
    estimate: FloatArray, pixels: FloatArray, region: Region, scale_factor: int, span: float
) -> FloatArray:
    """Cut what lies too far outside its neighbourhood's range.

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
    span : float
        Of the input's mapping.
    """
    outer = region.grown(NEIGHBOURHOOD // 2, pixels.shape)
    inner = region.moved(-outer.top, -outer.left).slices
    kernel = np.ones((NEIGHBOURHOOD, NEIGHBOURHOOD), np.uint8)
    around = np.ascontiguousarray(pixels[outer.slices])
    low, high = cv2.erode(around, kernel)[inner], cv2.dilate(around, kernel)[inner]
    width = high - low
    margin = np.clip(width * np.float32(BICUBIC_OVERSHOOT), OVERSHOOT_OF_SPAN * span, width * np.float32(OVERSHOOT))
    lowest, highest = (_repeat(limit, scale_factor) for limit in (low - margin, high + margin))
    bounded: FloatArray = np.clip(estimate, lowest, highest)
    return bounded


def _repeat(pixels: FloatArray, factor: int) -> FloatArray:
    size = (pixels.shape[1] * factor, pixels.shape[0] * factor)
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_NEAREST), dtype=np.float32)
