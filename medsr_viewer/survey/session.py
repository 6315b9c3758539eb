"""A sitting of one observer: what is shown now, and every answer kept before the next is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from medsr_viewer.errors import AnswerRefused
from medsr_viewer.survey.answer_check import check_answers, check_choice, check_time
from medsr_viewer.survey.answer_entries import answer_entry, chosen_payload, rated_payload
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.feedback import Feedback, feedback_on_answers, feedback_on_choice
from medsr_viewer.survey.pair_trials import ChoosePair
from medsr_viewer.survey.plan import Plan, Trial
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.records import Kind
from medsr_viewer.survey.sitting_records import SittingRecords, begin_sitting
from medsr_viewer.survey.steps import Moment, Step, step_now
from medsr_viewer.survey.store import Store
from medsr_viewer.survey.trial_list import TrialList, sequence_of, trials_of


def begin_session(
    store: Store,
    plan: Plan,
    design: Design,
    observer: str,
    *,
    display: Mapping[str, Any],
    version: str,
    choose_pair: ChoosePair | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Session:
    """Enrol an observer, or take up where the observer stopped, and record that a sitting begins.

    A sitting of the same observer that is still open in another window takes no further answers.

    Parameters
    ----------
    store, design, observer, display, version : see `begin_sitting`
    plan : Plan
    choose_pair : ChoosePair, optional
        Needed for protocol pairs.
    clock : callable
        Returns the time, UTC: how long a break has lasted.

    Raises
    ------
    InputError, SurveyError
        Those of `begin_sitting`.
    """
    records = begin_sitting(store, design, observer, display=display, version=version)

    def own_trials() -> TrialList:
        return trials_of(plan, design, records.progress, store, choose_pair)

    return Session(records, plan, design, own_trials, clock)


class Session:
    """The latest sitting of one observer; made by `begin_session`.

    Every method that records something returns when the record is on the disk, and `step` moves on only then.

    Raises
    ------
    SurveyError
        From each of these methods, if the survey was closed meanwhile, or a newer sitting of this observer began.
    """

    def __init__(
        self,
        records: SittingRecords,
        plan: Plan,
        design: Design,
        own_trials: Callable[[], TrialList],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._plan = plan
        self._design = design
        self._own_trials = own_trials
        self._clock = clock
        self._moment = Moment(records.session)
        self._repeatable: Trial | None = None
        self._trials = own_trials()

    @property
    def _progress(self) -> Progress:
        return self._records.progress

    @property
    def observer(self) -> str:
        """The pseudonym."""
        return self._progress.observer

    @property
    def step(self) -> Step:
        """What is to be shown now."""
        now = self._clock()
        self._progress.see_clock(now)
        return step_now(self._progress, self._plan.training, self._trials, self._moment, now)

    @property
    def upcoming(self) -> tuple[Trial, ...]:
        """The trials that are likely to be shown next, the current one first: to be decoded ahead."""
        again = [self._moment.again] if self._moment.again else []
        training = [trial for trial in self._plan.training if trial.identifier not in self._progress.trained]
        done = len(self._progress.revisions)
        main = [self._trials[index] for index in range(done, min(done + 2, len(self._trials)))]
        return tuple((again + training + main)[:2])

    @property
    def stimuli(self) -> frozenset[str]:
        """All that this observer may be shown, those answered included."""
        own = () if self._plan.groups else sequence_of(self._plan, self._progress.slot)
        shown = {name for trial in (*self._plan.training, *own) for name in (trial.labelled, *trial.rated) if name}
        return frozenset(shown.union(*self._plan.groups))

    @property
    def active_seconds(self) -> float:
        """Of rating since the last break, whichever sitting it was in: what makes the next break due."""
        return self._progress.active_seconds

    @property
    def training_is_over(self) -> bool:
        """Whether there was a training phase, and it has ended."""
        training = self._plan.training
        return bool(training) and all(trial.identifier in self._progress.trained for trial in training)

    @property
    def can_go_back(self) -> bool:
        """Whether the last answer may be changed now."""
        return (
            self._design.sitting.back
            and self._moment.again is None
            and bool(self._progress.revisions)
            and self.step.kind in {"main", "finished"}
        )

    def consent(self, *, agreed: bool, text_digest: str) -> None:
        """Record what the observer said to the text of the consent (SHA-256, hexadecimal)."""
        self._record("consent", {"agreed": agreed, "text_digest": text_digest})

    def screen(self, *, passed: bool, facts: Mapping[str, Any]) -> None:
        """Record the result of the check of the screen, and what was measured."""
        self._record("screen", {"passed": passed, **facts})

    def instructions_read(self) -> None:
        """Go on from the instructions; they are shown once in each sitting."""
        self._moment = replace(self._moment, instructed=True)

    def answer(
        self,
        trial: Trial,
        answers: Mapping[tuple[str, str], int],
        seconds: float,
        log: Mapping[str, Any],
    ) -> Feedback | None:
        """Record the answers to the current trial, and move on.

        Parameters
        ----------
        trial : Trial
            That was shown.
        answers : mapping of (stimulus, question) to int
        seconds : float
            From its appearance to the answer, pauses left out.
        log : mapping
            Zoom and window changes, resolution, ambient note …, as JSON has them.

        Returns
        -------
        Feedback or None
            Of a training trial.

        Raises
        ------
        AnswerRefused
            If the trial is not the current one, an answer is missing or off its scale, or came too fast. Nothing is
            recorded then.
        """
        is_training = self._current(trial, seconds)
        check_answers(trial, answers, self._design.questions)
        payload = rated_payload(answers, log)
        if is_training:
            told = feedback_on_answers(trial, answers, self._design.questions, self._attempt(trial))
            return self._keep_training(trial, payload, told, seconds)
        self._keep("rating", trial, self._revision(trial), payload, seconds)
        return None

    def choose(self, trial: Trial, chosen: str, seconds: float, log: Mapping[str, Any]) -> Feedback | None:
        """Record which stimulus of the current pair was chosen, and move on; otherwise as `answer`."""
        is_training = self._current(trial, seconds)
        check_choice(trial, chosen)
        payload = chosen_payload(trial, chosen, log)
        if is_training:
            return self._keep_training(trial, payload, feedback_on_choice(trial, chosen, self._attempt(trial)), seconds)
        self._keep("pair", trial, self._revision(trial), payload, seconds)
        return None

    def back(self) -> None:
        """Show the last answered trial once more: the next answer replaces its, as a new revision.

        Raises
        ------
        AnswerRefused
            If that cannot be done now: see `can_go_back`.
        """
        if not self.can_go_back:
            raise AnswerRefused("The answer before cannot be changed", "Go on with the image that is on screen.")
        last = self._trials[len(self._progress.revisions) - 1]
        self._moment = replace(self._moment, again=last)

    def answer_again(self) -> None:
        """Put the training trial that was just answered once more: its feedback said that it may be answered again.

        Raises
        ------
        AnswerRefused
            If none was.
        """
        if self._repeatable is None:
            raise AnswerRefused("This answer cannot be given again", "Go on with the image that is on screen.")
        self._moment = replace(self._moment, again=self._repeatable)

    def pause(self) -> None:
        """Hide the trial until `resume`."""
        if not self._moment.paused:
            self._record("pause", {})
            self._moment = replace(self._moment, paused=True)

    def resume(self) -> None:
        """Go on after `pause`."""
        if self._moment.paused:
            self._record("resume", {})
            self._moment = replace(self._moment, paused=False)

    def end_break(self) -> None:
        """Go on after a break.

        Raises
        ------
        AnswerRefused
            If no break is on, or its least length has not passed.
        """
        step = self.step
        if step.kind != "break":
            raise AnswerRefused("No break is due", "Go on with what is on screen.")
        if step.rest_seconds > 0:
            raise AnswerRefused("The break is not over", f"Rest for another {step.rest_seconds / 60:.1f} minutes.")
        self._record("break", {})

    def check_latest(self) -> None:
        """Raise what recording would raise now: nothing is recorded, and an observer need not answer to be told."""
        self._records.check_latest()

    def withdraw(self, *, erase: bool) -> None:
        """Withdraw the observer from the survey; see `medsr_viewer.survey.withdrawal`."""
        self._records.withdraw(erase=erase)

    def _current(self, trial: Trial, seconds: float) -> bool:
        """Check that a trial is the current one, and return whether it is one of the training phase."""
        step = self.step
        if step.trial is None or step.trial.identifier != trial.identifier:
            raise AnswerRefused("This image was answered already, or is not on screen", "Answer the one on screen.")
        check_time(seconds, self._design.sitting.least_view_ms)
        return step.kind == "training"

    def _attempt(self, trial: Trial) -> int:
        """Return which attempt at a training trial the next is, from 1."""
        return self._progress.attempts.get(trial.identifier, 0) + 1

    def _revision(self, trial: Trial) -> int:
        return self._progress.revisions.get(trial.identifier, -1) + 1

    def _keep_training(
        self, trial: Trial, payload: Mapping[str, Any], told: Feedback | None, seconds: float
    ) -> Feedback | None:
        again = told is not None and told.again
        self._keep("training", trial, self._attempt(trial) - 1, {**payload, "again": again}, seconds)
        self._repeatable = trial if told is not None and told.may_repeat else None
        return told

    def _keep(self, kind: Kind, trial: Trial, revision: int, payload: Mapping[str, Any], seconds: float) -> None:
        progress = self._progress
        entry = answer_entry(
            kind,
            trial,
            payload,
            observer=self.observer,
            slot=progress.slot,
            revision=revision,
            seconds=seconds,
            answered_at=self._clock(),
            session=self._records.session,
        )
        entries = [entry]
        is_last = kind != "training" and len(progress.revisions.keys() | {trial.identifier}) == len(self._trials)
        if is_last and not progress.finished:
            entries.append(Entry("finished", {"observer": self.observer}, self._records.session, self.observer))
        self._append(entries)
        self._moment, self._repeatable = replace(self._moment, again=None), None

    def _record(self, kind: Kind, payload: Mapping[str, Any]) -> None:
        self._append([Entry(kind, {"observer": self.observer, **payload}, self._records.session)])

    def _append(self, entries: Sequence[Entry]) -> None:
        before = self._progress
        try:
            self._records.append(entries)
        finally:
            if self._progress is not before:  # another window has answered
                self._moment = replace(self._moment, again=None)
                self._trials = self._own_trials()
