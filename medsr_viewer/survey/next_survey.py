"""How large a next survey should be, with this one's ratings as its pilot."""

from __future__ import annotations

from dataclasses import dataclass

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.planning import PlanRow, observers_for_difference, observers_for_width, plan
from medsr_viewer.survey.statistics.variance import Pilot, pilot_components


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
    """

    cases: int
    for_width: tuple[int | None, ...]
    for_difference: tuple[int | None, ...]


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
    """

    pilot: Pilot
    half_widths: tuple[float, ...]
    differences: tuple[float, ...]
    needed: tuple[ObserversNeeded, ...]
    difference: float
    rows: tuple[PlanRow, ...]


def next_survey(table: RatingTable) -> NextSurvey:
    """Plan the next survey.

    Raises
    ------
    TooFewRatings
        As of `pilot_components`.
    """
    pilot = pilot_components(table)
    needed = tuple(
        ObserversNeeded(
            cases,
            tuple(observers_for_width(pilot.rating, width, cases) for width in _HALF_WIDTHS),
            tuple(observers_for_difference(pilot.difference, difference, cases) for difference in _DIFFERENCES),
        )
        for cases in sorted({*_CASES, len(table.cases)})
    )
    rows = plan(pilot, _DIFFERENCE, _OBSERVERS, _CASES, conditions=len(table.conditions))
    return NextSurvey(pilot, _HALF_WIDTHS, _DIFFERENCES, needed, _DIFFERENCE, rows)


_HALF_WIDTHS = (0.2, 0.3, 0.5)
_DIFFERENCES = (0.25, 0.5, 1.0)
_DIFFERENCE = 0.5
_OBSERVERS, _CASES = (5, 10, 20, 40), (10, 20, 40, 80)
