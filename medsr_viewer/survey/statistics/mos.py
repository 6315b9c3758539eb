"""Mean opinion scores, differential ones against the hidden reference, and differences between conditions."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from medsr_viewer.survey.design import REFERENCE
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.crossed import CrossedSpread
from medsr_viewer.survey.statistics.holm import holm
from medsr_viewer.survey.statistics.intervals import Interval, over_observers, over_observers_and_cases

FloatArray = NDArray[np.float64]

FIRST_ANSWERS = "First answers alone: repeats of a trial tell about reliability. Every case counts alike."
DIFFERENTIAL = (
    "Differential score of each observer and case: value - value of the hidden reference + the scale's best value"
    " (ACR-HR, ITU-T P.910). It may exceed the best value."
)
DIFFERENCE = "Difference of the two conditions' values of the same observer and case."
DIFFERENCE_TEST = (
    "p: two-sided t test of no difference, from the same standard error and degrees of freedom as the interval; Holm's"
    " correction over all pairs."
)


@dataclass(frozen=True)
class ConditionScore:
    """Mean score of a condition.

    Parameters
    ----------
    name : str
        The condition.
    n, observers, cases : int
        Scores, and observers and cases that gave any.
    mean : float
        Mean over the cases of each case's mean; NaN without scores.
    deviation : float
        Standard deviation of all scores.
    ci95 : Interval
        For new observers and new cases: the primary interval.
    ci95_these_cases : Interval
        For new observers and these very cases (ITU-R BT.500).
    spread : CrossedSpread
        How much observers, cases and the rest vary.
    """

    name: str
    n: int
    observers: int
    cases: int
    mean: float
    deviation: float
    ci95: Interval
    ci95_these_cases: Interval
    spread: CrossedSpread


@dataclass(frozen=True)
class ConditionDifference:
    """How much better `first` scored than `second`, by paired values.

    Parameters
    ----------
    first, second : str
        The conditions.
    n, observers, cases : int
        Pairs of values, and observers and cases that gave any.
    mean : float
        Of first - second.
    ci95, ci95_these_cases : Interval
        As in `ConditionScore`; not corrected for the number of pairs.
    p, p_holm : float
        Of no difference over new observers and new cases; NaN where it cannot be told.
    """

    first: str
    second: str
    n: int
    observers: int
    cases: int
    mean: float
    ci95: Interval
    ci95_these_cases: Interval
    p: float
    p_holm: float


def mean_opinion_scores(table: RatingTable) -> tuple[ConditionScore, ...]:
    """Return the MOS of each condition (`FIRST_ANSWERS`), in the table's order.

    The primary interval is computed on logits (see `over_observers_and_cases`); BT.500's is the plain one, clipped.
    """
    cube, bounds = table.cube(), (1.0, float(table.best))
    return tuple(
        _condition_score(name, cube[:, :, index], bounds, logit=True) for index, name in enumerate(table.conditions)
    )


def differential_scores(table: RatingTable, reference: str = REFERENCE) -> tuple[ConditionScore, ...]:
    """Return the DMOS of each condition but the reference (`DIFFERENTIAL`); empty where there is no reference.

    The intervals are plain ones, clipped to what a differential score can be: 1 to twice the best value less 1.
    """
    if reference not in table.conditions:
        return ()
    cube, best = table.cube(), float(table.best)
    hidden = cube[:, :, table.conditions.index(reference)]
    return tuple(
        _condition_score(name, cube[:, :, index] - hidden + best, (1.0, 2 * best - 1), logit=False)
        for index, name in enumerate(table.conditions)
        if name != reference
    )


def paired_differences(table: RatingTable) -> tuple[ConditionDifference, ...]:
    """Return all pairs of conditions (`DIFFERENCE`, `DIFFERENCE_TEST`), in the table's order.

    Differences of values are those of differential scores too: the hidden reference drops out.
    """
    cube, reach = table.cube(), float(table.best - 1)
    found = []
    for first, second in itertools.combinations(range(len(table.conditions)), 2):
        scores = cube[:, :, first] - cube[:, :, second]
        interval, spread = over_observers_and_cases(scores, (-reach, reach))
        these = over_observers(scores, (-reach, reach))
        found.append((table.conditions[first], table.conditions[second], spread, interval, these, _p(interval)))
    corrected = holm([row[-1] for row in found])
    return tuple(
        ConditionDifference(
            first, second, spread.n, spread.observers, spread.cases, spread.estimate, interval, these, p, float(holm_p)
        )
        for (first, second, spread, interval, these, p), holm_p in zip(found, corrected, strict=True)
    )


def _condition_score(name: str, scores: FloatArray, bounds: tuple[float, float], *, logit: bool) -> ConditionScore:
    interval, spread = over_observers_and_cases(scores, bounds, logit=logit)
    these = over_observers(scores, bounds)
    deviation = float(np.nanstd(scores, ddof=1)) if spread.n > 1 else math.nan
    return ConditionScore(
        name, spread.n, spread.observers, spread.cases, spread.estimate, deviation, interval, these, spread
    )


def _p(interval: Interval) -> float:
    if math.isnan(interval.standard_error):
        return math.nan
    return 2.0 * float(special.stdtr(interval.df, -abs(interval.estimate) / interval.standard_error))
