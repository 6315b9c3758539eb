"""Balance over observers: which case is shown under which condition when, and who reads which cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

IntArray = NDArray[np.intp]

_TRIES = 12
"""Orders that are equally good by their places, among which what follows what decides."""


@dataclass(frozen=True)
class Showing:
    """What one trial shows.

    Parameters
    ----------
    case : int
        Which, counted from 0.
    conditions : tuple of int
        Under which conditions, from left to right.
    """

    case: int
    conditions: tuple[int, ...]


def williams_square(conditions: int) -> IntArray:
    """Return orders of conditions that are balanced, also for what is shown before.

    Returns
    -------
    ndarray
        (rows, conditions) int: each row an order. Every condition is equally often in every place, and directly after
        every other one (E. J. Williams, Aust. J. Sci. Res. A 2:149, 1949); as many rows as conditions, or for odd
        numbers twice as many.
    """
    zigzag = [(place + 1) // 2 if place % 2 else -(place // 2) for place in range(conditions)]
    rows = (np.array(zigzag) + np.arange(conditions)[:, None]) % conditions
    return np.concatenate([rows, rows[:, ::-1]]) if conditions % 2 and conditions > 1 else rows


class CaseDeck:
    """Deals cases so that each is dealt equally often, as near as can be.

    Parameters
    ----------
    cases : int
        How many there are.
    rng : Generator
        Of the choice.
    """

    def __init__(self, cases: int, rng: np.random.Generator) -> None:
        self._cases = cases
        self._rng = rng
        self._left: list[int] = []

    def deal(self, count: int) -> list[int]:
        """Return different cases; no case is dealt again before all others were."""
        dealt, self._left = self._left[:count], self._left[count:]
        if len(dealt) < count:
            fresh = [int(case) for case in self._rng.permutation(self._cases)]
            taken = [case for case in fresh if case not in dealt][: count - len(dealt)]
            self._left = [case for case in fresh if case not in taken]
            dealt += taken
        return dealt


class RowBalance:
    """Gives each case of an observer a row of the square: over the observers, each row equally often to each case.

    Parameters
    ----------
    cases, rows : int
        How many there are.
    rng : Generator
        Of the choice.
    """

    def __init__(self, cases: int, rows: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._given = np.zeros((cases, rows), np.intp)
        self._first = rng.permutation(cases) % rows
        self._name = rng.permutation(rows)
        self._observers = 0

    def draw(self, cases: Sequence[int]) -> list[int]:
        """Return the row of each case; the rows are used equally often, as near as divisible."""
        rows = self._given.shape[1]
        available = (np.arange(len(cases)) + self._observers) % rows
        self._observers += 1
        chosen = np.asarray(cases)
        # Where every observer reads every case, going on by one row each time fits exactly and costs nothing.
        going_on = (available - (self._first[chosen] + self._given[chosen].sum(1))[:, None]) % rows
        cost = self._given[chosen][:, available] * rows * len(cases) + going_on
        _, place = linear_sum_assignment(cost + _ties(cost.shape, self._rng))
        drawn = available[place]
        self._given[chosen, drawn] += 1
        return [int(row) for row in self._name[drawn]]


class OrderBalance:
    """Puts the trials of a block in order: over the observers, each condition and case equally often in each place.

    Of orders that are equally good by that, the one is taken after which every condition has followed every other most
    equally often: with two conditions of four cases places alone let one follow the other four times in five.

    Parameters
    ----------
    blocks, length, cases, conditions : int
        How many blocks of how many trials an observer sees, and of how many cases and conditions.
    rng : Generator
        Of the choice.
    """

    def __init__(self, blocks: int, length: int, cases: int, conditions: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._conditions = np.zeros((blocks, length, conditions), np.intp)
        self._cases = np.zeros((length, cases), np.intp)
        self._followers = np.zeros((conditions, conditions), np.intp)

    def draw(self, block: int, showings: Sequence[Showing], case_before: int | None) -> list[Showing]:
        """Return the trials of a block, each case of it once, in order.

        Parameters
        ----------
        block : int
            Which of the observer's.
        showings : sequence of Showing
            Its trials.
        case_before : int or None
            The case of the trial before it, which is not shown first.
        """
        cases = np.array([showing.case for showing in showings])
        conditions = np.array([showing.conditions[0] for showing in showings])
        cost = (self._conditions[block][:, conditions] + self._cases[:, cases]).astype(np.float64)
        if case_before is not None and len(showings) > 1:
            cost[0, cases == case_before] += cost.sum() + 1
        drawn = [linear_sum_assignment(cost + _ties(cost.shape, self._rng)) for _ in range(_TRIES)]
        places, order = min(drawn, key=lambda one: (self._followed(conditions[one[1]]) ** 2).sum())
        self._conditions[block, places, conditions[order]] += 1
        self._cases[places, cases[order]] += 1
        self._followers = self._followed(conditions[order])
        return [showings[index] for index in order]

    def _followed(self, conditions: IntArray) -> IntArray:
        """Return how often each condition follows each, once these are shown too."""
        counted = self._followers.copy()
        np.add.at(counted, (conditions[:-1], conditions[1:]), 1)
        return counted


def _ties(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise that decides between assignments of equal cost alone: its sum over one stays below 1."""
    return rng.random(shape) / (2 * shape[0])
