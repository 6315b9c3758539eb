"""Mean of a figure over readers who read the same cases: interval after Obuchowski and Rockette, as Hillis has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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
        95 % interval; NaN where nothing varies, as where every reader tells all apart: new ones need not.
    p : float
        Two-sided, of the hypothesis given.
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
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> ReaderMean:
    """Return mean, interval and test of a figure that each reader has.

    Parameters
    ----------
    values : (readers,) float64 ndarray
        The figure of each reader, or its difference between two conditions.
    without_each_case : (readers, cases) float64 ndarray
        The same with each case left out in turn.
    hypothesis : float
        Value that is tested.
    limits : (float, float)
        The interval is cut there.

    Notes
    -----
    Obuchowski and Rockette, Commun. Stat. Simul. Comput. 24:285 (1995), jackknife covariances; degrees of freedom after
    Hillis, Stat. Med. 26:596 (2007). Applied to the differences of two conditions it is their test of two treatments.
    With one reader the interval is that reader's alone, over cases.
    """
    readers, cases = without_each_case.shape
    value = float(values.mean())
    centered = without_each_case - without_each_case.mean(axis=1, keepdims=True)
    covariance = (cases - 1) / cases * centered @ centered.T
    if readers == 1:
        error, df = float(np.sqrt(covariance[0, 0])), float("inf")
        test, assumptions = "Jackknife over cases, normal quantile", "One reader: holds for this reader alone"
    else:
        between = float(np.var(values, ddof=1))
        shared = max(float((covariance.sum() - np.trace(covariance)) / (readers * (readers - 1))), 0.0)
        error = float(np.sqrt(between / readers + shared))
        df = float("inf") if between == 0 else (between + readers * shared) ** 2 / (between**2 / (readers - 1))
        test = "Obuchowski-Rockette, jackknife over cases, degrees of freedom after Hillis"
        assumptions = "Readers and cases drawn at random and independent; readers' figures about normal"
    ci95 = (float("nan"), float("nan"))
    if error > 0:
        half = float(stats.t.ppf(0.975, df)) * error
        ci95 = (float(np.clip(value - half, *limits)), float(np.clip(value + half, *limits)))
        p = float(2 * stats.t.sf(abs(value - hypothesis) / error, df))
    else:
        p = 1.0 if value == hypothesis else float("nan")
    return ReaderMean(value, error, df, ci95, p, readers, cases, test, assumptions)
