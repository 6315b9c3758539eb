"""Mean of a figure over readers who read the same cases: interval after Obuchowski and Rockette, as Hillis has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.statistics.share_interval import ON_LOGITS, share_interval, share_test

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class ReaderMean:
    """Mean over readers with a variance for readers and cases at once.

    Parameters
    ----------
    value : float
        The mean.
    standard_error : float
        0 where nothing varies.
    df : float
        Of Student's t; infinite with one reader.
    ci95 : (float, float)
        95 % interval. Of a difference NaN where nothing varies.
    p : float
        Two-sided, of the hypothesis given, and below 0.05 just where `ci95` does not hold it. Of a difference NaN where
        nothing varies and it is not 0.
    n, cases : int
        Readers, cases.
    test, assumptions : str
        In words.
    """

    value: float
    standard_error: float
    df: float
    ci95: tuple[float, float]
    p: float
    n: int
    cases: int
    test: str
    assumptions: str


def mean_over_readers(
    values: FloatArray,
    without_each_case: FloatArray,
    *,
    hypothesis: float = 0.0,
    independent: Callable[[float], float] | None = None,
) -> ReaderMean:
    """Return mean, interval and test of a share or an area that each reader has, or of a difference of two.

    Parameters
    ----------
    values : (readers,) float64 ndarray
        The figure of each reader, or its difference between two conditions.
    without_each_case : (readers, cases) float64 ndarray
        The same with each case left out in turn.
    hypothesis : float
        Value that is tested.
    independent : callable, optional
        Returns the variance of the mean if each reader had a given figure and no two ratings had anything in common;
        the interval is then that of `share_interval`. Left out for a difference: symmetric, cut at -1 and 1.

    Notes
    -----
    Obuchowski and Rockette, Commun. Stat. Simul. Comput. 24:285 (1995), jackknife covariances; degrees of freedom after
    Hillis, Stat. Med. 26:596 (2007). Applied to the differences of two conditions it is their test of two treatments.
    Their own interval of an area is symmetric, value +- t standard errors; near 1 it holds too seldom, and ours is
    another. With one reader the interval is that reader's alone, over cases.
    """
    readers, cases = without_each_case.shape
    value = float(values.mean())
    centered = without_each_case - without_each_case.mean(axis=1, keepdims=True)
    covariance = (cases - 1) / cases * centered @ centered.T
    if readers == 1:
        error, df = float(np.sqrt(covariance[0, 0])), float("inf")
        test = "Jackknife over cases, normal quantile"
        assumptions = "One reader: holds for this reader alone; cases drawn at random and independent"
    else:
        between = float(np.var(values, ddof=1))
        shared = max(float((covariance.sum() - np.trace(covariance)) / (readers * (readers - 1))), 0.0)
        error = float(np.sqrt(between / readers + shared))
        df = float("inf") if between == 0 else (between + readers * shared) ** 2 / (between**2 / (readers - 1))
        test = "Obuchowski-Rockette, jackknife over cases, degrees of freedom after Hillis"
        assumptions = "Readers and cases drawn at random and independent; readers' figures about normal"
    if not error > _NOTHING:
        error, df = 0.0, float("inf")
    quantile = float(stats.t.ppf(0.975, df))
    if independent:
        ci95 = share_interval(value, error, quantile, independent)
        p = share_test(value, error, df, hypothesis, independent)
        test = f"{test}; {ON_LOGITS}; p by the same two"
    elif error > 0:
        ci95 = max(value - quantile * error, -1.0), min(value + quantile * error, 1.0)
        p = float(2 * stats.t.sf(abs(value - hypothesis) / error, df))
    else:
        ci95 = float("nan"), float("nan")
        p = 1.0 if value == hypothesis else float("nan")
    return ReaderMean(value, error, df, ci95, p, readers, cases, test, assumptions)


_NOTHING = 1e-12
"""A standard error that is left of figures which are all the same."""
