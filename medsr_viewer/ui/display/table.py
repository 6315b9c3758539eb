"""Sixteen-bit codes and the table that turns them into gray levels or colours: what makes a window drag cheap.

A panel's values are quantised once for a view; a change of the window then only rebuilds a table of 65,536 entries
and looks the codes up. Pure numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.frame import FloatArray, Voi, Window
from medsr_viewer.imaging.windowing import apply_voi

CodeArray: TypeAlias = npt.NDArray[np.uint16]

PADDING_CODE = 0
HATCH_CODES = (1, 2)
_FIRST = 3
_LAST = 65535
_STEPS = _LAST - _FIRST
_SHARES: npt.NDArray[np.float64] = np.arange(_STEPS + 1) / _STEPS

# Levels within a window's width below which a ramp would show steps: four per gray level of the screen, and a reserve.
_ENOUGH_LEVELS = 2048
# A sigmoid is within half a gray level of black and white at two widths from its centre.
_SPAN_IN_WIDTHS = 3.0
_HATCH_GRAYS = (36, 58)


@dataclass(frozen=True)
class CodeRange:
    """The values, in modality units, that the codes 3 to 65535 stand for; codes 0 to 2 are no values.

    Parameters
    ----------
    low, high : float
        `low` < `high`. Values beyond take the nearest code.
    """

    low: float
    high: float

    def encode(self, values: FloatArray) -> CodeArray:
        """Quantise finite float32 values of any shape."""
        scaled = np.subtract(values, np.float32(self.low))
        scaled *= np.float32(_STEPS / (self.high - self.low))
        scaled += np.float32(_FIRST + 0.5)  # + 0.5: the cast below rounds down
        np.clip(scaled, _FIRST, _LAST, out=scaled)
        return scaled.astype(np.uint16)

    def values(self) -> npt.NDArray[np.float64]:
        """Return the value of each of the codes 3 to 65535."""
        return self.low + _SHARES * (self.high - self.low)


def code_range(value_range: tuple[float, float], voi: Voi | None) -> CodeRange:
    """Return the range to quantise over: the data's, or the window's surroundings where that would be too coarse.

    Parameters
    ----------
    value_range : (float, float)
        Smallest and largest value of the data.
    voi : Window, VoiLut or None
        What the codes will be shown through; None for a fixed colour scale.
    """
    low, high = value_range
    whole = CodeRange(low, high if high > low else low + max(1.0, abs(low) * 1e-3))
    if voi is None:
        return whole
    if isinstance(voi, Window):
        if voi.width * _STEPS >= _ENOUGH_LEVELS * (whole.high - whole.low):
            return whole
        # Not narrower than float32 can tell apart around the centre.
        reach = max(_SPAN_IN_WIDTHS * voi.width, abs(voi.center) * 1e-4, 1e-30)
        return CodeRange(voi.center - reach, voi.center + reach)
    if whole.high - whole.low <= _STEPS / 4:
        return whole
    return CodeRange(voi.first - 1.0, voi.first + voi.table.size)


def gray_table(codes: CodeRange, voi: Voi, inverted: bool) -> npt.NDArray[np.uint8]:
    """Return the gray level of every code.

    Parameters
    ----------
    codes : CodeRange
        What the codes stand for.
    voi : Window or VoiLut
        What the values are shown through.
    inverted : bool
        Show the smallest value white. Padding stays black.

    Returns
    -------
    ndarray
        (65536,) uint8.
    """
    table = np.empty(_LAST + 1, np.uint8)
    levels = np.rint(apply_voi(codes.values(), voi) * 255.0).astype(np.uint8)
    table[_FIRST:] = 255 - levels if inverted else levels
    table[PADDING_CODE] = 0
    table[list(HATCH_CODES)] = _HATCH_GRAYS
    return table


def colour_table(codes: CodeRange, low: float, high: float, ramp: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Return the colour of every code on a scale.

    Parameters
    ----------
    codes : CodeRange
        What the codes stand for.
    low, high : float
        The values of the ramp's first and last colour; `low` > `high` turns it round.
    ramp : ndarray
        (N, 3) uint8 RGB.

    Returns
    -------
    ndarray
        (65536,) uint32, 0xffRRGGBB.
    """
    place = (codes.values() - low) / ((high - low) or 1.0) * (len(ramp) - 1)
    rgb = ramp[np.clip(np.rint(place), 0, len(ramp) - 1).astype(np.intp)].astype(np.uint32)
    table = np.empty(_LAST + 1, np.uint32)
    table[_FIRST:] = 0xFF000000 | (rgb[:, 0] << 16) | (rgb[:, 1] << 8) | rgb[:, 2]
    for code, gray in zip((PADDING_CODE, *HATCH_CODES), (0, *_HATCH_GRAYS), strict=True):
        table[code] = 0xFF000000 | gray * 0x010101
    return table
