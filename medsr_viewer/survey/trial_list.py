"""The trials of one observer, in order: laid down in the plan, or (pairs) chosen on the way."""

from __future__ import annotations

from typing import Protocol

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.pair_trials import ChoosePair, PairTrials
from medsr_viewer.survey.plan import Plan, Trial
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.store import Store


class TrialList(Protocol):
    """Trials, training left out."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Trial: ...


def trials_of(
    plan: Plan, design: Design, progress: Progress, store: Store, choose_pair: ChoosePair | None
) -> TrialList:
    """Return the trials of an observer.

    Raises
    ------
    ValueError
        If the plan has pairs, and nothing chooses them.
    """
    if not plan.groups:
        return sequence_of(plan, progress.slot)
    if choose_pair is None:
        raise ValueError("pairs are chosen while rating goes on: choose_pair is needed")
    total = trial_count(plan, design, progress.slot)
    return PairTrials(plan.groups, total, progress, choose_pair, lambda: store.records(kinds=("pair",)))


def trial_count(plan: Plan, design: Design, slot: int) -> int:
    """Return how many trials an observer has, training left out."""
    if plan.groups:
        return design.arrangement.pairs_per_observer or sum(len(group) for group in plan.groups)
    return len(sequence_of(plan, slot))


def sequence_of(plan: Plan, slot: int) -> tuple[Trial, ...]:
    """Return the sequence of a slot; beyond those prepared they come once more, in turn."""
    return plan.sequences[slot % len(plan.sequences)]
