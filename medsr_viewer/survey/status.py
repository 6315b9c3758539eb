"""How far a survey is, while it stays blind: nothing is told by condition, case or answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.progress import Progress, all_progress
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.trial_list import trial_count


@dataclass(frozen=True)
class ObserverStatus:
    """How far an observer is.

    Parameters
    ----------
    observer, site : str
    done, total : int
        Main trials.
    trained : bool or None
        Whether the training phase is behind; None where there is none: in the survey, or for simulated observers.
    minutes : float
        Of rating, breaks and pauses left out.
    sittings : int
    last_seen : str
        UTC, ISO-8601.
    finished, withdrawn : bool
    """

    observer: str
    site: str
    done: int
    total: int
    trained: bool | None
    minutes: float
    sittings: int
    last_seen: str
    finished: bool
    withdrawn: bool

    @property
    def training(self) -> str:
        """How far the training is, in a word or two."""
        return {None: "none", False: "not yet", True: "done"}[self.trained]

    @property
    def state(self) -> str:
        """Where the observer stands, in a word."""
        if self.withdrawn:
            return "withdrawn"
        if self.finished:
            return "finished"
        return "rating" if self.sittings else "enrolled"


def status(records: Iterable[Record], plan: Plan, design: Design) -> list[ObserverStatus]:
    """Return how far each observer is, in the order of enrolment.

    Parameters
    ----------
    records : iterable of Record
        In order of site and sequence.
    plan : Plan
    design : Design
        Complete: of `medsr_viewer.survey.protocols.complete`.
    """
    held = list(records)
    simulated = {record.site for record in held if record.kind == "simulated"}
    return [
        _status(progress, plan, design, has_training=bool(plan.training) and progress.site not in simulated)
        for progress in all_progress(held, design.sitting).values()
    ]


def _status(progress: Progress, plan: Plan, design: Design, *, has_training: bool) -> ObserverStatus:
    total = trial_count(plan, design, progress.slot)
    return ObserverStatus(
        progress.observer,
        progress.site,
        len(progress.revisions),
        total,
        {trial.identifier for trial in plan.training} <= progress.trained if has_training else None,
        progress.total_seconds / 60,
        len(progress.sittings),
        progress.last_seen.isoformat(timespec="seconds") if progress.last_seen else "",
        len(progress.revisions) >= total,
        progress.withdrawn,
    )
