"""How many observers and cases a survey needs, from what a pilot's ratings vary by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from medsr_viewer.survey.statistics.variance import Pilot, VarianceComponents

FloatArray = NDArray[np.float64]

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
            float(_half_width(pilot.rating, readers, shown)),
            float(_power(pilot.difference, difference, readers, shown)),
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
    return _fewest(_half_width(components, _NUMBERS, cases) <= half_width)


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
    return _fewest(_power(components, difference, _NUMBERS, cases) >= power)


def _fewest(enough: NDArray[np.bool_]) -> int | None:
    """Return the first of `_NUMBERS` that is enough. With few cases more observers need not be better.

    What varies with the cases then prevails, of which few degrees of freedom tell.
    """
    return int(_NUMBERS[np.argmax(enough)]) if enough.any() else None


_NUMBERS = np.arange(2, MOST_OBSERVERS + 1)


def _half_width(components: VarianceComponents, observers: ArrayLike, cases: int) -> FloatArray:
    df = components.degrees_of_freedom(observers, cases)
    return np.asarray(stats.t.ppf(0.975, df) * np.sqrt(components.variance_of_mean(observers, cases)))


def _power(components: VarianceComponents, difference: float, observers: ArrayLike, cases: int) -> FloatArray:
    error = np.sqrt(components.variance_of_mean(observers, cases))
    if not error.all():  # nothing varies
        return np.full(error.shape, 1.0 if difference else 0.05)
    df, shift = components.degrees_of_freedom(observers, cases), abs(difference) / error
    limit = stats.t.ppf(0.975, df)
    # Below the lower limit the share is under Phi(-shift); far out scipy has no figure for it.
    near = np.minimum(shift, _FAR)
    lower = np.where(shift < _FAR, stats.nct.cdf(-limit, df, near), 0.0)
    return np.asarray(stats.nct.sf(limit, df, shift) + lower)


_FAR = 6.0
"""Standard errors: Phi(-6) is 1e-9."""


def _least_difference(components: VarianceComponents, observers: int, cases: int) -> float:
    df = components.degrees_of_freedom(observers, cases)
    error = np.sqrt(components.variance_of_mean(observers, cases))
    return float((stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * error)
