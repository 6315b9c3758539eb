"""The session behind the window: asked in another thread, one request after the other, none of them dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Runner, Work
from medsr_viewer.ui.survey.at_hand import Material, Outcome, Request, SurveyAtHand
from medsr_viewer.ui.survey.posed_trial import Answer


class Desk(QObject):
    """Hands requests to the session, in order.

    A runner runs its newest job alone; an answer must never be the one that is dropped. So the next request is
    submitted when the one before has ended.

    Parameters
    ----------
    survey : SurveyAtHand
        Used in the runner's thread alone.
    parent : QObject, optional
        Owner.
    """

    opened = Signal(object, object)
    """Material, or None, and the outcome."""
    answered = Signal(object)
    """Outcome of a request."""

    def __init__(self, survey: SurveyAtHand, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runner = Runner("survey", self)
        self._survey = survey
        self._waiting: deque[tuple[Work, Answer | None]] = deque()
        self._in_work: Answer | None = None
        self._only_looks = False
        self.runner.succeeded.connect(self._on_succeeded)
        self.runner.failed.connect(self._on_failed)
        self.runner.finished.connect(self._send_next)

    @property
    def is_busy(self) -> bool:
        """Whether a request is being worked on, or waits; a look is none: what is clicked meanwhile counts."""
        return (self.runner.is_busy and not self._only_looks) or bool(self._waiting)

    def open(self, display: Mapping[str, Any], *, takes_over: bool = False) -> None:
        """Open the survey, or open it anew after a failure; see `SurveyAtHand.open`."""
        facts = dict(display)
        self._enqueue(lambda _token, _report: self._survey.open(facts, takes_over=takes_over))

    def ask(self, request: Request, answer: Answer | None = None) -> None:
        """Ask something of the session; see `SurveyAtHand.ask`."""
        self._enqueue(lambda _token, _report: self._survey.ask(request, answer), answer)

    def look(self) -> None:
        """Look whether the sitting goes on in another window; `answered` follows only where it does."""
        if not self.runner.is_busy:  # else what is asked already tells it
            self._enqueue(lambda _token, _report: self._survey.look())
            self._only_looks = True

    def shutdown(self) -> None:
        """Wait for what is being recorded, close the survey, and end the thread."""
        self._waiting.clear()
        self.runner.finished.disconnect(self._send_next)
        self.runner.shutdown()
        self._survey.close()

    def _enqueue(self, work: Work, answer: Answer | None = None) -> None:
        self._waiting.append((work, answer))
        if not self.runner.is_busy:
            self._send_next()

    @Slot()
    def _send_next(self) -> None:
        if self._waiting:
            work, self._in_work = self._waiting.popleft()
            self._only_looks = False
            self.runner.submit(work)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if isinstance(result, Outcome):
            self.answered.emit(result)
        elif result is not None:
            opened, outcome = cast(tuple[Material | None, Outcome], result)
            self.opened.emit(opened, outcome)

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        self.answered.emit(Outcome(failure=failure, answer=self._in_work))
