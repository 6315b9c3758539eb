"""Ratings as the statistics take them: one row an answer, with what it was an answer to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RatingTable:
    """Answers to one question, unblinded.

    Parameters
    ----------
    observers, cases, conditions : tuple of str
        Names; the index arrays below point into them.
    observer, case, condition : (N,) int ndarray
        Of each answer.
    value : (N,) float64 ndarray
        On the question's scale, 1 the lowest.
    repeat : (N,) int ndarray
        0 for the first time that an observer rated this case and condition, 1 for the next …
    seconds : (N,) float64 ndarray
        From the image's appearance to the answer.
    best : int
        Greatest value of the scale.
    """

    observers: tuple[str, ...]
    cases: tuple[str, ...]
    conditions: tuple[str, ...]
    observer: IntArray
    case: IntArray
    condition: IntArray
    value: FloatArray
    repeat: IntArray
    seconds: FloatArray
    best: int = 5

    def cube(self) -> FloatArray:
        """Return (observers, cases, conditions) float64: first answers; NaN where there is none."""
        cube = np.full((len(self.observers), len(self.cases), len(self.conditions)), np.nan)
        first = self.repeat == 0
        cube[self.observer[first], self.case[first], self.condition[first]] = self.value[first]
        return cube

    def median_seconds(self) -> FloatArray:
        """Return (observers,) float64: median time of an answer; NaN where none is known."""
        known = ~np.isnan(self.seconds)
        each = [self.seconds[known & (self.observer == index)] for index in range(len(self.observers))]
        return np.array([float(np.median(seconds)) if seconds.size else np.nan for seconds in each])

    def without(self, observers: frozenset[str] | set[str]) -> RatingTable:
        """Return the table without some observers; indices are made anew."""
        kept = [index for index, name in enumerate(self.observers) if name not in observers]
        place = {index: new for new, index in enumerate(kept)}
        rows = np.isin(self.observer, kept)
        return RatingTable(
            tuple(self.observers[index] for index in kept),
            self.cases,
            self.conditions,
            np.array([place[int(index)] for index in self.observer[rows]], np.intp),
            self.case[rows],
            self.condition[rows],
            self.value[rows],
            self.repeat[rows],
            self.seconds[rows],
            self.best,
        )


@dataclass(frozen=True, eq=False)
class PairTable:
    """Choices between two conditions of the same case, unblinded.

    Parameters
    ----------
    observers, cases, conditions : tuple of str
        Names; the index arrays point into them.
    observer, case, winner, loser : (N,) int ndarray
        Of each choice; winner and loser are conditions.
    """

    observers: tuple[str, ...]
    cases: tuple[str, ...]
    conditions: tuple[str, ...]
    observer: IntArray
    case: IntArray
    winner: IntArray
    loser: IntArray

    def wins(self, weights: FloatArray | None = None) -> FloatArray:
        """Return (conditions, conditions) float64: how often the row was chosen over the column."""
        count = len(self.conditions)
        flat = np.bincount(self.winner * count + self.loser, weights, minlength=count * count)
        return flat.reshape(count, count).astype(np.float64)


@dataclass(frozen=True, eq=False)
class ComparisonTable(PairTable):
    """Choices, and how each was made.

    Parameters
    ----------
    winner_left : (N,) bool ndarray
        Whether the chosen image stood on the left.
    seconds : (N,) float64 ndarray
        From the images' appearance to the choice.
    """

    winner_left: NDArray[np.bool_]
    seconds: FloatArray
