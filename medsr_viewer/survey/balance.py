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


class Deck:
    """Deals what is counted from 0, such as cases, so that each is dealt equally often, as near as can be.

    Parameters
    ----------
    size : int
        How many there are.
    rng : Generator
        Of the choice.
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self._size = size
        self._rng = rng
        self._left: list[int] = []

    def deal(self, count: int) -> list[int]:
        """Return different ones; none is dealt again before all others were."""
        dealt, self._left = self._left[:count], self._left[count:]
        if len(dealt) < count:
            fresh = [int(one) for one in self._rng.permutation(self._size)]
            taken = [one for one in fresh if one not in dealt][: count - len(dealt)]
            self._left = [one for one in fresh if one not in taken]
            dealt += taken
        return dealt


class RowBalance:
    """Gives each case of an observer a row of the square: over the observers, each row equally often to each case.

    Which rows come together is drawn again and again: with few cases the same ones would else follow one another.

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
        self._deck = Deck(rows, rng)
        self._turn = 0

    def draw(self, cases: Sequence[int]) -> list[int]:
        """Return the row of each case; the rows are used equally often, as near as divisible."""
        return self._next_of_all(cases) if len(cases) == len(self._given) else self._rarest(cases)

    def _next_of_all(self, cases: Sequence[int]) -> list[int]:
        """Return the rows of all cases: going on by one row each time gives each case each row in as many turns."""
        rows = self._given.shape[1]
        if self._turn % rows == 0:
            self._first = self._rng.permutation(len(cases))
            self._name = self._rng.permutation(rows)
        drawn = self._name[(self._first[list(cases)] + self._turn) % rows]
        self._turn += 1
        return [int(row) for row in drawn]

    def _rarest(self, cases: Sequence[int]) -> list[int]:
        """Return for some cases the rows that they had least often."""
        rounds, rest = divmod(len(cases), self._given.shape[1])
        dealt = np.array([*range(self._given.shape[1])] * rounds + self._deck.deal(rest), np.intp)
        cost = self._given[list(cases)][:, dealt]
        _, place = linear_sum_assignment(cost + _ties(cost.shape, self._rng))
        drawn = dealt[place]
        self._given[cases, drawn] += 1
        return [int(row) for row in drawn]


class OrderBalance:
    """Puts the trials of a block in order: over the observers, each condition and case equally often in each place.

    The first place of all has a condition that was there least often, whatever that costs the others: what observers
    see first sets the scale by which they rate the rest. Of orders that are equally good by that, the one is taken
    after which every condition has followed every other most equally often: with two conditions of four cases places
    alone let one follow the other four times in five.

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

    def draw(self, block: int, showings: Sequence[Showing], before: Showing | None) -> list[Showing]:
        """Return the trials of a block, each case of it once, in order.

        Parameters
        ----------
        block : int
            Which of the observer's.
        showings : sequence of Showing
            Its trials.
        before : Showing or None
            The trial before it, whose case is not shown first; None where nothing is.
        """
        cases = np.array([showing.case for showing in showings])
        conditions = np.array([showing.conditions[0] for showing in showings])
        cost = (self._conditions[block][:, conditions] + self._cases[:, cases]).astype(np.float64)
        seen_first = self._conditions[0, 0, conditions]
        unfit = cases == before.case if before else seen_first > seen_first.min()
        cost[0, unfit] += cost.sum() + 1
        last = before.conditions[:1] if before else ()
        drawn = [linear_sum_assignment(cost + _ties(cost.shape, self._rng)) for _ in range(_TRIES)]
        places, order = min(drawn, key=lambda one: (self._followed((*last, *conditions[one[1]])) ** 2).sum())
        self._conditions[block, places, conditions[order]] += 1
        self._cases[places, cases[order]] += 1
        self._followers = self._followed((*last, *conditions[order]))
        return [showings[index] for index in order]

    def _followed(self, shown: Sequence[int]) -> IntArray:
        """Return how often each condition follows each, once these are shown too."""
        counted = self._followers.copy()
        np.add.at(counted, (shown[:-1], shown[1:]), 1)
        return counted


def _ties(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise that decides between assignments of equal cost alone: its sum over one stays below 1."""
    return rng.random(shape) / (2 * shape[0])
