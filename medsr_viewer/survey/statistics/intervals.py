"""Confidence intervals of mean scores, each with what it speaks about."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from medsr_viewer.survey.statistics.crossed import CrossedSpread, crossed_spread

FloatArray = NDArray[np.float64]

NEW_OBSERVERS_AND_CASES = (
    "Mean over new observers and new cases. Two-way crossed random effects (observers, cases), variance by analysis of"
    " variance and never taken as smaller than that of independent ratings, Student's t with Satterthwaite's degrees of"
    " freedom, never fewer than the fewer of observers and cases less 1. Assumes that observers and cases were drawn at"
    " random and independently, and that what is missing is missing at random."
)
NEW_OBSERVERS = (
    "Mean over new observers, of these very cases. Student's t over the observers' means (ITU-R BT.500). Assumes that"
    " observers were drawn at random and independently; says nothing about other cases."
)
ON_LOGITS = " Computed on the logit of the place on the scale, hence within it and asymmetric near its ends."


@dataclass(frozen=True)
class Interval:
    """A confidence interval.

    Parameters
    ----------
    low, high : float
        Its ends; NaN where there is too little to compute them from.
    estimate, standard_error : float
        What it is an interval of, on the same scale.
    df : float
        Degrees of freedom; NaN for a bootstrap.
    method : str
        The estimand, the procedure and its assumptions, in words for the report.
    level : float
        Confidence, 0.95 as a rule.
    """

    low: float
    high: float
    estimate: float
    standard_error: float
    df: float
    method: str
    level: float = 0.95


def over_observers_and_cases(
    scores: FloatArray, bounds: tuple[float, float], *, logit: bool = False, level: float = 0.95
) -> tuple[Interval, CrossedSpread]:
    """Return the interval of the mean where observers and cases are both random, and the spread that it is made from.

    Parameters
    ----------
    scores : (observers, cases) float64 ndarray
        NaN where there is none.
    bounds : (float, float)
        Ends of the scale. The interval never reaches beyond.
    logit : bool
        Compute the interval on the logit of the mean's place between the bounds. For means of ratings: near an end of
        the scale their distribution is skewed, and the plain interval misses too often, and on one side.

    Notes
    -----
    Scores that are all equal have no spread, and a mean of finitely many is still not certain: the interval is then the
    one that a single score one step away would give (and at an end of the scale it includes the end).
    """
    spread = crossed_spread(scores)
    method = NEW_OBSERVERS_AND_CASES + (ON_LOGITS if logit else "")
    if math.isnan(spread.variance):
        return Interval(math.nan, math.nan, spread.estimate, math.nan, math.nan, method, level), spread
    center, error, df = spread.estimate, math.sqrt(spread.variance), spread.df
    flat = np.nanmin(scores) == np.nanmax(scores)
    if flat:
        error, df = 1.0 / spread.n, float(spread.n - 1)
        center = min(max(center, bounds[0] + 1.0 / (spread.n + 1)), bounds[1] - 1.0 / (spread.n + 1))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * error
    if logit:
        low, high = _by_logit(center, reach, bounds)
    else:
        low, high = max(center - reach, bounds[0]), min(center + reach, bounds[1])
    if flat:
        low, high = min(low, spread.estimate), max(high, spread.estimate)
    return Interval(low, high, spread.estimate, error, df, method, level), spread


def over_observers(scores: FloatArray, bounds: tuple[float, float], *, level: float = 0.95) -> Interval:
    """Return the interval of these cases' mean where the observers alone are random (ITU-R BT.500).

    Parameters
    ----------
    scores : (observers, cases) float64 ndarray
        NaN where there is none. Complete scores give the t interval over the observers' means. With gaps, each
        observer's part in the mean of the cases' means is taken instead, and each case needs two scores at least.
    bounds : (float, float)
        Ends of the scale; the interval is clipped there.
    """
    given = ~np.isnan(scores)
    scores = scores[np.ix_(given.any(axis=1), given.any(axis=0))]
    given = ~np.isnan(scores)
    if not given.size:
        return Interval(math.nan, math.nan, math.nan, math.nan, math.nan, NEW_OBSERVERS, level)
    per_case = given.sum(axis=0)
    means = np.nansum(scores, axis=0) / per_case
    estimate = float(means.mean())
    observers, cases = scores.shape
    if observers < 2 or per_case.min() < 2:
        return Interval(math.nan, math.nan, estimate, math.nan, math.nan, NEW_OBSERVERS, level)
    # A residual from the mean of m scores is too small by sqrt((m - 1) / m).
    parts = np.nansum((scores - means) * np.sqrt(per_case / (per_case - 1)) / per_case, axis=1) / cases
    error, df = float(np.sqrt((parts**2).sum())), float(observers - 1)
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * error
    return Interval(
        max(estimate - reach, bounds[0]), min(estimate + reach, bounds[1]), estimate, error, df, NEW_OBSERVERS, level
    )


def _by_logit(center: float, reach: float, bounds: tuple[float, float]) -> tuple[float, float]:
    length = bounds[1] - bounds[0]
    share = (center - bounds[0]) / length
    half = reach / length / (share * (1.0 - share))  # delta method
    low, high = special.expit(special.logit(share) + np.array([-half, half]))
    return bounds[0] + length * float(low), bounds[0] + length * float(high)
