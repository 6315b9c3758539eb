"""Trials of the pairs protocol: which two images come next is decided by the choices made so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.records import Record

ChoosePair: TypeAlias = Callable[[NDArray[np.float64], np.random.Generator], tuple[int, int]]
"""From (n, n) wins, ``[i, j]`` how often i was chosen over j, to the two that are compared next."""


class PairTrials:
    """The pairs of one observer.

    All pairs are determined by records: after a crash the very pair is shown again that was on screen, and the pair
    after it is known while one is shown, so that it can be decoded ahead.

    Parameters
    ----------
    groups : sequence of tuple of str
        Stimuli that are compared with one another.
    total : int
        How many pairs the observer is shown.
    progress : Progress
        Of the observer.
    choose : ChoosePair
    pair_records : callable
        Returns the records of kind "pair" of all observers.
    """

    def __init__(
        self,
        groups: Sequence[tuple[str, ...]],
        total: int,
        progress: Progress,
        choose: ChoosePair,
        pair_records: Callable[[], Iterable[Record]],
    ) -> None:
        self._groups = groups
        self._total = total
        self._progress = progress
        self._choose = choose
        self._pair_records = pair_records
        self._known: dict[int, Trial] = {}

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, index: int, /) -> Trial:
        """Return a pair: any that was answered, the one after them, and the one after that."""
        if index not in self._known:
            self._known[index] = self._made(index)
        return self._known[index]

    def _made(self, index: int) -> Trial:
        name = pair_name(index)
        if name in self._progress.shown:
            return Trial(name, self._progress.shown[name])
        rng = np.random.default_rng([self._progress.slot, index])
        group = group_of_turn(self._groups, self._progress.slot, index)
        wins = self._wins(group, self._horizon(index))
        if index > 0 and set(self[index - 1].rated) <= set(group):
            # Its choice is not known yet, or was not when this pair was decoded: half for each.
            left, right = (group.index(stimulus) for stimulus in self[index - 1].rated)
            wins[left, right] += 0.5
            wins[right, left] += 0.5
        first, second = self._choose(wins, rng)
        places = (first, second) if rng.random() < 0.5 else (second, first)
        return Trial(name, (group[places[0]], group[places[1]]))

    def _horizon(self, index: int) -> int:
        """Return the sequence of the last record that counts: the pair is chosen while the one before is shown."""
        if index < 2:
            return self._progress.enrolled
        return self._progress.answered_at[pair_name(index - 2)]

    def _wins(self, group: tuple[str, ...], horizon: int) -> NDArray[np.float64]:
        latest: dict[tuple[str, str], tuple[str, str]] = {}
        for record in self._pair_records():
            payload = record.payload
            if payload is None or record.site != self._progress.site or record.sequence > horizon:
                continue
            shown, chosen = payload["shown"], payload["chosen"]
            if chosen in group:
                other = shown[1] if chosen == shown[0] else shown[0]
                latest[payload["observer"], payload["trial"]] = (chosen, other)
        wins = np.zeros((len(group), len(group)))
        for chosen, other in latest.values():
            wins[group.index(chosen), group.index(other)] += 1
        return wins


def pair_name(index: int) -> str:
    """Return the identifier of a pair, from 0."""
    return f"pair{index + 1:04d}"


def group_of_turn(groups: Sequence[tuple[str, ...]], slot: int, index: int) -> tuple[str, ...]:
    """Return whose turn it is: each group once, then all again in the same order, so that none follows itself."""
    order = np.random.default_rng(slot).permutation(len(groups))
    return groups[int(order[index % len(order)])]
