"""Area under the curve of one set of ratings against another (the Mann-Whitney statistic), and its resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """Empirical curve through the points of all thresholds, from (0, 0) to (1, 1).

    Parameters
    ----------
    x, y : (T,) float64 ndarray
        Shares of the lower and of the upper set that are rated at or above the threshold.
    thresholds : (T,) float64 ndarray
        Descending; the first is infinity.
    """

    x: FloatArray
    y: FloatArray
    thresholds: FloatArray


def curve(upper: FloatArray, lower: FloatArray) -> Curve:
    """Return the curve of two sets of ratings; NaN are left out."""
    upper, lower = upper[~np.isnan(upper)], lower[~np.isnan(lower)]
    thresholds = np.concatenate(([np.inf], np.unique(np.concatenate((upper, lower)))[::-1]))
    x, y = ((ratings[None, :] >= thresholds[:, None]).mean(axis=1) for ratings in (lower, upper))
    return Curve(x, y, thresholds)


def area(upper: FloatArray, lower: FloatArray) -> float:
    """Return how often an upper rating exceeds a lower one, ties by half; NaN are left out, and nothing gives NaN."""
    upper, lower = upper[~np.isnan(upper)], np.sort(lower[~np.isnan(lower)])
    if not upper.size or not lower.size:
        return float("nan")
    wins = np.searchsorted(lower, upper, "left") + np.searchsorted(lower, upper, "right")
    return float(wins.mean() / (2 * len(lower)))


def area_without_each_case(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Return (cases,) areas with each case left out in turn, for the jackknife.

    Parameters
    ----------
    upper, lower : (cases,) float64 ndarray
        Ratings of the same cases; NaN where a case has none, as a normal case has no rating in the upper set of an ROC
        study. A case that has both is left out of both.

    Raises
    ------
    ValueError
        Under two ratings in a set: nothing would be left.
    """
    uppers, lowers = (~np.isnan(ratings) for ratings in (upper, lower))
    if uppers.sum() < 2 or lowers.sum() < 2:
        raise ValueError("a jackknife of an area needs two ratings on each side")
    wins = _wins(upper, lower)
    lost = wins.sum(axis=1) + wins.sum(axis=0) - wins.diagonal()
    without: FloatArray = (wins.sum() - lost) / ((uppers.sum() - uppers) * (lowers.sum() - lowers))
    return without


def variance_if_independent(area: float, upper: NDArray[np.intp], lower: NDArray[np.intp]) -> float:
    """Return the variance of the mean area of readers whose ratings have nothing in common.

    Parameters
    ----------
    area : float
        That each of them has, 0 to 1.
    upper, lower : (readers,) int ndarray
        How many ratings of each set a reader gave.

    Notes
    -----
    Hanley and McNeil, Radiology 143:29 (1982): ratings of both sets negative exponential.
    """
    both_upper, both_lower = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (upper - 1) * (both_upper - area**2) + (lower - 1) * (both_lower - area**2)
    return max(float(np.sum(spread / (upper * lower))), 0.0) / len(upper) ** 2


def resampled_areas(
    upper: FloatArray, lower: FloatArray, strata: NDArray[np.intp], resamples: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Draw observers and cases anew, each with replacement (two-way bootstrap), and return the areas.

    Parameters
    ----------
    upper, lower : (observers, cases) float64 ndarray
        Ratings; NaN where there is none.
    strata : (cases,) int ndarray
        Cases are drawn within these: normal and abnormal ones of an ROC study. A stratum of a paired study is all.
    resamples : int
        How many.
    seed : int
        Of the random choice.

    Returns
    -------
    means, pooled : (resamples,) float64 ndarray
        Mean over observers of each one's own area; area of all ratings in one.

    Notes
    -----
    A single observer is not drawn anew: the figures are then of that observer.
    """
    rng = np.random.default_rng(seed)
    readers, cases = upper.shape
    of_readers = rng.multinomial(readers, np.full(readers, 1 / readers), size=resamples).astype(np.float64)
    of_cases = np.zeros((resamples, cases))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        of_cases[:, members] = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=resamples)
    levels = np.unique(np.concatenate((upper[~np.isnan(upper)], lower[~np.isnan(lower)])))
    # How often each observer gave each value, in each resample of the cases: (resamples, observers, values).
    up, low = (
        np.stack([of_cases @ (ratings == level).T.astype(np.float64) for level in levels], axis=2)
        for ratings in (upper, lower)
    )
    own = _area_of_counts(up, low)
    weight = np.where(np.isnan(own), 0, of_readers)
    with np.errstate(invalid="ignore"):
        means = np.sum(weight * np.nan_to_num(own), axis=1) / weight.sum(axis=1)
    pooled = _area_of_counts(*(np.einsum("br,brv->bv", of_readers, counts) for counts in (up, low)))
    return means, pooled


def percentiles(areas: FloatArray, observers: int, cases: int) -> tuple[float, float]:
    """Return the 95 % interval of resampled areas; NaN where there were fewer than `LEAST_DRAWN` to draw from.

    NaN, too, where all resamples are alike: every observer told all apart, and new ones need not.
    """
    known = areas[~np.isnan(areas)]
    if min(observers, cases) < LEAST_DRAWN or not len(known) or np.ptp(known) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


def _wins(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Return (upper, lower) 1, 1/2 or 0; 0 where either is missing."""
    wins: FloatArray = (upper[:, None] > lower[None, :]) + 0.5 * (upper[:, None] == lower[None, :])
    return wins


def _area_of_counts(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Return areas of counts by value along the last axis; NaN where a set is empty."""
    below = np.cumsum(lower, axis=-1) - lower / 2
    with np.errstate(invalid="ignore"):
        areas: FloatArray = np.sum(upper * below, axis=-1) / (upper.sum(axis=-1) * lower.sum(axis=-1))
    return areas
