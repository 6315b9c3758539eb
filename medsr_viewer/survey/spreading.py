"""Spreading over a sequence: no case twice in succession, repeats later than their first time, attention checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from medsr_viewer.survey.balance import Showing

_TRIES = 30


def spread_cases(showings: Sequence[Showing], rng: np.random.Generator) -> list[Showing]:
    """Return the showings in random order, no case twice in succession where that can be had."""
    left: dict[int, list[Showing]] = {}
    for index in rng.permutation(len(showings)):
        left.setdefault(showings[index].case, []).append(showings[index])
    order: list[Showing] = []
    for rest in range(len(showings) - 1, -1, -1):
        last = order[-1].case if order else None
        number = {case: len(waiting) for case, waiting in left.items() if waiting}
        scarce = max(number.values()) > rest // 2  # places that can hold one case, of those that are left
        fitting = [case for case in number if case != last and (not scarce or _can_go_on(number, case, rest))]
        # Where nothing fits, the case that most is left of: the fewest are then left to follow one another.
        most = max(number, key=lambda case: (case != last, number[case]))
        order.append(left[_weighted(fitting, number, rng) if fitting else most].pop())
    return order


def with_repeats(
    order: Sequence[Showing], count: int, gap: int, rng: np.random.Generator
) -> list[tuple[Showing, bool]]:
    """Return a sequence with some trials shown again.

    Parameters
    ----------
    order : sequence of Showing
        The trials, all different.
    count : int
        How many are shown again; as many of each condition as can be.
    gap : int
        Trials from the first time to the next, at least; no more than the trials.
    rng : Generator
        Of the choice.

    Returns
    -------
    list of (Showing, bool)
        And whether it is a repeat. No case comes twice in succession where a random search finds such a sequence.
    """
    best: list[tuple[Showing, bool]] = []
    fewest = len(order) + count
    for _ in range(_TRIES):
        mixed = _interleaved(order, _chosen(order, count, gap, rng), gap, rng)
        touching = sum(one.case == other.case for (one, _), (other, _) in pairwise(mixed))
        if touching < fewest:
            best, fewest = mixed, touching
        if not fewest:
            break
    return best


def spread_places(count: int, length: int, rng: np.random.Generator) -> list[int]:
    """Return places in a sequence before which something is put: one in each of equal parts, never the start."""
    return [1 + int((part + rng.random()) * (length - 1) / count) for part in range(count)]


def _can_go_on(number: dict[int, int], case: int, rest: int) -> bool:
    """Whether the rest can still be spread once a case is shown: every second place is enough for any one of it."""
    return all(count - 1 <= rest // 2 if other == case else count <= (rest + 1) // 2 for other, count in number.items())


def _weighted(cases: list[int], number: dict[int, int], rng: np.random.Generator) -> int:
    weights = np.array([number[case] for case in cases], np.float64)
    return cases[int(rng.choice(len(cases), p=weights / weights.sum()))]


def _chosen(order: Sequence[Showing], count: int, gap: int, rng: np.random.Generator) -> list[int]:
    """Return the indices of the trials that are repeated, ascending; a gap after each there is a place for it."""
    early = len(order) - gap
    eligible = rng.permutation(early if count <= early else len(order))
    seen: Counter[int] = Counter()
    ranked = []
    for index in eligible:
        condition = order[index].conditions[0]
        ranked.append((seen[condition], int(index)))
        seen[condition] += 1
    ranked.sort(key=lambda pair: pair[0])
    chosen = sorted(index for _, index in ranked[:count])
    fits = all(index <= early + place for place, index in enumerate(chosen))
    return chosen if fits else list(range(count))


def _interleaved(
    order: Sequence[Showing], chosen: Sequence[int], gap: int, rng: np.random.Generator
) -> list[tuple[Showing, bool]]:
    total = len(order) + len(chosen)
    # How many repeats may come before each chosen trial, so that its own still finds a place at the end.
    spare = [len(order) + place - index - gap for place, index in enumerate(chosen)]
    for place in range(len(spare) - 2, -1, -1):
        spare[place] = min(spare[place], spare[place + 1])
    mixed: list[tuple[Showing, bool]] = []
    waiting: list[tuple[int, Showing]] = []
    shown = begun = repeated = 0
    for place in range(total):
        last = mixed[-1][0].case if mixed else None
        following = order[shown].case if shown < len(order) else None
        ready = [entry for entry in waiting if entry[0] <= place]
        fitting = [entry for entry in ready if entry[1].case not in (last, following)]
        may_repeat = begun == len(chosen) or repeated < spare[begun]
        wanted = following == last or rng.random() < (len(chosen) - repeated) / (total - place)
        if following is None or (fitting and may_repeat and wanted):
            entry = _next_repeat(fitting or ready, waiting, rng)
            waiting.remove(entry)
            mixed.append((entry[1], True))
            repeated += 1
            continue
        mixed.append((order[shown], False))
        if begun < len(chosen) and chosen[begun] == shown:
            waiting.append((place + gap, order[shown]))
            begun += 1
        shown += 1
    return mixed


def _next_repeat(
    ready: list[tuple[int, Showing]], waiting: list[tuple[int, Showing]], rng: np.random.Generator
) -> tuple[int, Showing]:
    """Return one of the case that most repeats wait of, by chance among equals."""
    number = Counter(showing.case for _, showing in waiting)
    order = rng.permutation(len(ready))
    return ready[max(order, key=lambda index: number[ready[index][1].case])]
