"""Leads an observer through a sitting: shows what the session says is next, and brings it what was answered."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from medsr_viewer.survey.session import Session
from medsr_viewer.ui.failure import Failure, describe
from medsr_viewer.ui.survey.at_hand import Material, Outcome, Request, Standing, SurveyAtHand
from medsr_viewer.ui.survey.decoding import Ahead
from medsr_viewer.ui.survey.desk import Desk
from medsr_viewer.ui.survey.opening import Opening
from medsr_viewer.ui.survey.pages import Pages
from medsr_viewer.ui.survey.posed_trial import Answer, PosedTrial, Values
from medsr_viewer.ui.survey.presenting import Presenting
from medsr_viewer.ui.survey.saving import saving
from medsr_viewer.ui.survey.screen_facts import screen_facts
from medsr_viewer.ui.survey.window import RatingWindow

_RATING = frozenset({"training", "main"})


class Conducting(QObject):
    """One sitting of one observer in a window.

    Parameters
    ----------
    survey : SurveyAtHand
        Opened by `start`.
    observer : str
        Pseudonym, for the banner.
    parent : QObject, optional
        Owner.
    """

    acknowledged = Signal(object, object)
    """An answer, and where the observer stands since: it is saved, and the window says so."""

    def __init__(self, survey: SurveyAtHand, observer: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.window = RatingWindow()
        self.window.may_close = self._may_close
        self.window.closing.connect(self.shutdown)
        self.window.activated.connect(self._look)
        self.desk, self.ahead = Desk(survey, self), Ahead(self)
        self.desk.answered.connect(self._on_outcome)
        self.pages = Pages(self.window)
        self._opening = Opening(self.desk, self.pages, self.window, observer, self)
        self._opening.begun.connect(self._begin_sitting)
        self._files = self._opening.files
        self._files.whole.connect(self._on_files_whole)
        self.presenting: Presenting | None = None
        self._material: Material | None = None
        self._standing: Standing | None = None
        self._given: dict[str, Values] = {}
        self._ambient = ""
        self._leaves = self._pauses = self._is_shut = self._knows_it_counts = False
        self.pages.connect_opening(self.start, self._opening.take_over, self.leave)

    @property
    def standing(self) -> Standing | None:
        """Where the observer stands."""
        return self._standing

    @property
    def refusal(self) -> str:
        """What stops the sitting, as the window tells it; "" for nothing."""
        return self.pages.refusal

    @Slot()
    def start(self) -> None:
        """Open the survey, or try again what failed."""
        if self._standing is None:
            self._opening.begin()
            return
        if self._files.failure is not None:
            self._opening.check_files()
        self._go_on()

    @Slot()
    def shutdown(self) -> None:
        """End all work, once; what is being saved is saved first."""
        if self._is_shut:
            return
        self._is_shut = True
        if self.presenting is not None:
            self.presenting.stop()
        self.pages.stop()
        self._opening.shutdown()
        self.ahead.shutdown()
        self.desk.shutdown()

    @Slot()
    def leave(self) -> None:
        """Close the window without another question."""
        self._leaves = True
        self.window.close()

    @Slot()
    def _ask_to_leave(self) -> None:
        """Ask on a page before the trials, unless it leaves nothing else to do."""
        if self.pages.ends_here:
            self.leave()
        else:
            self.pages.show_leaving()

    def report_unexpected(
        self, _kind: type[BaseException], exc: BaseException, _traceback: TracebackType | None
    ) -> None:
        """Log and show an exception that nobody caught; for `sys.excepthook`."""
        failure = describe(exc)
        if QThread.currentThread() is self.thread():
            self.pages.show_problem(failure)

    @Slot()
    def _on_files_whole(self) -> None:
        if self.presenting is not None and self.pages.is_on(self.pages.opening):
            self._go_on()  # the first trial has waited

    @Slot(object, object)
    def _begin_sitting(self, material: Material, standing: Standing) -> None:
        self._material, self._standing = material, standing
        self.presenting = Presenting(self.pages.trial, self.ahead, material.design.sitting.delay_ms, self)
        self.presenting.failed.connect(self.pages.show_problem)
        self.presenting.shown.connect(self.window.time_rated.start)
        self.ahead.use(material.plan.stimuli, material.load)
        self._connect()
        self._go_on()

    def _connect(self) -> None:
        pages, trial = self.pages, self.pages.trial
        pages.consent.decided.connect(self._decide)
        pages.screen.checked.connect(self._check_screen)
        pages.screen.recheck_wanted.connect(self._recheck_screen)
        pages.instructions.read.connect(self._begin)
        pages.counting.begun.connect(self._begin_counting)
        pages.rest.ended.connect(self._end_break)
        pages.pause.ended.connect(self._end_pause)
        pages.pause.withdraw_wanted.connect(pages.show_withdrawal)
        pages.withdrawal.cancelled.connect(self._show_pause)
        pages.withdrawal.decided.connect(self._withdraw)
        for page in (pages.consent, pages.screen, pages.instructions, pages.counting):
            page.leave_wanted.connect(self._ask_to_leave)
        pages.leaving.cancelled.connect(pages.show_left)
        for ending in (pages.leaving, pages.rest, pages.pause, pages.end):
            ending.leave_wanted.connect(self.leave)
        pages.end.back_wanted.connect(self._go_back)
        trial.answered.connect(self._save)
        trial.went_on.connect(self._go_on_after_feedback)
        trial.again_wanted.connect(self._answer_again)
        trial.back_wanted.connect(self._go_back)
        trial.pause_wanted.connect(self._pause)

    @Slot(bool)
    def _decide(self, agreed: bool) -> None:
        assert self._material is not None  # noqa: S101 - pages are shown once the survey is open
        digest = hashlib.sha256(self._material.design.texts.consent.encode("utf-8")).hexdigest()
        if not agreed:
            self.pages.consent.show_declined()
        self._ask_once(lambda session: session.consent(agreed=agreed, text_digest=digest))

    @Slot(bool, dict)
    def _check_screen(self, passed: bool, facts: dict[str, Any]) -> None:
        self._ambient = str(facts.get("ambient_light", ""))
        self._ask_once(lambda session: session.screen(passed=passed, facts=facts))

    @Slot()
    def _recheck_screen(self) -> None:
        facts = self._display()
        if not self.pages.show_screen(facts):
            self.desk.ask(lambda session: session.screen(passed=False, facts=facts))

    @Slot()
    def _begin(self) -> None:
        self._ask_once(Session.instructions_read)

    @Slot()
    def _begin_counting(self) -> None:
        self._knows_it_counts = True
        self._go_on()

    @Slot()
    def _end_break(self) -> None:
        self._ask_once(Session.end_break)

    @Slot()
    def _end_pause(self) -> None:
        self._pauses = False
        self.desk.ask(Session.resume)

    @Slot(bool)
    def _withdraw(self, erase: bool) -> None:
        self._pauses = False
        self.desk.ask(lambda session: session.withdraw(erase=erase))

    @Slot()
    def _go_back(self) -> None:
        self._ask_once(Session.back)

    @Slot()
    def _pause(self, *, is_leaving: bool = False) -> None:
        if self.presenting is None or self._pauses:
            return
        self._pauses = True
        self.window.time_rated.halt()
        self.presenting.stop()
        self._show_pause(is_leaving=is_leaving)
        self.desk.ask(Session.pause)

    @Slot()
    def _show_pause(self, *, is_leaving: bool = False) -> None:
        self.pages.show_pause(self._saved, is_leaving=is_leaving)

    def _ask_once(self, request: Request) -> None:
        """Ask, unless something is asked already: a button that is clicked twice was meant once."""
        if not self.desk.is_busy:
            self.desk.ask(request)

    @Slot(object)
    def _save(self, answer: Answer) -> None:
        assert self._material is not None  # noqa: S101 - trials are shown once the survey is open
        self.desk.ask(saving(answer, self._material.design), answer)

    @Slot(object)
    def _on_outcome(self, outcome: Outcome) -> None:
        self._standing = outcome.standing or self._standing
        if outcome.is_overtaken and outcome.failure is not None:
            self._end_overtaken(outcome.failure, is_answer_lost=outcome.answer is not None)
            return
        if outcome.failure is not None:
            self._show_failure(outcome.failure, outcome.answer)
            return
        if outcome.answer is not None:
            self._acknowledge(outcome.answer, outcome)
        if self._pauses:
            return
        if outcome.feedback is not None:
            self.pages.trial.show_feedback(outcome.feedback)
        else:
            self._go_on()

    @Slot()
    def _look(self) -> None:
        """Tell who comes back to this window that another has taken over, before an answer is given in vain."""
        is_open = self._standing is not None and not self._is_shut
        if is_open and not self.pages.is_on_problem and not self.pages.is_on(self.pages.end):
            self.desk.look()

    def _end_overtaken(self, failure: Failure, *, is_answer_lost: bool) -> None:
        if self.presenting is not None:
            self.presenting.stop()
        self.window.time_rated.halt()
        self.pages.show_overtaken(failure, is_answer_lost=is_answer_lost)

    def _acknowledge(self, answer: Answer, outcome: Outcome) -> None:
        if not answer.posed.is_training:
            self._given[answer.posed.trial.identifier] = answer.values
            self.pages.trial.show_saved(self._saved)
        if outcome.feedback is None or self._pauses:
            self.pages.trial.forget()
        self.acknowledged.emit(answer, self._standing)

    def _show_failure(self, failure: Failure, answer: Answer | None) -> None:
        now = self._standing.step.trial if self._standing is not None else None
        if self._pauses:
            self.pages.pause.tell(failure)
        elif answer is not None and now is not None and now.identifier == answer.posed.trial.identifier:
            self.pages.trial.show_failure(failure)
        else:
            self.pages.show_problem(failure)

    @Slot()
    def _go_on_after_feedback(self) -> None:
        self.pages.trial.forget()
        self._go_on()

    @Slot()
    def _answer_again(self) -> None:
        self.pages.trial.forget()
        self.pages.trial.blank()
        self._ask_once(Session.answer_again)

    def _go_on(self) -> None:
        standing, pages = self._standing, self.pages
        assert standing is not None  # noqa: S101 - only called when the survey is open
        self.window.tell_clock(standing.clock)
        unsaved = self.pages.trial.seconds_unsaved if self.presenting is not None else 0.0
        self.window.tell_time(standing.active_seconds + unsaved)
        if self._files.failure is not None:
            pages.show_problem(self._files.failure)
            return
        step = standing.step
        if step.kind in _RATING and not self._begins_to_count(standing):
            if self._files.is_whole:
                self._bring(standing)
            else:
                pages.show_checking()
            return
        if self.presenting is not None:
            self.presenting.stop()
        self.window.time_rated.halt()
        if step.kind == "screen":
            if not pages.is_on(pages.screen):
                self._recheck_screen()
        elif step.kind == "paused":
            self._show_pause()
        elif step.kind == "break":
            pages.show_rest(step.rest_seconds, standing.saved)
        elif step.kind == "main":
            pages.show_counting(step.of)
        else:
            pages.show_text(step.kind, standing)

    def _begins_to_count(self, standing: Standing) -> bool:
        """Whether the training has just ended, in this sitting or in one that was broken off then."""
        assert self._material is not None  # noqa: S101 - only asked when the survey is open
        has_training = bool(self._material.plan.training)
        return has_training and standing.step.kind == "main" and not standing.saved and not self._knows_it_counts

    def _bring(self, standing: Standing) -> None:
        assert standing.step.trial is not None  # noqa: S101 - of the kinds training and main
        assert self.presenting is not None  # noqa: S101 - made when the survey was opened
        earlier = self._given.get(standing.step.trial.identifier, ()) if standing.step.kind == "main" else ()
        posed = PosedTrial.of_step(standing.step, standing.saved, standing.can_go_back, earlier)
        self.pages.show_trial()
        size = self.window.size()
        facts = {"display": self._display(), "window_size": [size.width(), size.height()]}
        self.presenting.bring(posed, standing.upcoming, {**facts, "ambient_light": self._ambient})

    @property
    def _saved(self) -> int:
        return self._standing.saved if self._standing is not None else 0

    def _display(self) -> dict[str, Any]:
        return screen_facts(self.window.screen())

    def _may_close(self) -> bool:
        is_rating = self._standing is not None and self._standing.step.kind in _RATING
        if self._leaves or self._pauses or not is_rating or self.pages.is_between:
            return True
        self._pause(is_leaving=True)
        return False
