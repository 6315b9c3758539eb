"""A survey that is open for one observer: what its window asks of it, all in one worker's thread. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer import __version__
from medsr_viewer.errors import MedsrError, SittingOvertaken
from medsr_viewer.survey.clock_changes import ClockChange, clock_change_in
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.open_sitting import OpenSitting, open_sitting
from medsr_viewer.survey.pair_trials import ChoosePair
from medsr_viewer.survey.plan import Plan, Trial
from medsr_viewer.survey.session import Session, begin_session
from medsr_viewer.survey.steps import Step
from medsr_viewer.survey.store import Store
from medsr_viewer.ui.failure import Failure, describe
from medsr_viewer.ui.survey.posed_trial import Answer

Pixels: TypeAlias = NDArray[np.float32]
Request: TypeAlias = Callable[[Session], Feedback | None]
"""What is asked of the session."""


@dataclass(frozen=True)
class Material:
    """What a survey shows, and where its answers go.

    Parameters
    ----------
    design : Design
        Complete.
    plan : Plan
    store : Store
        Open.
    load : callable
        Takes the identifier of a stimulus and returns its pixels, checked.
    check : callable
        Takes identifiers, and a function that is called between files; raises MedsrError where a file was changed.
    choose_pair : ChoosePair or None
        Needed for protocol pairs.
    """

    design: Design
    plan: Plan
    store: Store
    load: Callable[[str], Pixels]
    check: Callable[[Collection[str], Callable[[], None]], None]
    choose_pair: ChoosePair | None = None


@dataclass(frozen=True)
class Standing:
    """Where the observer stands.

    Parameters
    ----------
    step : Step
        What is to be shown now.
    upcoming : tuple of Trial
        To be decoded ahead, the current one first.
    can_go_back : bool
        Whether the last answer may be changed.
    saved : int
        Trials of the main phase whose answers are on the disk.
    stimuli : frozenset of str
        All that the observer may be shown.
    clock : ClockChange or None
        The latest time in this sitting that the clock was found to have been moved back.
    active_seconds : float
        Of rating since the last break, in whichever sitting.
    training_is_over : bool
        Whether there was a training phase, and it has ended.
    """

    step: Step
    upcoming: tuple[Trial, ...]
    can_go_back: bool
    saved: int
    stimuli: frozenset[str] = frozenset()
    clock: ClockChange | None = None
    active_seconds: float = 0.0
    training_is_over: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a request.

    Parameters
    ----------
    standing : Standing or None
        Where the observer stands since; None where the survey could not be opened, or no longer answers.
    feedback : Feedback or None
        On an answer of the training phase.
    failure : Failure or None
        Nothing was recorded.
    answer : Answer or None
        The answer that the request was to save.
    elsewhere : OpenSitting or None
        Nothing was opened, for the observer has a sitting open: `SurveyAtHand.open` may be told to end it.
    is_overtaken : bool
        Whether the failure is that the observer goes on in another window: nothing more is recorded here.
    """

    standing: Standing | None = None
    feedback: Feedback | None = None
    failure: Failure | None = None
    answer: Answer | None = None
    elsewhere: OpenSitting | None = None
    is_overtaken: bool = False


class SurveyAtHand:
    """One observer's session, opened by `open` and asked by `ask`; every method is called in the same thread.

    Parameters
    ----------
    read : callable
        Opens the survey.
    observer : str
        Pseudonym.
    """

    def __init__(self, read: Callable[[], Material], observer: str) -> None:
        self._read = read
        self._observer = observer
        self._material: Material | None = None
        self._session: Session | None = None
        self._answered: set[str] = set()

    def open(self, display: Mapping[str, Any], *, takes_over: bool = False) -> tuple[Material | None, Outcome]:
        """Open the survey and begin a sitting; one that was opened before is closed first.

        Parameters
        ----------
        display : mapping
            Facts of the screen.
        takes_over : bool
            Even if the observer has a sitting open in another window, which then takes no more answers.
        """
        self.close()
        try:
            self._material = self._read()
            elsewhere = None if takes_over else open_sitting(self._material.store, self._observer)
            if elsewhere is not None:
                self.close()
                return None, Outcome(elsewhere=elsewhere)
            self._begin(self._material, display)
            return self._material, Outcome(self._standing())
        except MedsrError as exc:
            self.close()
            return None, Outcome(failure=describe(exc))

    def ask(self, request: Request, answer: Answer | None = None) -> Outcome:
        """Ask something of the session. What it records is on the disk when this returns without a failure.

        Parameters
        ----------
        request : callable
        answer : Answer or None
            That the request saves.
        """
        assert self._session is not None, "the survey is opened first"  # noqa: S101
        try:
            feedback = request(self._session)
        except MedsrError as exc:
            is_overtaken = isinstance(exc, SittingOvertaken)
            return Outcome(self._standing_if_any(), failure=describe(exc), answer=answer, is_overtaken=is_overtaken)
        if answer is not None and not answer.posed.is_training:
            self._answered.add(answer.posed.trial.identifier)
        return Outcome(self._standing(), feedback, answer=answer)

    def look(self) -> Outcome | None:
        """Return what the observer is to be told though nothing was asked: that the sitting goes on in another window.

        Whatever else may be wrong is told when something is asked.
        """
        try:
            if self._session is not None:
                self._session.check_latest()
        except SittingOvertaken as exc:
            return Outcome(failure=describe(exc), is_overtaken=True)
        except MedsrError:
            pass
        return None

    def close(self) -> None:
        """Close the database."""
        if self._material is not None:
            self._material.store.close()
        self._material = self._session = None

    def _begin(self, material: Material, display: Mapping[str, Any]) -> None:
        self._session = begin_session(
            material.store,
            material.plan,
            material.design,
            self._observer,
            display=display,
            version=__version__,
            choose_pair=material.choose_pair,
        )
        own = [
            record for record in material.store.records(kinds=("rating", "pair")) if record.site == material.store.site
        ]
        payloads = (record.payload or {} for record in own)
        self._answered = {str(one["trial"]) for one in payloads if one.get("observer") == self._observer}

    def _standing(self) -> Standing:
        session, material = self._session, self._material
        assert session is not None  # noqa: S101 - only asked of an open session
        assert material is not None  # noqa: S101 - that it is a session of
        back = material.store.last_clock_back
        return Standing(
            step=session.step,
            upcoming=session.upcoming,
            can_go_back=session.can_go_back,
            saved=len(self._answered),
            stimuli=session.stimuli,
            clock=clock_change_in(back) if back else None,
            active_seconds=session.active_seconds,
            training_is_over=session.training_is_over,
        )

    def _standing_if_any(self) -> Standing | None:
        try:
            return self._standing()
        except MedsrError:  # the pairs of the next trial are read from the store, which fails now
            return None
