"""A trial as it is put to an observer, and what comes back. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.steps import Step

Values = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PosedTrial:
    """A trial that is to be answered.

    Parameters
    ----------
    trial : Trial
    is_training : bool
    number, of : int
        Which one of the phase, from 1.
    saved : int
        Trials of the main phase that are saved.
    can_go_back : bool
        Whether the answer before may be changed.
    earlier : tuple of tuple of int
        Answers given before in this sitting, when they are being changed: one tuple an image.
    """

    trial: Trial
    is_training: bool
    number: int
    of: int
    saved: int
    can_go_back: bool = False
    earlier: Values = ()

    @classmethod
    def of_step(cls, step: Step, saved: int, can_go_back: bool, earlier: Values) -> PosedTrial:
        """Return what a step that has a trial puts."""
        assert step.trial is not None, "only of training and main"  # noqa: S101
        is_training = step.kind == "training"
        return cls(step.trial, is_training, step.number, step.of, saved, can_go_back, earlier)


@dataclass(frozen=True)
class Answer:
    """What an observer answered.

    Parameters
    ----------
    posed : PosedTrial
    values : tuple of tuple of int
        One tuple an image, one value a question; of a pair ((1,),) for the left, ((2,),) for the right.
    seconds : float
        That the trial was in view.
    log : dict
        What was done meanwhile.
    """

    posed: PosedTrial
    values: Values
    seconds: float
    log: dict[str, Any]
