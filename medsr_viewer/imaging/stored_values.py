"""The values that a file can hold, and holding computed pixels to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.frame import FloatArray

_Values = npt.NDArray[np.float64]

_EXACT = 2**24
"""float32 holds whole numbers exactly up to here."""
_MOST_LEVELS = 65536
_MOST_PARTS = 64
"""Steps that the smallest gap between two values may be of."""
_ROUNDED = 3 * float(np.finfo(np.float32).eps)
"""Of the greatest value: what a stored value, times a slope, plus an intercept, may be off in float32."""
_SURE = 25
"""A step is so many times what values may be off, or it could not be told from none."""
_HEAVY = 8
"""Pixels: values with so many each, and none between them, are apart on purpose and not by chance."""
_SOME = 4
"""Such gaps: an image that has so many was stretched, and its other narrow ones are of that, too."""
_NARROW = 0.05
"""Of the range: wider gaps between values are the image's, as between tissue and burnt-in letters."""


@dataclass(frozen=True, eq=False)
class StoredValues:
    """What values a file can hold.

    Parameters
    ----------
    low, step : float
        All of them are `low` plus multiples of `step`.
    levels : ndarray
        (n,) int64, ascending from 0: the multiples that the image has.
    combed : ndarray
        (n - 1,) bool: where no value between two levels can be held. Stretching the contrast of stored integers leaves
        such gaps.
    """

    low: float
    step: float
    levels: npt.NDArray[np.int64]
    combed: npt.NDArray[np.bool_]

    @property
    def high(self) -> float:
        """The greatest value."""
        return self.low + float(self.levels[-1]) * self.step

    def held(self, pixels: FloatArray) -> FloatArray:
        """Return pixels as the file would hold them: each the nearest value that it can hold, from `low` to `high`.

        Parameters
        ----------
        pixels : ndarray
            float32, finite, in the unit of the image.
        """
        levels = self.levels
        place = np.clip((pixels.astype(np.float64) - self.low) / self.step, 0, float(levels[-1]))
        nearest = np.rint(place).astype(np.int64)
        if self.combed.any():
            above = np.clip(np.searchsorted(levels, nearest), 1, len(levels) - 1)
            lower, upper = levels[above - 1], levels[above]
            nearest = np.where(self.combed[above - 1], np.where(place - lower < upper - place, lower, upper), nearest)
        return (nearest * self.step + self.low).astype(np.float32)


def stored_values(pixels: FloatArray) -> StoredValues | None:
    """Return what values the file of an image can hold; None where they are on no steps.

    Parameters
    ----------
    pixels : ndarray
        float32, finite: stored integers times a slope plus an intercept, as the modality LUT makes them
        (PS3.3 C.11.1.1), or values of any other kind.
    """
    found, counts = np.unique(pixels, return_counts=True)
    values = found.astype(np.float64)
    step = _common_divisor(values)
    if not step:
        return None
    levels = np.rint((values - values[0]) / step).astype(np.int64)
    return StoredValues(float(values[0]), step, levels, _combed(levels, counts))


def _combed(levels: npt.NDArray[np.int64], counts: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return which gaps are there on purpose: between values of many pixels; where some are, all narrow ones."""
    gaps, heavy = np.diff(levels), counts >= _HEAVY
    narrow = (gaps > 1) & (gaps <= _NARROW * levels[-1])
    surely = narrow & heavy[1:] & heavy[:-1]
    return np.asarray(narrow if surely.sum() >= _SOME else surely)


def _common_divisor(values: _Values) -> float:
    """Return the greatest step that all gaps between ascending values are multiples of; 0 where there is none."""
    if not len(values):
        return 0.0
    most = float(np.abs(values).max())
    if most <= _EXACT and (values == np.rint(values)).all():
        return float(np.gcd.reduce(np.diff(values).astype(np.int64))) or 1.0
    if not 1 < len(values) <= _MOST_LEVELS:
        return 0.0
    off = most * _ROUNDED
    smallest = float(np.diff(values).min())
    for parts in range(1, _MOST_PARTS + 1):
        if smallest / parts < _SURE * off:
            break
        step = _fitted(values, smallest / parts)
        if np.abs(values - values[0] - np.rint((values - values[0]) / step) * step).max() <= 2 * off:
            return step
    return 0.0


def _fitted(values: _Values, step: float) -> float:
    """Return a step made more exact by all gaps: first by small ones, whose multiples are sure, then by greater ones.

    The smallest gap alone is off by as much as its two values are, and that adds up over thousands of steps.
    """
    gaps = np.diff(values)
    limit = 4.0
    while True:
        small = gaps[gaps < limit * step]
        if len(small):
            step = float(small.sum() / max(np.rint(small / step).sum(), 1))
        if len(small) == len(gaps):
            return step
        limit *= 4
