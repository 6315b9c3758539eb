"""How many observers and cases a survey needs, from what a pilot's ratings vary by."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from medsr_viewer.survey.statistics.variance import Pilot, VarianceComponents

MOST_OBSERVERS = 1000
"""Beyond it no number of observers is looked for."""


@dataclass(frozen=True)
class PlanRow:
    """One size of the survey.

    Parameters
    ----------
    observers, cases : int
        Every observer rates every case under every condition.
    half_width : float
        Expected half width of the 95 % interval of a condition's MOS, for observers and cases alike.
    power : float
        Of telling the wanted difference of two conditions' MOS from 0 (two-sided, 0.05).
    least_difference : float
        That is told with power 0.8.
    ratings_each : int
        Ratings that an observer gives.
    """

    observers: int
    cases: int
    half_width: float
    power: float
    least_difference: float
    ratings_each: int


def plan(
    pilot: Pilot, difference: float, observers: Sequence[int], cases: Sequence[int], *, conditions: int = 2
) -> tuple[PlanRow, ...]:
    """Return a table: what every number of observers with every number of cases gives.

    Parameters
    ----------
    pilot : Pilot
        Of `medsr_viewer.survey.statistics.variance`.
    difference : float
        Of two conditions' MOS, on the rating scale, that is to be told from 0.
    observers, cases : sequence of int
        Sizes, 2 at the least.
    conditions : int
        Of the survey; only for the number of ratings.
    """
    return tuple(
        PlanRow(
            readers,
            shown,
            _half_width(pilot.rating, readers, shown),
            _power(pilot.difference, difference, readers, shown),
            _least_difference(pilot.difference, readers, shown),
            shown * conditions,
        )
        for readers in observers
        for shown in cases
    )


def observers_for_width(components: VarianceComponents, half_width: float, cases: int) -> int | None:
    """Return the fewest observers whose 95 % interval of a MOS is as narrow as wanted; None: `MOST_OBSERVERS` are not.

    With too few cases no number of observers makes the interval narrow: what the cases vary by stays.
    """
    return _fewest(lambda observers: _half_width(components, observers, cases) <= half_width)


def observers_for_difference(
    components: VarianceComponents, difference: float, cases: int, *, power: float = 0.8
) -> int | None:
    """Return the fewest observers who tell a difference of two MOS from 0 (two-sided, 0.05); None as above.

    Parameters
    ----------
    components : VarianceComponents
        Of the differences: `Pilot.difference`.
    difference : float
        On the rating scale.
    cases : int
        That every observer rates.
    power : float
        How often they tell it.
    """
    return _fewest(lambda observers: _power(components, difference, observers, cases) >= power)


def _fewest(enough: Callable[[int], bool]) -> int | None:
    """Return the least number that is enough, where more are enough too."""
    numbers = range(2, MOST_OBSERVERS + 1)
    return numbers[bisect_left(numbers, True, key=enough)] if enough(MOST_OBSERVERS) else None


def _half_width(components: VarianceComponents, observers: int, cases: int) -> float:
    df = components.degrees_of_freedom(observers, cases)
    return float(stats.t.ppf(0.975, df) * np.sqrt(components.variance_of_mean(observers, cases)))


def _power(components: VarianceComponents, difference: float, observers: int, cases: int) -> float:
    error = float(np.sqrt(components.variance_of_mean(observers, cases)))
    if error == 0:
        return 1.0 if difference else 0.05
    df, shift = components.degrees_of_freedom(observers, cases), abs(difference) / error
    limit = float(stats.t.ppf(0.975, df))
    # Below the lower limit the share is under Phi(-shift); far out scipy has no figure for it.
    lower = float(stats.nct.cdf(-limit, df, shift)) if shift < _FAR else 0.0
    return float(stats.nct.sf(limit, df, shift)) + lower


_FAR = 6.0
"""Standard errors: Phi(-6) is 1e-9."""


def _least_difference(components: VarianceComponents, observers: int, cases: int) -> float:
    df = components.degrees_of_freedom(observers, cases)
    error = np.sqrt(components.variance_of_mean(observers, cases))
    return float((stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * error)
