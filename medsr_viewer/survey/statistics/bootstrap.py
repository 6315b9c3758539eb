"""Bootstrap intervals of condition means: observers and cases are both drawn again."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.intervals import Interval
from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN

FloatArray = NDArray[np.float64]

PIGEONHOLE = (
    "Mean over new observers and new cases. Pigeonhole bootstrap: observers and cases are resampled independently, with"
    " their scores where they cross; bias-corrected and accelerated percentiles (BCa), acceleration from the jackknife"
    " over both. Assumes no distribution. What varies with neither the observers nor the cases counts up to three"
    " times: the interval is too wide where that prevails."
)


def bootstrap_mos(table: RatingTable, *, seed: int, resamples: int = 2000, level: float = 0.95) -> dict[str, Interval]:
    """Return the bootstrap interval of each condition's MOS, from first answers; see `bootstrap_means`."""
    intervals = bootstrap_means(table.cube(), seed=seed, resamples=resamples, level=level)
    return dict(zip(table.conditions, intervals, strict=True))


def bootstrap_means(
    scores: FloatArray, *, seed: int, resamples: int = 2000, level: float = 0.95
) -> tuple[Interval, ...]:
    """Return the interval of each condition's mean (`PIGEONHOLE`).

    Parameters
    ----------
    scores : (observers, cases, conditions) float64 ndarray
        NaN where there is none. All conditions share the resamples.
    seed : int
        Of the resampling: the same seed gives the same intervals.
    resamples : int
        How many.

    Returns
    -------
    tuple of Interval
        One a condition; NaN with fewer than `LEAST_DRAWN` observers or cases, and where all scores are alike. The
        estimate is the mean over the cases of each case's mean, as in `crossed_spread`.
    """
    random = np.random.default_rng(seed)
    observers, cases, conditions = scores.shape
    drawn_observers = _draw(random, observers, resamples)
    drawn_cases = _draw(random, cases, resamples)
    return tuple(
        _interval(scores[:, :, index], drawn_observers, drawn_cases, resamples, level) for index in range(conditions)
    )


def _draw(random: np.random.Generator, count: int, resamples: int) -> FloatArray:
    """Return (resamples, count): how often each was drawn."""
    if count == 0:
        return np.zeros((resamples, 0))
    return random.multinomial(count, np.full(count, 1 / count), resamples).astype(np.float64)


def _interval(
    scores: FloatArray, drawn_observers: FloatArray, drawn_cases: FloatArray, resamples: int, level: float
) -> Interval:
    given = ~np.isnan(scores)
    rows, columns = np.asarray(given.any(axis=1)), np.asarray(given.any(axis=0))
    method = f"{PIGEONHOLE} {resamples} resamples."
    ones = np.ones((1, 1))
    if not given.any():
        return Interval(math.nan, math.nan, math.nan, math.nan, math.nan, method, level)
    estimate = float(_means(scores, ones.repeat(len(rows), 1), ones.repeat(len(columns), 1))[0])
    if min(rows.sum(), columns.sum()) < LEAST_DRAWN:
        return Interval(math.nan, math.nan, estimate, math.nan, math.nan, method, level)
    means = _means(scores, drawn_observers, drawn_cases)
    means = means[~np.isnan(means)]
    if np.ptp(means) == 0:  # all answers alike: nothing to draw a spread from
        return Interval(math.nan, math.nan, estimate, math.nan, math.nan, method, level)
    influences = [
        _influences(_means(scores, _all_but_one(rows), ones.repeat(len(columns), 1))),
        _influences(_means(scores, ones.repeat(len(rows), 1), _all_but_one(columns))),
    ]
    low, high = np.quantile(means, _bca_levels(means, estimate, influences, level))
    return Interval(float(low), float(high), estimate, float(means.std(ddof=1)), math.nan, method, level)


def _means(scores: FloatArray, observer_counts: FloatArray, case_counts: FloatArray) -> FloatArray:
    """Return (resamples,): mean over the drawn cases of each case's mean over the drawn observers; NaN without any."""
    given = ~np.isnan(scores)
    answers = observer_counts @ given.astype(np.float64)  # of floats: BLAS does not multiply others
    sums = observer_counts @ np.where(given, scores, 0.0)
    means = np.divide(sums, answers, out=np.zeros_like(sums), where=answers > 0)
    weights = case_counts * (answers > 0)
    total = weights.sum(axis=1)
    averaged: FloatArray = np.full(len(total), np.nan)
    np.divide((weights * means).sum(axis=1), total, out=averaged, where=total > 0)
    return averaged


def _all_but_one(present: NDArray[np.bool_]) -> FloatArray:
    """Return a row of counts for each one that is present, with that one left out."""
    return (np.ones((len(present), len(present))) - np.eye(len(present)))[present]


def _influences(left_out: FloatArray) -> FloatArray:
    left_out = left_out[~np.isnan(left_out)]
    influences: FloatArray = (len(left_out) - 1) / len(left_out) * (left_out.mean() - left_out)
    return influences


def _bca_levels(means: FloatArray, estimate: float, influences: list[FloatArray], level: float) -> FloatArray:
    """Return the two quantiles to take: Efron and Tibshirani 1993, 14.3, with several samples' acceleration."""
    squares = sum(float((part**2).sum()) for part in influences)
    cubes = sum(float((part**3).sum()) for part in influences)
    acceleration = cubes / (6.0 * squares**1.5) if squares > 0 else 0.0
    below = float(np.mean(means < estimate) + np.mean(means == estimate) / 2)
    shift = float(stats.norm.ppf(min(max(below, 1 / len(means)), 1 - 1 / len(means))))
    shifted = shift + stats.norm.ppf([0.5 - level / 2, 0.5 + level / 2])
    levels: FloatArray = stats.norm.cdf(shift + shifted / (1 - acceleration * shifted))
    return levels
