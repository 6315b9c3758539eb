"""A small survey to rate: two cases under two conditions, and a clock that stands still until it is told to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Protocol, Question, Sitting
from medsr_viewer.survey.pair_trials import ChoosePair
from medsr_viewer.survey.plan import Allocation, Meaning, Plan, Stimulus, Trial, TrialKind
from medsr_viewer.survey.session import Session, begin_session
from medsr_viewer.survey.store import Store, create_store

CONDITIONS = ("bicubic", "fmen")


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def text(self) -> str:
        return self.now.isoformat(timespec="microseconds")


@dataclass
class Example:
    """A survey in a folder; `sitting` begins a session and brings it to its first trial."""

    folder: Path
    design: Design
    plan: Plan
    allocation: Allocation
    clock: Clock = field(default_factory=Clock)
    choose_pair: ChoosePair | None = None

    def __post_init__(self) -> None:
        self.store = self.new_store()

    def new_store(self) -> Store:
        path = self.folder / f"{len(list(self.folder.glob('*.sqlite')))}.sqlite"
        return create_store(f"sqlite:///{path}", "0" * 32, clock=self.clock.text)

    def begin(self, observer: str = "R1", store: Store | None = None) -> Session:
        return begin_session(
            store or self.store,
            self.plan,
            self.design,
            observer,
            display={"width": 1920},
            version="1",
            choose_pair=self.choose_pair,
            clock=self.clock,
        )

    def sitting(self, observer: str = "R1", store: Store | None = None) -> Session:
        session = self.begin(observer, store)
        if session.step.kind == "consent":
            session.consent(agreed=True, text_digest="ab" * 32)
        if session.step.kind == "screen":
            session.screen(passed=True, facts={"width": 1920})
        session.instructions_read()
        return session

    def rate(self, session: Session, value: int = 3, seconds: float = 4.0) -> Trial:
        """Answer the current trial; the clock goes on by as much as that takes."""
        trial = session.step.trial
        assert trial is not None
        self.clock.go_on(seconds + self.design.sitting.delay_ms / 1000)
        session.answer(trial, self.answers(trial, value), seconds, {"zoom": []})
        return trial

    def answers(self, trial: Trial, value: int = 3) -> dict[tuple[str, str], int]:
        return {(stimulus, question.name): value for stimulus in trial.rated for question in self.design.questions}

    def close(self) -> None:
        self.store.close()


def shown(session: Session) -> str:
    """Return the identifier of the trial that is shown."""
    trial = session.step.trial
    assert trial is not None
    return trial.identifier


def example(
    folder: Path,
    *,
    protocol: Protocol = "acr",
    cases: int = 2,
    sitting: Sitting = Sitting(),  # noqa: B008 - frozen
    observers: int = 3,
    training: Sequence[Trial] = (),
    kinds: Mapping[str, TrialKind] | None = None,
    repeats: int = 0,
    attention: int = 0,
    **design: Any,
) -> Example:
    """Return a survey whose sequences hold all stimuli in order, then repeats of the first ones, then checks."""
    meanings = {
        f"s{case}{condition[0]}": Meaning(f"case{case}", condition) for case in range(cases) for condition in CONDITIONS
    }
    shown = [*meanings, *list(meanings)[:repeats]]
    checks = [f"check{number}" for number in range(attention)]
    meanings |= {check: Meaning("", "") for check in checks}
    sequence = tuple(Trial(f"t{index}", (stimulus,)) for index, stimulus in enumerate(shown + checks))
    found: dict[str, TrialKind] = dict(kinds or {})
    for slot in range(observers):
        found |= {f"{slot}/t{len(shown) - 1 - index}": "repeat" for index in range(repeats)}
        found |= {f"{slot}/t{len(shown) + index}": "attention" for index in range(attention)}
    others = [stimulus for trial in training for stimulus in trial.rated]
    stimuli = {name: Stimulus(name, "", (8, 8), (0.0, 1.0)) for name in [*meanings, *others]}
    groups = tuple(tuple(f"s{case}{condition[0]}" for condition in CONDITIONS) for case in range(cases))
    is_pairs = protocol == "pairs"
    plan = Plan(stimuli, tuple(training), () if is_pairs else (sequence,) * observers, groups if is_pairs else ())
    made = Design(
        "Survey",
        protocol,
        4,
        tuple(Case(f"case{case}", Path(f"{case}.dcm")) for case in range(cases)),
        tuple(Condition(name, name) for name in CONDITIONS),
        (Question("quality", "How good?", "" if is_pairs else "acr"),),
        arrangement=Arrangement(observers=observers),
        sitting=sitting,
    )
    allocation = Allocation("00" * 32, 1, meanings, found, dict.fromkeys(checks, 2))
    return Example(folder, replace(made, **design), plan, allocation)
