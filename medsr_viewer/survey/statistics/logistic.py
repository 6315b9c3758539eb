"""The curve from an objective score to the mean opinion score: four-parameter logistic, as VQEG fits it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class LogisticFit:
    """Curve `low + (high - low) / (1 + exp(-(score - middle) / width))`.

    Parameters
    ----------
    low, high : float
        MOS far below and far above the middle; a score of which less is better has low above high.
    middle, width : float
        On the score's scale; width is above 0.
    """

    low: float
    high: float
    middle: float
    width: float

    def __call__(self, score: ArrayLike) -> FloatArray:
        """Return the MOS predicted."""
        return _logistic(np.asarray(score, np.float64), self.low, self.high, self.middle, self.width)


def fit_logistic(score: FloatArray, mos: FloatArray) -> tuple[LogisticFit | None, str]:
    """Fit the curve by least squares.

    Returns
    -------
    fit : LogisticFit or None
    message : str
        "" or why there is no fit.
    """
    from scipy.optimize import OptimizeWarning, curve_fit

    if len(np.unique(score)) < 5:
        return None, "Fewer than five different scores: the logistic curve has four parameters, so none was fitted."
    if np.ptp(mos) == 0:
        return None, "All stimuli have the same MOS: there is nothing to fit."
    # In units of the score's own spread: scores of 1e-4 and of 1e4 are fitted alike.
    center, spread = float(np.mean(score)), float(np.std(score))
    units = (score - center) / spread
    rising = np.sign(np.corrcoef(units, mos)[0, 1]) or 1.0
    ends = (float(mos.min()), float(mos.max()))
    start = (*(ends if rising > 0 else ends[::-1]), 0.0, 1.0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OptimizeWarning)  # of a covariance that nobody asks for
            found, _ = curve_fit(_logistic, units, mos, p0=start, maxfev=4000)
    except RuntimeError:
        return None, "The logistic fit did not converge: figures of the score itself."
    low, high, middle, width = map(float, found)
    if width < 0:
        low, high, width = high, low, -width
    if not np.isfinite(found).all() or width == 0:
        return None, "The logistic fit did not converge: figures of the score itself."
    return LogisticFit(low, high, center + spread * middle, spread * width), ""


def _logistic(score: FloatArray, low: float, high: float, middle: float, width: float) -> FloatArray:
    from scipy.special import expit

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        curve: FloatArray = low + (high - low) * expit((score - middle) / width)
    return curve
