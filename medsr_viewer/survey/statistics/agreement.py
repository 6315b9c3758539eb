"""Whether observers agree with one another, and each with themselves when a stimulus comes again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.alpha import Alpha, krippendorff_alpha
from medsr_viewer.survey.statistics.intraclass import IntraclassCorrelation, intraclass_correlations
from medsr_viewer.survey.statistics.kappa import WeightedKappa, weighted_kappa
from medsr_viewer.survey.statistics.sufficiency import least_stimuli

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class InterObserver:
    """Agreement between observers over all stimuli (a case under a condition).

    Parameters
    ----------
    observers, stimuli : int
        How many.
    icc : dict of str to IntraclassCorrelation
        Six forms; empty where too few stimuli were rated by all observers, with the reason in `without_icc`.
    kappa_linear, kappa_quadratic : WeightedKappa
        Mean over pairs of observers.
    alpha_ordinal, alpha_interval, alpha_nominal : Alpha
        With bootstrap over cases.
    without_icc : str
        "" or why there is none.
    """

    observers: int
    stimuli: int
    icc: dict[str, IntraclassCorrelation]
    kappa_linear: WeightedKappa
    kappa_quadratic: WeightedKappa
    alpha_ordinal: Alpha
    alpha_interval: Alpha
    alpha_nominal: Alpha
    without_icc: str = ""


@dataclass(frozen=True)
class Repeatability:
    """Agreement of first and second ratings of the same stimuli by the same observer.

    Parameters
    ----------
    observer : str
        "" for all observers together.
    n : int
        Pairs of ratings.
    identical, within_one : float
        Shares of the pairs: alike; at most one step apart.
    mean_change : float
        Second less first.
    icc : IntraclassCorrelation or None
        ICC(2,1), absolute agreement of one rating; None with fewer pairs than `least_stimuli`.
    kappa : WeightedKappa or None
        Quadratic weights; None with fewer pairs than that.
    test, assumptions : str
        In words.
    """

    observer: str
    n: int
    identical: float
    within_one: float
    mean_change: float
    icc: IntraclassCorrelation | None
    kappa: WeightedKappa | None
    test: str = "Test and retest: ICC(2,1) and quadratic weighted kappa of the first against the second rating"
    assumptions: str = "Pairs independent (of one observer they share the observer); no memory of the first rating"


def inter_observer(table: RatingTable, *, resamples: int = 1000, seed: int = 0) -> InterObserver:
    """Return agreement between observers; first ratings alone.

    Raises
    ------
    TooFewRatings
        Two observers or more rated fewer stimuli in common than `least_stimuli`.
    """
    cube = table.cube()
    observers, cases, conditions = cube.shape
    ratings = cube.reshape(observers, cases * conditions).T
    _check(ratings)
    clusters = np.repeat(np.arange(cases), conditions)
    levels = range(1, table.best + 1)
    try:
        icc, without_icc = intraclass_correlations(ratings), ""
    except TooFewRatings as error:
        icc, without_icc = {}, error.reason

    def alpha(level: str) -> Alpha:
        return krippendorff_alpha(ratings, level, clusters=clusters, resamples=resamples, seed=seed)  # type: ignore[arg-type]

    return InterObserver(
        observers,
        int((~np.isnan(ratings)).any(axis=1).sum()),
        icc,
        weighted_kappa(ratings, levels, "linear"),
        weighted_kappa(ratings, levels, "quadratic"),
        alpha("ordinal"),
        alpha("interval"),
        alpha("nominal"),
        without_icc,
    )


def intra_observer(table: RatingTable) -> tuple[Repeatability, ...]:
    """Return how each observer repeats their ratings; all observers together come first.

    Observers without a repeat are left out.

    Raises
    ------
    TooFewRatings
        Nobody rated a stimulus twice.
    """
    observer, first, second = repeated_ratings(table)
    if not len(first):
        raise TooFewRatings("No stimulus was rated twice by an observer.", "Give the design a repeat_share above 0.")
    levels = range(1, table.best + 1)
    found = [_repeatability("", first, second, levels)]
    for index in np.unique(observer):
        of = observer == index
        found.append(_repeatability(table.observers[index], first[of], second[of], levels))
    return tuple(found)


def repeated_ratings(table: RatingTable) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Return observer, first and second rating of all that was rated twice."""
    shape = len(table.observers), len(table.cases), len(table.conditions)
    again = np.full(shape, np.nan)
    second = table.repeat == 1
    again[table.observer[second], table.case[second], table.condition[second]] = table.value[second]
    once = table.cube()
    both = ~np.isnan(once) & ~np.isnan(again)
    return np.nonzero(both)[0], once[both], again[both]


def _check(ratings: FloatArray) -> None:
    """Refuse what is too little for any coefficient."""
    times = (~np.isnan(ratings)).sum(axis=1)
    shared = times[times >= 2]
    least = least_stimuli(int(shared.mean()) if len(shared) else 2)
    if len(shared) < least:
        raise TooFewRatings(
            f"Agreement between observers needs {least} stimuli or more that two of them rated, or more; there are"
            f" {len(shared)}."
        )


def _repeatability(name: str, first: FloatArray, second: FloatArray, levels: range) -> Repeatability:
    change = second - first
    pairs = np.stack((first, second), axis=1)
    enough = len(pairs) >= least_stimuli(2)
    return Repeatability(
        name,
        len(pairs),
        float(np.mean(change == 0)),
        float(np.mean(np.abs(change) <= 1)),
        float(change.mean()),
        intraclass_correlations(pairs)["ICC(2,1)"] if enough else None,
        weighted_kappa(pairs, levels, "quadratic") if enough else None,
    )
