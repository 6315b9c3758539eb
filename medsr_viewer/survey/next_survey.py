"""How large a next survey should be, with this one's ratings as its pilot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.planning import (
    MOST_OBSERVERS,
    PlanRow,
    observers_for_difference,
    observers_for_width,
    plan,
)
from medsr_viewer.survey.statistics.sufficiency import caution_on_pilot
from medsr_viewer.survey.statistics.variance import Pilot, VarianceComponents, pilot_components

Range: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True)
class ObserversNeeded:
    """How many observers a number of cases asks for.

    Parameters
    ----------
    cases : int
        Every observer rates each under every condition.
    for_width : tuple of int or None
        For each of `NextSurvey.half_widths`; None: no number of them is enough with these cases.
    for_difference : tuple of int or None
        For each of `NextSurvey.differences`.
    width_ranges, difference_ranges : tuple of (int or None, int or None)
        The same where the variance of the mean is as small, and as large, as the pilot leaves it (95 %).
    """

    cases: int
    for_width: tuple[int | None, ...]
    for_difference: tuple[int | None, ...]
    width_ranges: tuple[Range, ...]
    difference_ranges: tuple[Range, ...]


@dataclass(frozen=True)
class NextSurvey:
    """How large a next survey should be, from this one's variances.

    Parameters
    ----------
    pilot : Pilot
        The variances.
    half_widths : tuple of float
        Of the 95 % interval of a MOS.
    differences : tuple of float
        Of two MOS, to be told from 0 with power 0.8.
    needed : tuple of ObserversNeeded
        One a number of cases, this survey's among them.
    difference : float
        Of two MOS, whose power `rows` tell.
    rows : tuple of PlanRow
        What each size gives.
    caution : str
        Why the sizes are not to be relied on; "" where they are.
    """

    pilot: Pilot
    half_widths: tuple[float, ...]
    differences: tuple[float, ...]
    needed: tuple[ObserversNeeded, ...]
    difference: float
    rows: tuple[PlanRow, ...]
    caution: str


def next_survey(table: RatingTable) -> NextSurvey:
    """Plan the next survey.

    Raises
    ------
    TooFewRatings
        As of `pilot_components`.
    """
    pilot = pilot_components(table)
    needed = tuple(_needed(pilot, cases) for cases in sorted({*_CASES, len(table.cases)}))
    rows = plan(pilot, _DIFFERENCE, _OBSERVERS, _CASES, conditions=len(table.conditions))
    caution = caution_on_pilot(pilot.rating.n_observers, pilot.rating.n_cases)
    return NextSurvey(pilot, _HALF_WIDTHS, _DIFFERENCES, needed, _DIFFERENCE, rows, caution)


_HALF_WIDTHS = (0.2, 0.3, 0.5)
_DIFFERENCES = (0.25, 0.5, 1.0)
_DIFFERENCE = 0.5
_OBSERVERS, _CASES = (5, 10, 20, 40), (10, 20, 40, 80)
_Search: TypeAlias = Callable[[VarianceComponents, float, int], int | None]


def _needed(pilot: Pilot, cases: int) -> ObserversNeeded:
    widths = [_with_range(observers_for_width, pilot.rating, width, cases) for width in _HALF_WIDTHS]
    told = [_with_range(observers_for_difference, pilot.difference, size, cases) for size in _DIFFERENCES]
    (for_width, width_ranges), (for_difference, difference_ranges) = (
        zip(*each, strict=True) for each in (widths, told)
    )
    return ObserversNeeded(cases, for_width, for_difference, width_ranges, difference_ranges)


def _with_range(search: _Search, components: VarianceComponents, aim: float, cases: int) -> tuple[int | None, Range]:
    """Return how many observers an aim takes, and how many with the least and the greatest variances to be believed."""
    number = search(components, aim, cases)
    less, more = components.plausible_factors_of_mean(number or MOST_OBSERVERS, cases)
    fewest, most = (search(components.times(factor), aim, cases) for factor in (less, more))
    return number, (fewest, most)
