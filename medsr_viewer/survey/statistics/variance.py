"""What ratings vary by: observers, cases, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.agreement import repeated_ratings

FloatArray: TypeAlias = NDArray[np.float64]

LEAST_PILOT = 3
"""Observers, and cases: from two, a variance between them is known to within a factor of 0.2 to 1,000 alone."""


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

    def variance_of_mean(self, observers: ArrayLike, cases: int) -> FloatArray:
        """Return the variance of the mean over so many observers, each rating so many cases, all the same.

        Of an array of numbers of observers, one variance each.
        """
        readers = np.asarray(observers, np.float64)
        return np.asarray(self.observers / readers + self.cases / cases + self.residual / (readers * cases))

    def degrees_of_freedom(self, observers: ArrayLike, cases: int) -> FloatArray:
        """Return Satterthwaite's degrees of freedom of that variance, as the survey will estimate it."""
        readers = np.asarray(observers, np.float64)
        residual = self.residual / (readers * cases)
        parts = (
            (self.observers / readers + residual, readers - 1),
            (self.cases / cases + residual, np.asarray(cases - 1)),
            (residual, (readers - 1) * (cases - 1)),
        )
        spread = sum((part**2 / np.maximum(df, 1) for part, df in parts), np.zeros_like(readers))
        total = self.variance_of_mean(readers, cases)
        known = spread > 0
        return np.where(known, np.maximum(total**2 / np.where(known, spread, 1.0), 1.0), np.inf)

    def plausible_factors_of_mean(self, observers: int, cases: int) -> tuple[float, float]:
        """Return between which multiples of itself `variance_of_mean` may lie, as so small a pilot knows it.

        Degrees of freedom after Satterthwaite, from the mean squares of the pilot's analysis of variance.
        """
        pilot = self.n_observers, self.n_cases
        squares = self.residual + pilot[1] * self.observers, self.residual + pilot[0] * self.cases, self.residual
        of_observers, of_cases, both = 1 / (pilot[1] * observers), 1 / (pilot[0] * cases), 1 / (observers * cases)
        free = pilot[0] - 1, pilot[1] - 1, (pilot[0] - 1) * (pilot[1] - 1)
        parts = (of_observers, of_cases, both - of_observers - of_cases)
        spread = sum((part * square) ** 2 / df for part, square, df in zip(parts, squares, free, strict=True))
        if spread == 0:
            return 1.0, 1.0
        df = float(self.variance_of_mean(observers, cases)) ** 2 / spread
        return _chi_squared_factors(max(df, min(free)))  # differences of mean squares have fewer by this approximation

    def times(self, factor: float) -> VarianceComponents:
        """Return the same with every variance so many times as large."""
        parts = {name: factor * getattr(self, name) for name in ("observers", "cases", "residual")}
        return replace(self, **parts)


def plausible_factors(number: int) -> tuple[float, float]:
    """Return between which multiples of its estimate a variance between so many may lie (95 %, chi-squared)."""
    return _chi_squared_factors(number - 1)


def _chi_squared_factors(df: float) -> tuple[float, float]:
    return df / float(stats.chi2.ppf(0.975, df)), df / float(stats.chi2.ppf(0.025, df))


@dataclass(frozen=True)
class Pilot:
    """What a pilot tells.

    Parameters
    ----------
    rating : VarianceComponents
        Of a rating under one condition, mean over conditions.
    difference : VarianceComponents
        Of the difference of two conditions on the same case by the same observer, mean over pairs of conditions.
    own : float
        Part of the rating's residual that is an observer's own inconsistency: half the mean squared change of a rating
        that was given twice; NaN without repeats.
    repeats : int
        Ratings that were given twice.
    """

    rating: VarianceComponents
    difference: VarianceComponents
    own: float = float("nan")
    repeats: int = 0


def pilot_components(table: RatingTable) -> Pilot:
    """Estimate the variance components of a pilot's ratings.

    Raises
    ------
    TooFewRatings
        Under two conditions, under `LEAST_PILOT` observers or cases, or the two do not cross.
    """
    cube = table.cube()
    conditions = cube.shape[2]
    if conditions < 2:
        raise TooFewRatings("A plan needs a pilot of two or more conditions; there is one.")
    ratings = [cube[:, :, index] for index in range(conditions)]
    found = Pilot(
        variance_components(*ratings), variance_components(*(one - other for one, other in combinations(ratings, 2)))
    )
    least = min(found.difference.n_observers, found.difference.n_cases)
    if least < LEAST_PILOT:
        raise TooFewRatings(
            f"A plan needs a pilot of {LEAST_PILOT} observers and {LEAST_PILOT} cases or more; there are"
            f" {found.difference.n_observers} and {found.difference.n_cases}."
        )
    _, first, second = repeated_ratings(table)
    own = float(np.mean((second - first) ** 2) / 2) if len(first) else float("nan")
    return Pilot(found.rating, found.difference, own, len(first))


def variance_components(*figures: ArrayLike) -> VarianceComponents:
    """Estimate what (observers, cases) arrays of one shape vary by, mean over them; NaN: not rated.

    Raises
    ------
    TooFewRatings
        Under two observers who rated two cases in common, or the like.
    """
    arrays = [np.asarray(each, np.float64) for each in figures]
    estimates = np.mean([_unbiased(each) for each in arrays], axis=0)
    names = ("observers", "cases", "residual")
    truncated = tuple(name for name, value in zip(names, estimates, strict=True) if value < -1e-12)
    observers, cases, residual = (max(float(value), 0.0) for value in estimates)
    some = np.any([~np.isnan(each) for each in arrays], axis=0)
    count = int(sum((~np.isnan(each)).sum() for each in arrays))
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
