"""The step between the values that a file can hold."""

from __future__ import annotations

import numpy as np

from medsr_viewer.imaging.frame import FloatArray

_MOST_LEVELS = 65536
_CLOSE = 1e-3


def stored_step(pixels: FloatArray) -> float:
    """Return the step that all values of an image are multiples of, counted from its smallest; 0 where there is none.

    Parameters
    ----------
    pixels : ndarray
        float32, finite: stored integers times a slope plus an intercept, as the modality LUT makes them
        (PS3.3 C.11.1.1), or values of any other kind.
    """
    values = np.unique(pixels).astype(np.float64)
    if not 1 < len(values) <= _MOST_LEVELS:
        return 0.0
    gaps = np.diff(values)
    step = float(gaps.min())
    # float32 holds some seven digits: what lies closer together is one value, rounded twice.
    if step <= np.abs(values).max() * 1e-6:
        return 0.0
    return step if np.abs(gaps / step - np.rint(gaps / step)).max() < _CLOSE else 0.0


def rounded(pixels: FloatArray, origin: float, step: float) -> FloatArray:
    """Return values rounded to ``origin`` plus multiples of ``step``, as a file with that step would hold them."""
    nearest = np.rint((pixels.astype(np.float64) - origin) / step) * step + origin
    return nearest.astype(np.float32)
