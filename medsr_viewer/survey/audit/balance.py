"""Order and place: whether when, or where on the screen, an image is shown goes with what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.audit.cases import Cases
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding
from medsr_viewer.survey.plan import Allocation, Plan, Trial

_CHANCE = 1e-6
"""Below what chance alone is no explanation; a random order must not stop one survey in a thousand."""
_PARTS = 4

Table = NDArray[np.float64]


def check_balance(plan: Plan, cases: Cases, allocation: Allocation | None = None) -> Iterator[Finding]:
    """Find order and places that go with conditions.

    Parameters
    ----------
    plan : Plan
    cases : Cases
        Without the allocation a case is compared over the observers: whether one of its images always stands in one
        place, or always comes early.
    allocation : Allocation, optional
        With it conditions are compared, within each observer too.
    """
    sequences = [_main(slot, trials, allocation) for slot, trials in enumerate(plan.sequences)]
    if allocation is None:
        by_case = {name: (number, name) for number, group in enumerate(cases.groups) for name in group}
        yield from _places([trial for trials in sequences for trial in trials], by_case)
        yield from _order(sequences, by_case)
        return
    condition = {name: (0, meaning.condition) for name, meaning in allocation.meanings.items() if meaning.condition}
    found = [*_places([trial for trials in sequences for trial in trials], condition), *_order(sequences, condition)]
    if not found:  # each observer may still have an order of his own that never changes
        per_slot = [trial for trials in sequences for trial in trials]
        slot = {id(trial): number for number, trials in enumerate(sequences) for trial in trials}
        found = [*_places(per_slot, condition, slot), *_order(sequences, condition, apart=True)]
    yield from found or _followers(sequences, condition)


def _places(
    trials: Sequence[Trial],
    kinds: Mapping[str, tuple[Hashable, str]],
    slots: Mapping[int, int] | None = None,
) -> Iterator[Finding]:
    """Compare the places that the images of a trial have, where there are several."""
    counted: dict[Hashable, Counter[tuple[str, int]]] = {}
    for trial in trials:
        for place, name in enumerate(trial.rated):
            if name in kinds and len(trial.rated) > 1:
                group, kind = kinds[name]
                counted.setdefault((group, slots and slots[id(trial)]), Counter())[kind, place] += 1
    # places of one trial are all different: I. R. Anderson's (k - 1) / k (Biometrics 15:582, 1959)
    if _chance((table, 1 - 1 / max(table.shape)) for table in map(_table, counted.values())) < _CHANCE:
        yield Finding(
            "position on screen",
            "images of one condition stand in the same place too often: the place tells the condition",
            "plan.json: sequences",
            SET_UP_AGAIN,
        )


def _order(
    sequences: Sequence[Sequence[Trial]], kinds: Mapping[str, tuple[Hashable, str]], *, apart: bool = False
) -> Iterator[Finding]:
    """Compare the parts of the sequences, early to late, that single images are shown in."""
    counted: dict[Hashable, Counter[tuple[str, int]]] = {}
    for slot, trials in enumerate(sequences):
        for number, trial in enumerate(trials):
            if len(trial.rated) == 1 and trial.rated[0] in kinds:
                group, kind = kinds[trial.rated[0]]
                part = number * _PARTS // len(trials)
                counted.setdefault((group, slot if apart else 0), Counter())[kind, part] += 1
    # as above: where blocks hold every case once, the turns of its images are all different
    if _chance((table, 1 - 1 / len(table)) for table in map(_table, counted.values())) < _CHANCE:
        yield _order_finding("images of one condition come early or late too often: their turn tells the condition")


def _followers(sequences: Sequence[Sequence[Trial]], kinds: Mapping[str, tuple[Hashable, str]]) -> Iterator[Finding]:
    """Compare what is shown after what with what chance would: where there are few cases, others mostly."""
    numbers = {kind: number for number, kind in enumerate(sorted({kind for _, kind in kinds.values()}))}
    followed = np.zeros((len(numbers), len(numbers)))
    expected = np.zeros_like(followed)
    for trials in sequences:
        shown = [numbers[kinds[one.rated[0]][1]] for one in trials if len(one.rated) == 1 and one.rated[0] in kinds]
        np.add.at(followed, (shown[:-1], shown[1:]), 1)
        number = np.bincount(shown, minlength=len(numbers))
        expected += (np.outer(number, number) - np.diag(number)) / max(len(shown), 1)
    possible = expected > 0
    off = float(((followed - expected)[possible] ** 2 / expected[possible]).sum())
    freedom = len(numbers) - 1
    # Cramer's V above 0.5
    if off > 0.25 * freedom * followed.sum() > 0 and stats.chi2.sf(off, freedom**2) < _CHANCE:
        yield _order_finding("one condition nearly always follows another: the one before tells the next")


def _order_finding(leak: str) -> Finding:
    return Finding("order", leak, "plan.json: sequences", SET_UP_AGAIN)


def _main(slot: int, trials: Sequence[Trial], allocation: Allocation | None) -> list[Trial]:
    if allocation is None:
        return list(trials)
    return [trial for trial in trials if allocation.kinds.get(f"{slot}/{trial.identifier}", "main") == "main"]


def _table(counted: Counter[tuple[str, int]]) -> Table:
    rows = {kind: number for number, kind in enumerate(sorted({kind for kind, _ in counted}))}
    columns = {place: number for number, place in enumerate(sorted({place for _, place in counted}))}
    table = np.zeros((len(rows), len(columns)))
    for (kind, place), count in counted.items():
        table[rows[kind], columns[place]] = count
    return table


def _chance(tables: Iterable[tuple[Table, float]]) -> float:
    """Return how likely tables so uneven are, where rows and columns have nothing to do with one another.

    Parameters
    ----------
    tables : iterable of (ndarray, float)
        Counts, and what the chi-squared statistic is multiplied with.
    """
    statistic = freedom = 0.0
    for table, factor in tables:
        if min(table.shape, default=0) < 2:
            continue
        expected = table.sum(1, keepdims=True) * table.sum(0) / table.sum()
        statistic += factor * float(((table - expected) ** 2 / expected).sum())
        freedom += (table.shape[0] - 1) * (table.shape[1] - 1)
    return float(stats.chi2.sf(statistic, freedom)) if freedom else 1.0
