"""Visual grading characteristics: conditions compared with a baseline by ranks alone, as ROC analysis compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
from medsr_viewer.survey.statistics.readers import ReaderMean, mean_over_readers


@dataclass(frozen=True)
class VgcResult:
    """One condition against the baseline; 0.5: as good, above: the condition is rated higher.

    Parameters
    ----------
    condition, baseline : str
        Names.
    auc : float
        Mean over observers of each one's own area under the VGC curve.
    ci95 : (float, float)
        Of `over_readers`; NaN without.
    ci95_bootstrap : (float, float)
        Percentiles of a two-way bootstrap over observers and cases; NaN with too few of either, see `percentiles`. Near
        0 and 1 too narrow with few observers.
    auc_pooled : float
        Of all observers' ratings in one, as Båth and Månsson published it: the area under `curve`.
    ci95_pooled : (float, float)
        As `ci95_bootstrap`.
    over_readers : ReaderMean or None
        Of `auc`: interval and test of 0.5, variance of Obuchowski and Rockette (of one observer alone the jackknife
        over cases); None with fewer than two cases.
    by_observer : dict of str to float
        Each observer's own area.
    curve : Curve
        Points of the pooled curve, one a threshold of the scale: baseline on x, condition on y.
    n, n_baseline, observers, cases : int
        Ratings of the condition and of the baseline; observers who rated both; cases.
    test, assumptions : str
        In words.
    """

    condition: str
    baseline: str
    auc: float
    ci95: tuple[float, float]
    ci95_bootstrap: tuple[float, float]
    auc_pooled: float
    ci95_pooled: tuple[float, float]
    over_readers: ReaderMean | None
    by_observer: dict[str, float]
    curve: Curve
    n: int
    n_baseline: int
    observers: int
    cases: int
    test: str
    assumptions: str


def vgc(table: RatingTable, baseline: str, *, resamples: int = 2000, seed: int = 0) -> tuple[VgcResult, ...]:
    """Return every other condition against the baseline (Båth and Månsson, Br. J. Radiol. 80:169, 2007).

    Parameters
    ----------
    table : RatingTable
        First ratings count.
    baseline : str
        One of its conditions.
    resamples, seed : int
        Of the bootstrap, as VGC Analyzer's (Båth and Hansson, Radiat. Prot. Dosim. 169:46, 2016).

    Raises
    ------
    TooFewRatings
        No such baseline, or no observer rated a condition and the baseline.
    """
    if baseline not in table.conditions:
        raise TooFewRatings(f"No condition is called {baseline}.", f"There are: {', '.join(table.conditions)}.")
    cube = table.cube()
    reference = cube[:, :, table.conditions.index(baseline)]
    return tuple(
        _against(table, condition, baseline, cube[:, :, index], reference, resamples, seed)
        for index, condition in enumerate(table.conditions)
        if condition != baseline
    )


def _against(
    table: RatingTable,
    condition: str,
    baseline: str,
    upper: np.ndarray,
    lower: np.ndarray,
    resamples: int,
    seed: int,
) -> VgcResult:
    compared = np.flatnonzero((~np.isnan(upper)).any(axis=1) & (~np.isnan(lower)).any(axis=1))
    if not len(compared):
        raise TooFewRatings(f"No observer rated both {condition} and {baseline}.")
    upper, lower = upper[compared], lower[compared]
    shown = (~np.isnan(upper) | ~np.isnan(lower)).any(axis=0)
    upper, lower = upper[:, shown], lower[:, shown]
    own = np.array([area(up, low) for up, low in zip(upper, lower, strict=True)])
    means, pooled = resampled_areas(upper, lower, np.zeros(upper.shape[1], np.intp), resamples, seed)
    over_readers = _over_readers(upper, lower, own)
    bootstrap = percentiles(means, *upper.shape)
    drawn = f"; percentiles of {resamples} resamples of observers and cases" if not np.isnan(bootstrap).any() else ""
    assumed = f"{over_readers.assumptions}; {_ASSUMPTIONS}" if over_readers else _ASSUMPTIONS
    return VgcResult(
        condition,
        baseline,
        float(own.mean()),
        over_readers.ci95 if over_readers else (float("nan"), float("nan")),
        bootstrap,
        area(upper.ravel(), lower.ravel()),
        percentiles(pooled, *upper.shape),
        over_readers,
        {table.observers[index]: float(value) for index, value in zip(compared, own, strict=True)},
        curve(upper.ravel(), lower.ravel()),
        int((~np.isnan(upper)).sum()),
        int((~np.isnan(lower)).sum()),
        len(compared),
        int(shown.sum()),
        f"Area under the VGC curve (trapezoids){drawn}",
        f"{assumed[0].upper()}{assumed[1:]}",
    )


_ASSUMPTIONS = (
    "the same cases under both conditions go together, and are drawn together; ordinal scale, no distances between its"
    " steps"
)


def _over_readers(upper: np.ndarray, lower: np.ndarray, own: np.ndarray) -> ReaderMean | None:
    counts = (~np.isnan(upper)).sum(axis=1), (~np.isnan(lower)).sum(axis=1)
    if np.min(counts) < 2:
        return None
    without = np.stack([area_without_each_case(up, low) for up, low in zip(upper, lower, strict=True)])
    apart = 1 - _correlation(upper, lower)
    return mean_over_readers(
        own, without, hypothesis=0.5, independent=lambda area: apart * variance_if_independent(area, *counts)
    )


def _correlation(upper: np.ndarray, lower: np.ndarray) -> float:
    """Return how far an observer's ratings of one case under both conditions go together, 0 to less than 1.

    What they share drops out of the area: at 0.5 its variance is less by this part.
    """
    both = ~np.isnan(upper) & ~np.isnan(lower)
    pairs = both.sum(axis=1, keepdims=True)
    first, second = (
        np.where(both, each - np.where(both, each, 0).sum(axis=1, keepdims=True) / np.maximum(pairs, 1), 0)
        for each in (upper, lower)
    )
    spread = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    if spread == 0:
        return 0.0
    # Though all pairs go together, of new ones three in so many may not (rule of three).
    return min(max(float(np.sum(first * second)) / spread, 0.0), max(1 - 3 / float(pairs.sum()), 0.0))
