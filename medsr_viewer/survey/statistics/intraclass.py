"""Intraclass correlation in its six forms: how far ratings of the same stimuli by several raters agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.sufficiency import EXCELLENT, POOR, TOLD, least_stimuli

FORMS = {
    "ICC(1,1)": "One-way random effects, one rating: each stimulus rated by other raters",
    "ICC(2,1)": "Two-way random effects, absolute agreement, one rating",
    "ICC(3,1)": "Two-way mixed effects, consistency, one rating",
    "ICC(1,k)": "One-way random effects, mean of k ratings",
    "ICC(2,k)": "Two-way random effects, absolute agreement, mean of k ratings",
    "ICC(3,k)": "Two-way mixed effects, consistency, mean of k ratings",
}

NOT_TOLD = (
    f"reaches from poor to excellent agreement (Koo and Li 2016), or over more than {TOLD:g} above 0 (no agreement)"
)
"""What an interval does whose coefficient is not told: one rule for all forms."""


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form of the coefficient.

    Parameters
    ----------
    form : str
        Key of `FORMS`.
    value : float
        At most 1; NaN where all ratings are equal, and for the mean of k where the one of single ratings is so far
        below 0 that it has no bound. See `wanting`.
    ci95 : (float, float)
        95 % interval: McGraw and Wong, Psychol. Methods 1:30 (1996), tables 7 and 8.
    f, df1, df2, p : float
        F test of the hypothesis that the coefficient is 0.
    n : int
        Stimuli that every rater rated.
    raters : int
        k.
    dropped : int
        Stimuli left out because some rater had not rated them.
    test, assumptions : str
        In words.
    """

    form: str
    value: float
    ci95: tuple[float, float]
    f: float
    df1: float
    df2: float
    p: float
    n: int
    raters: int
    dropped: int
    test: str
    assumptions: str = (
        "Normal effects and errors of equal variance; ratings taken as an interval scale; stimuli independent"
    )

    @property
    def wanting(self) -> str:
        """Why the figure says nothing and is not to be printed, in words; "" where it says something."""
        low, high = self.ci95
        if not np.isfinite([self.value, low, high]).all():
            return f"not defined: the ratings of the {self.n} stimuli do not differ enough from one another"
        if low < POOR and high > EXCELLENT:
            return f"cannot be told: with n = {self.n} its interval reaches from poor to excellent agreement"
        if high - max(low, 0.0) > TOLD:  # below 0 is no agreement either, however far
            return (
                f"cannot be told: with n = {self.n} its interval reaches over more than {TOLD:g} above 0 (no agreement)"
            )
        return ""


def intraclass_correlations(ratings: ArrayLike) -> dict[str, IntraclassCorrelation]:
    """Return the six forms of Shrout and Fleiss, Psychol. Bull. 86:420 (1979).

    Parameters
    ----------
    ratings : (stimuli, raters) array
        NaN: not rated. Stimuli without a rating of every rater are left out: the formulas need a full table.

    Returns
    -------
    dict of str to IntraclassCorrelation
        By form, in the order of `FORMS`.

    Raises
    ------
    TooFewRatings
        Under two raters, or fewer complete stimuli than `least_stimuli`.
    """
    table = np.asarray(ratings, np.float64)
    complete = table[~np.isnan(table).any(axis=1)]
    n, k = complete.shape
    least = least_stimuli(k)
    if n < least or k < 2:
        raise TooFewRatings(
            f"Intraclass correlation needs {least} stimuli or more that have two ratings each or more, from the same"
            f" raters; there are {n} with {k} each.",
            "Krippendorff's alpha takes observers who rated different stimuli.",
        )
    squares = _mean_squares(complete)
    found: dict[str, IntraclassCorrelation] = {}
    for form, words in FORMS.items():
        value, ci95, (f, df1, df2) = _FORM[form[4]](squares, n, k)
        if form.endswith("k)"):
            value, *bounds = (_of_mean(each, k) for each in (value, *ci95))
            ci95 = (bounds[0], bounds[1])
        p = float(stats.f.sf(f, df1, df2))
        found[form] = IntraclassCorrelation(
            form, value, ci95, f, df1, df2, p, n, k, len(table) - n, f"{words}; F test, McGraw-Wong interval"
        )
    return found


@dataclass(frozen=True)
class _MeanSquares:
    stimuli: float
    raters: float
    error: float
    within: float


_Form = tuple[float, tuple[float, float], tuple[float, float, float]]


def _mean_squares(table: np.ndarray) -> _MeanSquares:
    n, k = table.shape
    total = table.mean()
    rows = k * np.sum((table.mean(axis=1) - total) ** 2)
    columns = n * np.sum((table.mean(axis=0) - total) ** 2)
    error = np.sum((table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + total) ** 2)
    # What rounding leaves of a sum of squares that is 0 would be taken for a signal.
    floor = 1e-12 * max(1.0, float(np.sum((table - total) ** 2)))
    rows, columns, error = (0.0 if square < floor else float(square) for square in (rows, columns, error))
    return _MeanSquares(
        rows / (n - 1), columns / (k - 1), error / ((n - 1) * (k - 1)), (columns + error) / (n * (k - 1))
    )


def _one_way(squares: _MeanSquares, n: int, k: int) -> _Form:
    return _from_ratio(squares.stimuli, squares.within, k, n - 1, n * (k - 1))


def _consistency(squares: _MeanSquares, n: int, k: int) -> _Form:
    return _from_ratio(squares.stimuli, squares.error, k, n - 1, (n - 1) * (k - 1))


def _from_ratio(stimuli: float, noise: float, k: int, df1: float, df2: float) -> _Form:
    f = _ratio(stimuli, noise)
    low = f / stats.f.ppf(0.975, df1, df2)
    high = f * stats.f.ppf(0.975, df2, df1)
    value, *bounds = (1.0 if np.isinf(each) else (each - 1) / (each + k - 1) for each in (f, low, high))
    return float(value), (float(bounds[0]), float(bounds[1])), (f, df1, df2)


def _agreement(squares: _MeanSquares, n: int, k: int) -> _Form:
    rows, columns, error = squares.stimuli, squares.raters, squares.error
    test = (_ratio(rows, error), float(n - 1), float((n - 1) * (k - 1)))
    spread = rows + (k - 1) * error + k * (columns - error) / n
    if spread == 0 or rows == 0:  # the stimuli's means are alike: there is nothing to agree on
        return float("nan"), (float("nan"), float("nan")), test
    value = (rows - error) / spread
    if value == 1:
        return 1.0, (1.0, 1.0), test
    a = k * value / (n * (1 - value))
    b = 1 + a * (n - 1)
    both = a * columns + b * error
    if both == 0:
        return float(value), (float("nan"), float("nan")), test
    df = both**2 / ((a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    lower, upper = stats.f.ppf(0.975, n - 1, df), stats.f.ppf(0.975, df, n - 1)
    noise = k * columns + (k * n - k - n) * error
    low = n * (rows - lower * error) / (lower * noise + n * rows)
    high = n * (upper * rows - error) / (noise + n * upper * rows)
    return float(value), (float(low), float(high)), test


_FORM = {"1": _one_way, "2": _agreement, "3": _consistency}


def _ratio(stimuli: float, noise: float) -> float:
    if noise > 0:
        return stimuli / noise
    return float("inf") if stimuli > 0 else float("nan")


def _of_mean(single: float, k: int) -> float:
    """Spearman-Brown: of the mean of k ratings; NaN where that has no bound."""
    rest = 1 + single * (k - 1)
    return single * k / rest if rest > 1e-12 else float("nan")
