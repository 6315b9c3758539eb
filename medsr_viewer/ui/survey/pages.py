"""All pages of the rating window, and which of them is on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.open_sitting import OpenSitting
from medsr_viewer.survey.steps import StepKind
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.at_hand import Standing
from medsr_viewer.ui.survey.break_page import BreakPage
from medsr_viewer.ui.survey.consent_page import ConsentPage
from medsr_viewer.ui.survey.keys import key_help, mouse_help
from medsr_viewer.ui.survey.page import Page
from medsr_viewer.ui.survey.plain_pages import (
    CountingPage,
    ElsewherePage,
    EndPage,
    InstructionsPage,
    LeavePage,
    PausePage,
    ProblemPage,
    WithdrawPage,
)
from medsr_viewer.ui.survey.screen_page import ScreenPage
from medsr_viewer.ui.survey.trial_page import TrialPage
from medsr_viewer.ui.survey.window import RatingWindow

_TOO_LATE = (
    "The answer that you gave just now was NOT saved: it came after the other window had taken over. The same image is "
    "shown there, to be answered again."
)


class Pages(QObject):
    """Makes the pages, and puts them into the window.

    The pages of a survey are there once `use` was called.

    Parameters
    ----------
    window : RatingWindow
        Their place, and owner.
    """

    consent: ConsentPage
    screen: ScreenPage
    instructions: InstructionsPage
    leaving: LeavePage
    counting: CountingPage
    trial: TrialPage
    rest: BreakPage
    pause: PausePage
    withdrawal: WithdrawPage
    end: EndPage

    def __init__(self, window: RatingWindow) -> None:
        super().__init__(window)
        self._window = window
        self._is_made = False
        self._left: QWidget = window
        self.opening = Page("One moment \N{HORIZONTAL ELLIPSIS}", window)
        self.problem = ProblemPage(window)
        self.elsewhere = ElsewherePage(window)
        for page in (self.opening, self.problem, self.elsewhere):
            window.add_page(page)

    @property
    def is_on_problem(self) -> bool:
        """Whether the page that tells of a problem is shown."""
        return self.is_on(self.problem)

    @property
    def refusal(self) -> str:
        """What the page on screen says of a problem, or of a screen that is too small, on one line; "" elsewhere."""
        if self.is_on_problem:
            return self.problem.told
        return self.screen.told if self._is_made and self.is_on(self.screen) and self.screen.is_refused else ""

    @property
    def is_between(self) -> bool:
        """Whether what is shown hides no trial that a pause would be for."""
        return self.is_on_problem or (self._is_made and any(map(self.is_on, (self.counting, self.leaving))))

    @property
    def ends_here(self) -> bool:
        """Whether the page on screen leaves nothing to do but closing."""
        declined = self.is_on(self.consent) and self.consent.has_declined
        return declined or (self.is_on(self.screen) and self.screen.is_refused)

    def connect_opening(
        self, retry: Callable[[], None], take_over: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        """Connect the pages that tell of a problem, and of a sitting in another window."""
        self.problem.retry_wanted.connect(retry)
        self.elsewhere.continued.connect(take_over)
        for page in (self.problem, self.elsewhere):
            page.leave_wanted.connect(leave)

    def use(self, design: Design) -> TrialPage:
        """Make the pages of a survey, and return that of its trials."""
        window = self._window
        self.consent = ConsentPage(design.title, design.texts.consent, window)
        self.screen = ScreenPage(design.screen, window)
        self.instructions = InstructionsPage(
            design.texts.instructions, f"{key_help(design)}<br>{mouse_help(design)}", window
        )
        self.trial = TrialPage(design, window)
        self.counting, self.leaving = CountingPage(window), LeavePage(window)
        self.rest, self.pause = BreakPage(window), PausePage(window)
        self.withdrawal, self.end = WithdrawPage(window), EndPage(window)
        made: tuple[QWidget, ...] = (
            self.consent,
            self.screen,
            self.instructions,
            self.counting,
            self.leaving,
            self.trial,
        )
        between: tuple[QWidget, ...] = (self.rest, self.pause, self.withdrawal, self.end)
        for page in made + between:
            window.add_page(page)
        self._is_made = True
        return self.trial

    def is_on(self, page: QWidget) -> bool:
        """Whether a page is on screen."""
        return self._window.page is page

    def show_opening(self) -> None:
        """Say that the survey is being opened; what a problem named before is gone, for all texts are judged anew."""
        self.problem.clear()
        self.opening.text.setText("The study is being opened.")
        self._window.show_page(self.opening)

    def show_checking(self) -> None:
        """Say that the images are still being checked."""
        self.opening.text.setText("The images are being checked. The first one follows by itself.")
        self._window.show_page(self.opening)

    @Slot(Failure)
    def show_problem(self, failure: Failure) -> None:
        """Tell of a failure, in place of everything else."""
        self.problem.show_failure(failure)
        self._window.show_page(self.problem)

    def show_overtaken(self, failure: Failure, *, is_answer_lost: bool) -> None:
        """Say that the observer goes on in another window, and what became of an answer that came too late."""
        self.problem.show_failure(failure, is_final=True, lost=_TOO_LATE if is_answer_lost else "")
        self._window.show_page(self.problem)

    def show_elsewhere(self, observer: str, sitting: OpenSitting) -> None:
        """Ask whether the observer goes on here."""
        self.elsewhere.tell(observer, sitting)
        self._window.show_page(self.elsewhere)

    def show_trial(self) -> None:
        """Show the page of the trials."""
        self._window.show_page(self.trial)

    def show_leaving(self) -> None:
        """Ask whether the observer leaves."""
        self._left = self._window.page or self.leaving
        self._window.show_page(self.leaving)

    @Slot()
    def show_left(self) -> None:
        """Show again what was shown before that was asked."""
        self._window.show_page(self._left)

    def show_screen(self, facts: dict[str, Any]) -> bool:
        """Show the check of the screen; return whether the screen is large enough."""
        self.screen.show_facts(facts)
        self._window.show_page(self.screen)
        return not self.screen.is_refused

    def show_counting(self, trials: int) -> None:
        """Say that the training is over, and how many trials follow."""
        self.counting.start(self.trial.in_words(trials))
        self._window.show_page(self.counting)

    def show_rest(self, seconds: float, saved: int) -> None:
        """Show the break."""
        self.rest.start(seconds, saved)
        self._window.show_page(self.rest)

    def show_pause(self, saved: int, *, is_leaving: bool) -> None:
        """Hide the trial."""
        self.pause.start(saved, is_leaving=is_leaving)
        self._window.show_page(self.pause)

    @Slot()
    def show_withdrawal(self) -> None:
        """Ask whether the observer withdraws."""
        self._window.show_page(self.withdrawal)

    def show_text(self, kind: StepKind, standing: Standing) -> None:
        """Show consent, instructions or the end."""
        if kind == "consent":
            self._window.show_page(self.consent)
        elif kind == "instructions":
            if standing.training_is_over:
                self.instructions.tell_trained(standing.saved)
            self._window.show_page(self.instructions)
        else:
            if kind == "withdrawn":
                self.end.show_withdrawn()
            else:
                self.end.show_finished(standing.saved, can_go_back=standing.can_go_back)
            self._window.show_page(self.end)

    def stop(self) -> None:
        """End what counts."""
        if self._is_made:
            self.rest.stop()
