"""How many more comparisons tell neighbours on a scale of preference apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from medsr_viewer.survey.statistics.pair_choice import posterior
from medsr_viewer.survey.statistics.pairs import PairScale

FloatArray: TypeAlias = NDArray[np.float64]
MOST_COMPARISONS = 10_000
"""Beyond it no number is told."""


@dataclass(frozen=True)
class Separation:
    """How far two are from being told apart.

    Parameters
    ----------
    value, standard_error : float
        Difference on the Bradley-Terry scale so far, in logits, drawn towards 0 by the prior.
    more : int or None
        Further comparisons of the two that tell them apart with the power wanted; 0: they are; None: more than
        `MOST_COMPARISONS`.
    """

    value: float
    standard_error: float
    more: int | None


def pairs_to_separate(
    wins: ArrayLike, first: int, second: int, *, power: float = 0.8, dependence: float = 1.0
) -> Separation:
    """Return how many more direct comparisons tell two apart (two-sided, 0.05), if they differ as it seems now.

    Parameters
    ----------
    wins : (n, n) array
        So far.
    first, second : int
        Of the stimuli or conditions.
    power : float
        Chance that so many are enough.
    dependence : float
        How many times the variance is what independent choices would have (design effect).

    Notes
    -----
    A comparison adds p (1 - p) to the information about the difference, p the chance that the first is chosen. The
    difference so far is itself uncertain, and so is the figure: a help to plan, no promise.
    """
    from scipy.stats import norm

    values, covariance = posterior(np.asarray(wins, np.float64))
    value = float(values[first] - values[second])
    independent = float(covariance[first, first] + covariance[second, second] - 2 * covariance[first, second])
    variance = dependence * independent
    error = float(np.sqrt(variance))
    if abs(value) / error >= norm.ppf(0.975):
        return Separation(value, error, 0)
    chance = float(expit(value))
    needed = np.inf if value == 0 else ((norm.ppf(0.975) + norm.ppf(power)) / value) ** 2
    more = dependence * (needed - 1 / variance) / (chance * (1 - chance))
    return Separation(value, error, ceil(more) if more <= MOST_COMPARISONS else None)


@dataclass(frozen=True)
class Neighbours:
    """Two conditions next to one another on the scale.

    Parameters
    ----------
    better, worse : str
        Conditions.
    compared : int
        How often the two were compared directly.
    dependence : float
        How many times the variance of the difference is what independent choices would have, 1 at the least.
    separation : Separation
        How far the two are from being told apart.
    """

    better: str
    worse: str
    compared: int
    dependence: float
    separation: Separation


def neighbours(scale: PairScale, wins: ArrayLike) -> tuple[Neighbours, ...]:
    """Return each condition and the next, the best first.

    Parameters
    ----------
    scale : PairScale
        Bradley-Terry's; an interval of its differences that does not hold 0 tells two apart. Where the interval is
        wider than independent choices explain, because observers or cases differ, so many more are needed.
    wins : (conditions, conditions) array
        That it was fitted to, in the order of its values.
    """
    table = np.asarray(wins, np.float64)
    order = sorted(range(len(scale.values)), key=lambda place: -scale.values[place].value)
    intervals = {(each.first, each.second): each.ci95 for each in scale.differences}
    found = []
    for first, second in pairwise(order):
        names = scale.values[first].condition, scale.values[second].condition
        low, high = intervals.get(names) or intervals[names[::-1]]
        half = (high - low) / (2 * 1.959964)
        dependence = max(1.0, (half / pairs_to_separate(table, first, second).standard_error) ** 2)
        separation = pairs_to_separate(table, first, second, dependence=dependence)
        apart = low > 0 or high < 0
        if apart or separation.more == 0:  # the interval decides; the normal approximation may differ at the border
            separation = Separation(separation.value, separation.standard_error, 0 if apart else 1)
        compared = int(table[first, second] + table[second, first])
        found.append(Neighbours(*names, compared, float(dependence), separation))
    return tuple(found)
