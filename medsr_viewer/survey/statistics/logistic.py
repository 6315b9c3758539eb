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


@dataclass(frozen=True)
class StraightLine:
    """Line `intercept + slope * score`, which stands where the points determine no curve."""

    intercept: float
    slope: float

    def __call__(self, score: ArrayLike) -> FloatArray:
        """Return the MOS predicted."""
        return np.asarray(self.intercept + self.slope * np.asarray(score, np.float64))


def fit_line(score: FloatArray, mos: FloatArray) -> StraightLine:
    """Fit the line by least squares; the scores are not all alike."""
    apart = score - score.mean()
    slope = float(np.sum(apart * mos) / np.sum(apart**2))
    return StraightLine(float(mos.mean() - slope * score.mean()), slope)


LEAST_SCORES = 8
"""Different scores that a curve is fitted to: two for each of its four parameters."""


def fit_logistic(
    score: FloatArray, mos: FloatArray, *, scale: tuple[float, float] = (1.0, 5.0)
) -> tuple[LogisticFit | None, str]:
    """Fit the curve by least squares; one that the points do not determine is none.

    Parameters
    ----------
    score, mos : (n,) float64 ndarray
        Finite.
    scale : (float, float)
        Ends of the MOS scale.

    Returns
    -------
    fit : LogisticFit or None
    message : str
        "" or why there is no fit.
    """
    from scipy.optimize import OptimizeWarning, curve_fit

    if len(np.unique(score)) < LEAST_SCORES:
        return None, f"No logistic curve was fitted: its four parameters ask for {LEAST_SCORES} different scores."
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
        return None, f"The logistic fit did not converge{_INSTEAD}"
    low, high, middle, width = map(float, found)
    if width < 0:
        low, high, width = high, low, -width
    if not np.isfinite(found).all() or width == 0:
        return None, f"The logistic fit did not converge{_INSTEAD}"
    if wrong := _degenerate(_logistic(units, low, high, middle, width), units, mos, (low, high), scale):
        return None, f"{wrong}{_INSTEAD}"
    return LogisticFit(low, high, center + spread * middle, spread * width), ""


_INSTEAD = ": a straight line stands for it."
_LEVELS = 3  # that a curve which is no step predicts


def _degenerate(
    predicted: FloatArray, units: FloatArray, mos: FloatArray, ends: tuple[float, float], scale: tuple[float, float]
) -> str:
    """Return what shows that the points do not determine the curve; "" where nothing does."""
    length = scale[1] - scale[0]
    if np.ptp(predicted) < 0.01 * np.ptp(mos):
        return "The logistic fit predicts the same for all stimuli"
    line = np.polynomial.Polynomial.fit(units, mos, 1)(units)
    if np.sum((mos - predicted) ** 2) > 1.001 * np.sum((mos - line) ** 2) + 1e-12:
        return "The logistic fit did not converge"  # a curve that is wide enough is as good as a line
    if min(ends) < scale[0] - length or max(ends) > scale[1] + length:
        low, high = sorted(ends)
        return f"The logistic curve would run from {low:.3g} to {high:.3g}, far outside the scale"
    if len(np.unique(np.round(predicted / np.ptp(predicted), 3))) < _LEVELS:
        return "The logistic curve is a step between two values"
    return ""


def _logistic(score: FloatArray, low: float, high: float, middle: float, width: float) -> FloatArray:
    from scipy.special import expit

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        curve: FloatArray = low + (high - low) * expit((score - middle) / width)
    return curve
