"""What is to be shown to an observer now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.trial_list import TrialList

StepKind: TypeAlias = Literal[
    "consent", "screen", "instructions", "training", "main", "paused", "break", "finished", "withdrawn"
]


@dataclass(frozen=True)
class Step:
    """What is to be shown now.

    Parameters
    ----------
    kind : StepKind
    trial : Trial or None
        Of the kinds "training" and "main".
    number, of : int
        Trials of this phase: which one from 1, and how many there are; 0 elsewhere.
    rest_seconds : float
        Kind "break": what is left of its least length when the step was asked for.
    """

    kind: StepKind
    trial: Trial | None = None
    number: int = 0
    of: int = 0
    rest_seconds: float = 0.0


@dataclass(frozen=True)
class Moment:
    """What a sitting knows beside the records.

    Parameters
    ----------
    session : str
        The sitting.
    instructed, paused : bool
        Whether the instructions were read in it, and whether it is paused.
    again : Trial or None
        Whose answer is being changed, or given once more in the training phase.
    """

    session: str
    instructed: bool = False
    paused: bool = False
    again: Trial | None = None


def step_now(progress: Progress, training: Sequence[Trial], trials: TrialList, moment: Moment, now: datetime) -> Step:
    """Return what is to be shown.

    Parameters
    ----------
    progress : Progress
        Of the observer.
    training, trials : sequence of Trial
        Of the observer's two phases.
    moment : Moment
    now : datetime
        UTC.
    """
    done = moment.again is None and len(progress.revisions) >= len(trials)
    gates: tuple[tuple[StepKind, bool], ...] = (
        ("withdrawn", progress.withdrawn),
        ("finished", done),
        ("consent", not progress.consented),
        ("screen", moment.session not in progress.screens),
        ("instructions", not moment.instructed),
        ("paused", moment.paused),
    )
    for kind, is_shut in gates:
        if is_shut:
            return Step(kind)
    if progress.is_tired:
        return Step("break", rest_seconds=progress.rest_left(now))
    return _rating_step(progress, training, trials, moment.again)


def _rating_step(progress: Progress, training: Sequence[Trial], trials: TrialList, again: Trial | None) -> Step:
    for number, trial in enumerate(training, 1):
        if trial == again or (again is None and trial.identifier not in progress.trained):
            return Step("training", trial, number, len(training))
    answered = len(progress.revisions)
    if again:
        return Step("main", again, answered, len(trials))
    return Step("main", trials[answered], answered + 1, len(trials))
