"""The check that every upscaled tile passes before anyone sees it."""

from __future__ import annotations

import numpy as np

from medsr_viewer.errors import OutputCheckFailed
from medsr_viewer.imaging.resample import FloatArray

DRIFT_SHARE = 0.1
"""Largest difference of means, as a share of the input tile's range; interpolation's own is a fraction of it."""


def check_tile(method: str, degraded: FloatArray, upscaled: FloatArray, scale_factor: int) -> None:
    """Refuse an upscaled tile that cannot be right.

    Parameters
    ----------
    method : str
        For the message.
    degraded : ndarray
        (h, w) or (h, w, 3): the tile's input, without halo.
    upscaled : ndarray
        Its result.
    scale_factor : int
        Of the method.

    Raises
    ------
    OutputCheckFailed
        If the size is wrong, a pixel is not finite, it is constant though the input is not, or its mean is not the
        input's.
    """
    rows, columns = degraded.shape[:2]
    if upscaled.shape[:2] != (rows * scale_factor, columns * scale_factor):
        raise OutputCheckFailed(f"{method}: {upscaled.shape[:2]} pixels for {rows} x {columns} at x{scale_factor}")
    if not np.isfinite(upscaled).all():
        raise OutputCheckFailed(f"{method}: the result holds pixels that are not finite")
    low, high = float(degraded.min()), float(degraded.max())
    span = high - low
    # Two units in the last place: below that a difference is rounding.
    rounding = 2 * float(np.spacing(np.float32(max(abs(low), abs(high)))))
    if span > rounding and min(rows, columns) > 1 and float(upscaled.max() - upscaled.min()) == 0:
        raise OutputCheckFailed(f"{method}: the result is constant, its input is not")
    drift = abs(float(upscaled.mean(dtype=np.float64) - degraded.mean(dtype=np.float64)))
    if drift > DRIFT_SHARE * span + rounding:
        raise OutputCheckFailed(f"{method}: the mean moved by {drift:.4g}, the input's range is {span:.4g}")
