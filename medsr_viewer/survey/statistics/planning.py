"""How many observers and cases a survey needs, from what a pilot's ratings vary by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceComponents:
    """What one figure (a rating, or the difference of two) varies by.

    Parameters
    ----------
    observers, cases, residual : float
        Variances, none negative. Residual: observer by case, and the observer's own inconsistency.
    n_observers, n_cases, n : int
        Of the pilot; n: figures.
    truncated : tuple of str
        Components whose estimate was negative and is taken as 0: the pilot is too small to see them.
    test, assumptions : str
        In words.
    """

    observers: float
    cases: float
    residual: float
    n_observers: int
    n_cases: int
    n: int
    truncated: tuple[str, ...] = ()
    test: str = "Variance components, crossed random effects, unbiased from pairs (analysis of variance if complete)"
    assumptions: str = "Observers and cases of the survey drawn as the pilot's; effects add up"

    def variance_of_mean(self, observers: int, cases: int) -> float:
        """Return the variance of the mean over so many observers, each rating so many cases, all the same."""
        return self.observers / observers + self.cases / cases + self.residual / (observers * cases)

    def degrees_of_freedom(self, observers: int, cases: int) -> float:
        """Return Satterthwaite's degrees of freedom of that variance, as the survey will estimate it."""
        residual = self.residual / (observers * cases)
        parts = (
            (self.observers / observers + residual, observers - 1),
            (self.cases / cases + residual, cases - 1),
            (residual, (observers - 1) * (cases - 1)),
        )
        spread = sum(part**2 / max(df, 1) for part, df in parts)
        total = self.variance_of_mean(observers, cases)
        return float("inf") if spread == 0 else max(total**2 / spread, 1.0)


@dataclass(frozen=True)
class Pilot:
    """What a pilot tells.

    Parameters
    ----------
    rating : VarianceComponents
        Of a rating under one condition, mean over conditions.
    difference : VarianceComponents
        Of the difference of two conditions on the same case by the same observer, mean over pairs of conditions.
    """

    rating: VarianceComponents
    difference: VarianceComponents


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


def pilot_components(table: RatingTable) -> Pilot:
    """Estimate the variance components of a pilot's ratings.

    Raises
    ------
    TooFewRatings
        Under two conditions, or the observers and cases of a condition do not cross.
    """
    cube = table.cube()
    conditions = cube.shape[2]
    if conditions < 2:
        raise TooFewRatings("A plan needs a pilot of two or more conditions; there is one.")
    ratings = [cube[:, :, index] for index in range(conditions)]
    return Pilot(_mean(ratings), _mean([first - second for first, second in combinations(ratings, 2)]))


def variance_components(figures: ArrayLike) -> VarianceComponents:
    """Estimate what an (observers, cases) array varies by; NaN: not rated.

    Raises
    ------
    TooFewRatings
        Under two observers who rated two cases in common, or the like.
    """
    return _mean([np.asarray(figures, np.float64)])


def plan(
    pilot: Pilot, difference: float, observers: Sequence[int], cases: Sequence[int], *, conditions: int = 2
) -> tuple[PlanRow, ...]:
    """Return a table: what every number of observers with every number of cases gives.

    Parameters
    ----------
    pilot : Pilot
        See `pilot_components`.
    difference : float
        Of two conditions' MOS, on the rating scale, that is to be told from 0.
    observers, cases : sequence of int
        Sizes, 2 at the least.
    conditions : int
        Of the survey; only for the number of ratings.
    """
    rows = []
    for readers in observers:
        for shown in cases:
            half = float(stats.t.ppf(0.975, pilot.rating.degrees_of_freedom(readers, shown))) * np.sqrt(
                pilot.rating.variance_of_mean(readers, shown)
            )
            error = float(np.sqrt(pilot.difference.variance_of_mean(readers, shown)))
            df = pilot.difference.degrees_of_freedom(readers, shown)
            rows.append(
                PlanRow(
                    readers,
                    shown,
                    float(half),
                    _power(difference, error, df),
                    _least_difference(error, df),
                    shown * conditions,
                )
            )
    return tuple(rows)


def observers_needed(components: VarianceComponents, half_width: float, cases: int, *, most: int = 1000) -> int | None:
    """Return the fewest observers whose 95 % interval of a MOS is as narrow as wanted; None: no number of them is.

    With too few cases no number of observers makes the interval narrow: what the cases vary by stays.
    """
    for observers in range(2, most + 1):
        df = components.degrees_of_freedom(observers, cases)
        if stats.t.ppf(0.975, df) * np.sqrt(components.variance_of_mean(observers, cases)) <= half_width:
            return observers
    return None


def _power(difference: float, error: float, df: float) -> float:
    if error == 0:
        return 1.0 if difference else 0.05
    shift = abs(difference) / error
    if np.isinf(df):
        return float(stats.norm.sf(1.959964 - shift) + stats.norm.cdf(-1.959964 - shift))
    limit = stats.t.ppf(0.975, df)
    return float(stats.nct.sf(limit, df, shift) + stats.nct.cdf(-limit, df, shift))


def _least_difference(error: float, df: float) -> float:
    return float((stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * error)


def _mean(figures: list[FloatArray]) -> VarianceComponents:
    estimates = np.mean([_unbiased(each) for each in figures], axis=0)
    names = ("observers", "cases", "residual")
    truncated = tuple(name for name, value in zip(names, estimates, strict=True) if value < -1e-12)
    observers, cases, residual = (max(float(value), 0.0) for value in estimates)
    some = np.any([~np.isnan(each) for each in figures], axis=0)
    count = int(sum((~np.isnan(each)).sum() for each in figures))
    return VarianceComponents(
        observers, cases, residual, int(some.any(axis=1).sum()), int(some.any(axis=0).sum()), count, truncated
    )


def _unbiased(figures: FloatArray) -> tuple[float, float, float]:
    """Return (observers, cases, residual) of one array, negative ones as they are.

    Half the mean squared difference of two figures holds: of one observer on two cases, cases + residual; of two
    observers on one case, observers + residual; of two observers on two cases, all three. It asks for no complete
    table; of a complete one the solution is that of the analysis of variance.
    """
    rated = ~np.isnan(figures)
    values = np.where(rated, figures - np.nanmean(figures) if rated.any() else 0, 0)
    everything = _half_squares(values.ravel()[None], rated.ravel()[None])
    same_observer = _half_squares(values, rated)
    same_case = _half_squares(values.T, rated.T)
    other = everything - same_observer - same_case
    if min(same_observer[1], same_case[1], other[1]) <= 0:
        raise TooFewRatings("Variance components need two observers who rated the same two cases or more.")
    within_observer, within_case, apart = (total / pairs for total, pairs in (same_observer, same_case, other))
    return apart - within_observer, apart - within_case, within_observer + within_case - apart


def _half_squares(values: FloatArray, rated: NDArray[np.bool_]) -> FloatArray:
    """Return (sum of half the squared differences, how many) over ordered pairs within the rows."""
    counts = rated.sum(axis=1)
    squares = counts * np.sum(values**2, axis=1) - np.sum(values, axis=1) ** 2
    return np.array([squares.sum(), np.sum(counts * (counts - 1.0))])
