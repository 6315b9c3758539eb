"""The check that every upscaled tile passes before anyone sees it."""

from __future__ import annotations

import numpy as np

from medsr_viewer.errors import OutputCheckFailed
from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray

DRIFT_SHARE = 0.1
"""Largest difference of means, as a share of the range of the pixels that the tile depends on.

Interpolation cannot reach it. Its result is a weighted sum of those pixels whose weights differ from the tile's mean
only near the tile's edge: at worst by 0.04 of the range for a whole image, and by 0.07 for a tile of 8 x 8 pixels, less
for larger ones. The range of the tile alone would not do: a black tile beside bright ones takes from them at its edge.
"""
NETWORK_DRIFT_SHARE = 0.02
"""What a network may add to that, as a share of the range that its input's mapping spans: where a tile is constant, the
network's answer is not exactly zero, above all at the image's border."""

INCONSISTENCY_SHARE = 0.03
"""Largest root mean square of the re-degraded network output minus the input, beyond twice bicubic's own, as a share of
the range that the mapping spans. Trained networks stay under 0.006."""


def check_tile(
    method: str,
    pixels: FloatArray,
    tile: Region,
    upscaled: FloatArray,
    scale_factor: int,
    *,
    reach: int = 0,
    slack: float = 0.0,
) -> None:
    """Refuse an upscaled tile that cannot be right.

    Parameters
    ----------
    method : str
        For the message.
    pixels : ndarray
        (H, W) or (H, W, 3): the whole input.
    tile : Region
        In pixels of the input.
    upscaled : ndarray
        Its result.
    scale_factor : int
        Of the method.
    reach : int
        Pixels of the input around the tile that its result depends on.
    slack : float
        How far the mean may move whatever the input's range, in the input's unit.

    Raises
    ------
    OutputCheckFailed
        If the size is wrong, a pixel is not finite, it is constant though the input is not, or its mean is not the
        input's.
    """
    expected = (tile.height * scale_factor, tile.width * scale_factor, *pixels.shape[2:])
    if upscaled.shape != expected:
        raise OutputCheckFailed(
            f"{method}: {upscaled.shape} for {tile.height} x {tile.width} pixels at x{scale_factor}"
        )
    if not np.isfinite(upscaled).all():
        raise OutputCheckFailed(f"{method}: the result holds pixels that are not finite")
    degraded = pixels[tile.slices]
    rounding = _rounding(degraded)
    if _span(degraded) > rounding and _span(upscaled) == 0:
        raise OutputCheckFailed(f"{method}: the result is constant, its input is not")
    span = _span(pixels[tile.grown(reach, pixels.shape).slices])
    drift = abs(float(upscaled.mean(dtype=np.float64) - degraded.mean(dtype=np.float64)))
    if drift > DRIFT_SHARE * span + slack + rounding:
        raise OutputCheckFailed(f"{method}: the mean moved by {drift:.4g}, the input's range is {span:.4g}")


def check_consistency(
    method: str, observed: FloatArray, baseline: FloatArray, estimate: FloatArray, span: float
) -> None:
    """Refuse a network's output that, degraded again, is not its input.

    Parameters
    ----------
    method : str
        For the message.
    observed : ndarray
        (h, w): the input.
    baseline, estimate : ndarray
        Its bicubic upscaling, and that plus the network's output.
    span : float
        Of the input's mapping.

    Raises
    ------
    OutputCheckFailed
        If it is not, or a pixel is not finite.
    """
    scale_factor = estimate.shape[0] // observed.shape[0]
    found, usual = (_root_mean_square(degrade(image, scale_factor) - observed) for image in (estimate, baseline))
    limit = INCONSISTENCY_SHARE * span + 2 * usual + _rounding(observed)
    if not np.isfinite(found):
        raise OutputCheckFailed(f"{method}: the result holds pixels that are not finite")
    if found > limit:
        raise OutputCheckFailed(
            f"{method}: degraded again, the result is {found:.4g} away from its input, more than {limit:.4g}"
        )


def _root_mean_square(difference: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(difference, dtype=np.float64))))


def _span(pixels: FloatArray) -> float:
    return float(pixels.max()) - float(pixels.min())


def _rounding(pixels: FloatArray) -> float:
    """Return eight units in the last place of float32, what a few operations lose: below that nothing is certain."""
    return 8 * float(np.spacing(np.abs(pixels).max()))
