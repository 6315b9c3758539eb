"""How narrow the interval of a condition's MOS is expected to be, and how many observers and cases make it so."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from typing import TYPE_CHECKING

from medsr_viewer.survey.design import Protocol
from medsr_viewer.survey.report.wording import counted

if TYPE_CHECKING:
    from medsr_viewer.survey.statistics.variance import VarianceComponents

OBSERVERS_SD, CASES_SD, RATINGS_SD = 0.4, 0.5, 0.7
"""What ratings vary by where no pilot says better, standard deviations in steps of the scale: between observers,
between cases under one condition, and what is left, an observer's own inconsistency above all. About as simulated
observers do."""
ASSUMED = (
    f"Assumed, in steps of the scale: observers differ by {OBSERVERS_SD} (standard deviation), cases by {CASES_SD}, "
    f"single ratings by {RATINGS_SD} besides. Differences between conditions are told more finely. The report of a "
    "pilot says what holds for your images."
)
_WHOLE_SCALE = 2.0
_OF_QUALITY: tuple[Protocol, ...] = ("acr", "dsis", "queens")


def has_mean(protocol: Protocol) -> bool:
    """Whether a protocol has mean ratings, whose interval can be told beforehand."""
    return protocol in _OF_QUALITY


def told_precision(protocol: Protocol, observers: int, cases: int, wanted: float) -> str:
    """Return what can be expected of so many observers who rate so many cases each.

    Parameters
    ----------
    protocol : Protocol
        Of the survey; only scales of quality have such a figure.
    observers, cases : int
        All observers rate all cases.
    wanted : float
        Half the width of the 95 % interval of a condition's MOS, for new observers and new cases.
    """
    if not has_mean(protocol):
        return "This protocol has no mean rating to be told beforehand. Rate a pilot: its report says what is enough."
    if min(observers, cases) < 2:
        return "Two observers and two cases at the least: one says nothing of others."
    half = half_width(observers, cases)
    size = f"{counted(observers, 'observer')} × {counted(cases, 'case')}"
    first = f"{size}: a condition's MOS within ±{half:.2f} (95 % interval, for new observers and new cases)."
    if half >= _WHOLE_SCALE:
        first = f"{size} tell nothing of others: the 95 % interval of a condition's MOS would be as wide as the scale."
    fewest, more = _observers_for(wanted, cases), _cases_for(wanted, observers)
    if half <= wanted:
        return f"{first} For ±{wanted:.2f}: {counted(fewest or observers, 'observer')} would do with these cases."
    ways = [f"{counted(fewest, 'observer')} with these cases"] if fewest else []
    ways += [f"{counted(more, 'case')} with these observers"] if more else []
    if not ways:
        return f"{first} For ±{wanted:.2f}: more of both."
    alone = f"no number of {'cases' if fewest else 'observers'} alone is enough"
    return f"{first} For ±{wanted:.2f}: {' or '.join(ways) if len(ways) == 2 else f'{ways[0]}; {alone}'}."


def half_width(observers: int, cases: int) -> float:
    """Return half the width of the 95 % interval of a condition's MOS that is expected under what is assumed."""
    from medsr_viewer.survey.statistics.planning import plan  # here: it takes half a second to load
    from medsr_viewer.survey.statistics.variance import Pilot

    components = _assumed()
    return plan(Pilot(components, components), 1.0, [observers], [cases])[0].half_width


def _observers_for(wanted: float, cases: int) -> int | None:
    from medsr_viewer.survey.statistics.planning import observers_for_width

    return observers_for_width(_assumed(), wanted, cases)


def _cases_for(wanted: float, observers: int) -> int | None:
    from medsr_viewer.survey.statistics.planning import observers_for_width

    return observers_for_width(_assumed(swapped=True), wanted, observers)


def _assumed(*, swapped: bool = False) -> VarianceComponents:
    """Return what is assumed; swapped, observers stand for cases and the other way: the interval takes both alike."""
    from medsr_viewer.survey.statistics.variance import VarianceComponents

    observers, cases = (CASES_SD, OBSERVERS_SD) if swapped else (OBSERVERS_SD, CASES_SD)
    return VarianceComponents(observers**2, cases**2, RATINGS_SD**2, 0, 0, 0)
