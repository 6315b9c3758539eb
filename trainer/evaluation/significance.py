"""Intervals for means over images, and tests of paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

RESAMPLES = 2000
FEWEST_FOR_INTERVAL = 2
FEWEST_FOR_TEST = 6
"""With fewer pairs no outcome of a two-sided signed-rank test reaches 5 %."""


@dataclass(frozen=True)
class Mean:
    """A mean over images.

    Parameters
    ----------
    value : float
        NaN where there is no value.
    low, high : float or None
        95 % percentile bootstrap interval over images; None for fewer than two.
    count : int
        Number of images: those where the figure is defined.
    """

    value: float
    low: float | None
    high: float | None
    count: int


def mean_with_interval(values: Sequence[float | None], seed: int = 0) -> Mean:
    """Return the mean of the defined values with its bootstrap interval (Efron & Tibshirani 1993, chapter 13)."""
    defined = np.array([value for value in values if value is not None and np.isfinite(value)])
    if defined.size < FEWEST_FOR_INTERVAL:
        return Mean(float(defined.mean()) if defined.size else float("nan"), None, None, int(defined.size))
    interval = stats.bootstrap(
        (defined,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(seed)
    ).confidence_interval
    return Mean(float(defined.mean()), float(interval.low), float(interval.high), int(defined.size))


def signed_rank_p(values: Sequence[float | None], baseline: Sequence[float | None]) -> float | None:
    """Return the two-sided p of Wilcoxon's signed-rank test on pairs (Wilcoxon 1945).

    Returns
    -------
    float or None
        None for fewer than six pairs that differ.
    """
    pairs = [(a, b) for a, b in zip(values, baseline, strict=True) if a is not None and b is not None]
    differences = np.array([a - b for a, b in pairs if np.isfinite(a) and np.isfinite(b) and a != b])
    if differences.size < FEWEST_FOR_TEST:
        return None
    return float(stats.wilcoxon(differences).pvalue)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values corrected for their number (Holm 1979): the chance of any false finding among them stays bounded.

    Parameters
    ----------
    p_values : sequence of float or None
        Of the tests that are made together; undefined ones do not count.
    """
    order = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, index) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - rank)))
        corrected[index] = largest
    return corrected
