"""How much observers, cases, and the rest vary in scores that observers x cases cross, with gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_UNKNOWN = (math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class CrossedSpread:
    """Two-way crossed random effects, score = mean + observer + case + rest, estimated by analysis of variance.

    Parameters
    ----------
    estimate : float
        Mean over the cases of each case's mean: every case counts alike, however many answered it.
    n, observers, cases : int
        Scores, and observers and cases that have any.
    observer_variance, case_variance, residual_variance : float
        Of the three effects; 0 where the estimate is negative; NaN where the arrangement cannot tell them apart.
    variance : float
        Of `estimate`, over new observers and new cases; NaN with fewer than two of either.
    df : float
        Satterthwaite's degrees of freedom of `variance`.
    """

    estimate: float
    n: int
    observers: int
    cases: int
    observer_variance: float
    case_variance: float
    residual_variance: float
    variance: float
    df: float


def crossed_spread(scores: FloatArray) -> CrossedSpread:
    """Return the mean of crossed scores and its variance where observers and cases are both drawn at random.

    Parameters
    ----------
    scores : (observers, cases) float64 ndarray
        NaN where there is no score. What is missing must not depend on the score that it would have been.

    Notes
    -----
    Sums of squares are fitted ones (Henderson's method 3): observers adjusted for cases, cases adjusted for observers,
    and the residual. Of complete data they are the usual mean squares A, B and E, and the variance of the mean is
    (A + B - E) / (observers * cases). Being a difference, it can come out too small or negative: it is never taken as
    smaller than if all scores were independent, and the degrees of freedom are never fewer than the rarer factor has.

    Where no two observers share a case, an observer's scores hold the variation of cases too, and the variance is that
    between observers; likewise for cases that share no observer.
    """
    given = ~np.isnan(scores)
    scores, given = _without_empty(scores, given)
    n, (observers, cases) = int(given.sum()), scores.shape
    if n == 0:
        return CrossedSpread(math.nan, 0, 0, 0, *_UNKNOWN, math.nan, math.nan)
    values = np.where(given, scores, 0.0)
    weights = given / (cases * given.sum(axis=0))
    estimate = float((values.sum(axis=0) / given.sum(axis=0)).mean())  # of equal scores, exactly their value
    if observers < 2 or cases < 2:
        return CrossedSpread(estimate, n, observers, cases, *_UNKNOWN, math.nan, math.nan)
    squares = _sums_of_squares(values, given)
    if squares.observer_df == 0 or squares.case_df == 0:
        nested = weights * (values - estimate)
        clusters = nested.sum(axis=1 if squares.observer_df == 0 else 0)
        variance = float((clusters**2).sum()) * len(clusters) / (len(clusters) - 1)
        return CrossedSpread(estimate, n, observers, cases, *_UNKNOWN, variance, float(len(clusters) - 1))
    return _spread(squares, weights, estimate, n)


@dataclass(frozen=True)
class _Squares:
    observer: float
    case: float
    residual: float
    total: float
    observer_df: int
    case_df: int
    residual_df: int


def _without_empty(scores: FloatArray, given: NDArray[np.bool_]) -> tuple[FloatArray, NDArray[np.bool_]]:
    rows, columns = given.any(axis=1), given.any(axis=0)
    return scores[np.ix_(rows, columns)], given[np.ix_(rows, columns)]


def _sums_of_squares(values: FloatArray, given: NDArray[np.bool_]) -> _Squares:
    observers, cases = given.shape
    n = int(given.sum())
    values = np.where(given, values - values.sum() / n, 0.0)
    per_observer, per_case = given.sum(axis=1), given.sum(axis=0)
    of_observers = float((values.sum(axis=1) ** 2 / per_observer).sum())
    of_cases = float((values.sum(axis=0) ** 2 / per_case).sum())
    total = float((values**2).sum())
    # One factor adjusted for the other, by the smaller of the two; the other's follows, as both lead to the same fit.
    if observers <= cases:
        observer, rank = _adjusted(values, given)
        case = of_cases + observer - of_observers
        parts = observers - rank
    else:
        case, rank = _adjusted(values.T, given.T)
        observer = of_observers + case - of_cases
        parts = cases - rank
    residual_df = n - observers - cases + parts
    residual = max(total - of_cases - observer, 0.0) if residual_df else 0.0
    return _Squares(max(observer, 0.0), max(case, 0.0), residual, total, observers - parts, cases - parts, residual_df)


def _adjusted(values: FloatArray, given: NDArray[np.bool_]) -> tuple[float, int]:
    """Return the rows' sum of squares adjusted for the columns, and its degrees of freedom."""
    share = given / given.sum(axis=0)
    information = np.diag(given.sum(axis=1)) - share @ given.T
    if given.all():
        return float((values.sum(axis=1) ** 2).sum() / given.shape[1]), given.shape[0] - 1
    totals = values.sum(axis=1) - share @ values.sum(axis=0)
    eigenvalues, vectors = np.linalg.eigh(information)
    kept = eigenvalues > 1e-9 * max(float(eigenvalues[-1]), 1.0)
    return float(((vectors[:, kept].T @ totals) ** 2 / eigenvalues[kept]).sum()), int(kept.sum())


def _spread(squares: _Squares, weights: FloatArray, estimate: float, n: int) -> CrossedSpread:
    observers, cases = weights.shape
    mean_squares = np.array(
        [
            squares.observer / squares.observer_df,
            squares.case / squares.case_df,
            squares.residual / squares.residual_df if squares.residual_df else 0.0,
        ]
    )
    dfs = np.array([squares.observer_df, squares.case_df, max(squares.residual_df, 1)], np.float64)
    # E[observers' mean square] = residual + ratio * observers' variance; ratio is the number of cases in complete data.
    ratios = np.array([(n - cases) / squares.observer_df, (n - observers) / squares.case_df])
    variances = (mean_squares[:2] - mean_squares[2]) / ratios
    factors = np.array([(weights.sum(axis=1) ** 2).sum(), (weights.sum(axis=0) ** 2).sum()]) / ratios
    independent = float((weights**2).sum())
    terms = np.array([*factors, independent - factors.sum()]) * mean_squares
    variance, least = float(terms.sum()), independent * squares.total / (n - 1)
    if variance <= least:
        variance, df = least, float(n - 1)
    else:
        df = max(variance**2 / float((terms**2 / dfs).sum()), float(min(observers, cases) - 1))
    return CrossedSpread(
        estimate,
        n,
        observers,
        cases,
        max(float(variances[0]), 0.0),
        max(float(variances[1]), 0.0),
        float(mean_squares[2]),
        variance,
        df,
    )
