"""Receiver operating characteristic of present/absent confidence: several readers, several conditions, same cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.area import (
    Curve,
    area,
    area_without_each_case,
    curve,
    percentiles,
    resampled_areas,
    variance_if_independent,
)
from medsr_viewer.survey.statistics.holm import holm
from medsr_viewer.survey.statistics.readers import ReaderMean, mean_over_readers

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class RocResult:
    """One condition.

    Parameters
    ----------
    condition : str
        Its name.
    auc : ReaderMean
        Mean over observers of the empirical area, variance of Obuchowski and Rockette; its test is of 0.5.
        Of one observer alone over cases.
    ci95_bootstrap : (float, float)
        Of the same mean: percentiles of a bootstrap over observers and cases (present and absent ones apart). Near 1
        too narrow with few observers.
    auc_pooled : float
        Of all observers' ratings in one: the area under `curve`.
    by_observer : dict of str to float
        Each observer's area.
    sensitivity, specificity : ReaderMean
        At the cut: shares of present cases rated at or above it, and of absent ones below it.
    cut : float
        Least confidence that counts as "present".
    curve : Curve
        Pooled: false positive share on x, sensitivity on y.
    n, present, absent : int
        Ratings; cases with and without the finding.
    left_out : tuple of str
        Observers without two present and two absent cases.
    """

    condition: str
    auc: ReaderMean
    ci95_bootstrap: tuple[float, float]
    auc_pooled: float
    by_observer: dict[str, float]
    sensitivity: ReaderMean
    specificity: ReaderMean
    cut: float
    curve: Curve
    n: int
    present: int
    absent: int
    left_out: tuple[str, ...]
    test: str = "Empirical area under the ROC curve"
    assumptions: str = "Truth known without error; one finding a case"


@dataclass(frozen=True)
class RocDifference:
    """Area under one condition less that under another, on observers who read both.

    Parameters
    ----------
    condition, baseline : str
        The two; what is called baseline is taken off.
    difference : ReaderMean
        Its p is of this difference alone.
    p_holm : float
        The same after Holm's procedure for all pairs of conditions.
    """

    condition: str
    baseline: str
    difference: ReaderMean
    p_holm: float


def roc(
    table: RatingTable, present: Mapping[str, bool], *, cut: float | None = None, resamples: int = 2000, seed: int = 0
) -> tuple[RocResult, ...]:
    """Return the figures of every condition.

    Parameters
    ----------
    table : RatingTable
        Confidence that the finding is present; first ratings count.
    present : mapping of str to bool
        The truth, by case; cases that it lacks are left out.
    cut : float, optional
        Least confidence that counts as "present"; first value above the middle of the scale where left out.
    resamples, seed : int
        Of the bootstrap.

    Raises
    ------
    TooFewRatings
        No observer rated two present and two absent cases under a condition.
    """
    truth, cube = _truth(table, present)
    threshold = table.best // 2 + 1.0 + (table.best % 2) if cut is None else cut
    return tuple(
        _of_condition(table, condition, cube[:, :, index], truth, threshold, resamples, seed)
        for index, condition in enumerate(table.conditions)
    )


def roc_differences(table: RatingTable, present: Mapping[str, bool], baseline: str) -> tuple[RocDifference, ...]:
    """Return the difference of the areas of every two conditions, with the Obuchowski-Rockette test of 0.

    Those less the baseline's come first; others that no observer read enough cases of are left out.

    Raises
    ------
    TooFewRatings
        No such baseline, or no observer read enough cases under both.
    """
    if baseline not in table.conditions:
        raise TooFewRatings(f"No condition is called {baseline}.", f"There are: {', '.join(table.conditions)}.")
    truth, cube = _truth(table, present)
    others = [name for name in table.conditions if name != baseline]
    pairs = [(name, baseline) for name in others] + [(second, first) for first, second in combinations(others, 2)]
    found = []
    for names in pairs:
        first, second = (cube[:, :, table.conditions.index(name)] for name in names)
        both = _enough(first, truth) & _enough(second, truth)
        if not both.any():
            if baseline not in names:
                continue
            raise TooFewRatings(f"No observer read two present and two absent cases under {' and '.join(names)}.")
        values, without = (
            one - other for one, other in zip(_areas(first[both], truth), _areas(second[both], truth), strict=True)
        )
        found.append((names, mean_over_readers(values, without)))
    corrected = holm([each.p for _, each in found])
    return tuple(RocDifference(*names, each, float(p)) for (names, each), p in zip(found, corrected, strict=True))


def _truth(table: RatingTable, present: Mapping[str, bool]) -> tuple[NDArray[np.bool_], FloatArray]:
    """Return the truth of the cases that have one, and their ratings."""
    known = [index for index, case in enumerate(table.cases) if case in present]
    return np.array([present[table.cases[index]] for index in known], np.bool_), table.cube()[:, known]


def _enough(ratings: FloatArray, truth: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rated = ~np.isnan(ratings)
    enough: NDArray[np.bool_] = (rated[:, truth].sum(axis=1) >= 2) & (rated[:, ~truth].sum(axis=1) >= 2)
    return enough


def _of_condition(
    table: RatingTable,
    condition: str,
    ratings: FloatArray,
    truth: NDArray[np.bool_],
    cut: float,
    resamples: int,
    seed: int,
) -> RocResult:
    enough = _enough(ratings, truth)
    if not enough.any():
        raise TooFewRatings(f"No observer rated two present and two absent cases under {condition}.")
    ratings = ratings[enough]
    upper, lower = np.where(truth, ratings, np.nan), np.where(truth, np.nan, ratings)
    values, without = _areas(ratings, truth)
    means, _ = resampled_areas(upper, lower, truth.astype(np.intp), resamples, seed)
    counts = (~np.isnan(upper)).sum(axis=1), (~np.isnan(lower)).sum(axis=1)
    names = [name for name, kept in zip(table.observers, enough, strict=True) if kept]
    return RocResult(
        condition,
        mean_over_readers(
            values, without, hypothesis=0.5, independent=lambda area: variance_if_independent(area, *counts)
        ),
        percentiles(means, *ratings.shape),
        area(upper.ravel(), lower.ravel()),
        dict(zip(names, map(float, values), strict=True)),
        _share(np.where(np.isnan(upper), np.nan, upper >= cut)),
        _share(np.where(np.isnan(lower), np.nan, lower < cut)),
        cut,
        curve(upper.ravel(), lower.ravel()),
        int((~np.isnan(ratings)).sum()),
        int(truth.sum()),
        int((~truth).sum()),
        tuple(name for name, kept in zip(table.observers, enough, strict=True) if not kept),
    )


def _areas(ratings: FloatArray, truth: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Return each observer's area, and (observers, cases) areas without each case."""
    upper, lower = np.where(truth, ratings, np.nan), np.where(truth, np.nan, ratings)
    pairs = list(zip(upper, lower, strict=True))
    return np.array([area(*pair) for pair in pairs]), np.stack([area_without_each_case(*pair) for pair in pairs])


def _share(right: FloatArray) -> ReaderMean:
    """Return the mean over observers of the share of 1 among (observers, cases) 0, 1 or NaN."""
    right = right[:, (~np.isnan(right)).any(axis=0)]
    counts, sums = (~np.isnan(right)).sum(axis=1, keepdims=True), np.nansum(right, axis=1, keepdims=True)
    without = (sums - np.nan_to_num(right)) / (counts - ~np.isnan(right))
    each = float(np.mean(1 / counts)) / len(counts)  # of one answer, as part of the mean of the readers' shares
    return mean_over_readers(
        (sums / counts)[:, 0], without, hypothesis=0.5, independent=lambda share: share * (1 - share) * each
    )
