"""Means of arrays with gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def mean_of_given(values: FloatArray, axis: int) -> FloatArray:
    """Return the mean along an axis of what is no NaN; NaN where there is nothing, without numpy's warning."""
    given = ~np.isnan(values)
    count = given.sum(axis=axis)
    means: FloatArray = np.full(count.shape, np.nan)
    np.divide(np.where(given, values, 0.0).sum(axis=axis), count, out=means, where=count > 0)
    return means
