"""From values in modality units to gray levels: windows and VOI LUTs (PS3.3 C.11.2)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.frame import BoolArray, FloatArray, Voi, VoiFunction, VoiLut, Window, full_range_window

PRESETS = MappingProxyType(
    {
        "CT": (
            Window(40.0, 80.0, name="brain"),
            Window(40.0, 400.0, name="soft tissue"),
            Window(-600.0, 1500.0, name="lung"),
            Window(350.0, 2000.0, name="bone"),
            Window(90.0, 150.0, name="liver"),
        )
    }
)
"""Windows in HU that a user expects, by modality."""

_PERCENTILES = (0.5, 99.5)
_PERCENTILE_SAMPLES = 1 << 20
_LEAST_WIDTH = 1e-30


def apply_window(values: npt.ArrayLike, center: float, width: float, function: VoiFunction = "LINEAR") -> FloatArray:
    """Map values to gray levels through a window.

    A width below what the function allows is raised to it: 1 for LINEAR (a threshold), a value just above zero for
    the others. Values that are not finite give 0 (NaN, -inf) or 1 (+inf).

    Parameters
    ----------
    values : array_like
        In modality units.
    center, width : float
        Window Center and Window Width, in the same units.
    function : {"LINEAR", "LINEAR_EXACT", "SIGMOID"}
        PS3.3 C.11.2.1.2.1, C.11.2.1.3.2, C.11.2.1.3.1.

    Returns
    -------
    ndarray
        float32 of the same shape, 0..1.
    """
    array = np.asarray(values)
    if function == "SIGMOID":
        shown = _sigmoid(array, center, width)
    else:
        exact = function == "LINEAR_EXACT"
        span = max(width, _LEAST_WIDTH) if exact else width - 1.0
        middle = center if exact else center - 0.5
        shown = _ramp(array, middle, span)
    return np.asarray(np.nan_to_num(shown, nan=0.0), np.float32)


def apply_voi(values: npt.ArrayLike, voi: Voi) -> FloatArray:
    """Map values to gray levels through a window or a VOI LUT.

    Parameters
    ----------
    values : array_like
        In modality units.
    voi : Window or VoiLut
        What to map through.

    Returns
    -------
    ndarray
        float32 of the same shape, 0..1.
    """
    if isinstance(voi, Window):
        return apply_window(values, voi.center, voi.width, voi.function)
    return _look_up(np.asarray(values, np.float32), voi)


def auto_window(pixels: FloatArray, valid: BoolArray | None = None) -> Window:
    """Return a window from the 0.5 to the 99.5 percentile of the valid pixels.

    Parameters
    ----------
    pixels : ndarray
        (H, W) in modality units.
    valid : ndarray, optional
        (H, W) bool, False where a pixel is left out.
    """
    kept = pixels.ravel() if valid is None else pixels[valid]
    kept = kept[:: max(1, kept.size // _PERCENTILE_SAMPLES)]
    kept = kept[np.isfinite(kept)]
    if not kept.size:
        return full_range_window(0.0, 0.0)
    low, high = (float(limit) for limit in np.percentile(kept, _PERCENTILES))
    if high <= low:
        low, high = float(kept.min()), float(kept.max())
    window = full_range_window(low, high)
    return Window(window.center, window.width, window.function, "automatic")


def _ramp(array: npt.NDArray[Any], middle: float, span: float) -> FloatArray:
    if span <= 0:
        return np.asarray(array > middle, np.float32)
    shown = np.subtract(array, np.float32(middle - span / 2), dtype=np.float32)
    shown = np.divide(shown, np.float32(span), dtype=np.float32)
    return np.asarray(np.clip(shown, 0.0, 1.0), np.float32)


def _sigmoid(array: npt.NDArray[Any], center: float, width: float) -> FloatArray:
    steepness = -4.0 / max(width, _LEAST_WIDTH)
    # exp overflows float32 above 88; there the level is 0 or 1 to the last digit.
    exponent = np.clip(steepness * (np.asarray(array, np.float64) - center), -80.0, 80.0)
    return np.asarray(1.0 / (1.0 + np.exp(exponent)), np.float32)


def _look_up(values: FloatArray, lut: VoiLut) -> FloatArray:
    # Values outside the table take its first or last entry (PS3.3 C.11.2.1.1).
    index = np.nan_to_num(values - lut.first, nan=0.0, posinf=lut.table.size, neginf=0.0)
    index = np.clip(np.rint(index), 0, lut.table.size - 1).astype(np.intp)
    levels = lut.table.astype(np.float32) / np.float32(2**lut.bits - 1)
    return np.asarray(np.clip(levels, 0.0, 1.0)[index], np.float32)
