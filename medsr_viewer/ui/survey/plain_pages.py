"""Pages of a text and buttons alone: instructions, pause, withdrawal, end, and what went wrong."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from medsr_viewer.survey.open_sitting import OpenSitting
from medsr_viewer.survey.protocols import instructions_after_training
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.page import Page

_LATER = "You may leave: when you come back under the same name, the study goes on at the very image."
_FAULT = (
    "This is a fault of the program. Every answer that was saved is kept. Try again; if it happens once more, close "
    "this window and tell the coordinator: the details are in the program's log."
)
_ASKED_AGAIN = "An answer that was chosen but not saved yet is asked again then."


def saved_text(saved: int) -> str:
    """Say how many answers are on the disk."""
    if saved == 0:
        return "No answer is saved yet."
    return "Your answer is saved." if saved == 1 else f"All your {saved} answers are saved."


class InstructionsPage(Page):
    """What is to be done, and with which keys."""

    read = Signal()

    def __init__(self, text: str, keys: str, parent: QWidget | None = None) -> None:
        super().__init__("What to do", parent)
        self._instructions = text
        self.text.setText(text)
        shown = QLabel(keys, self)
        shown.setWordWrap(True)
        self.add(shown)
        self.add_leave_button("Close")
        self.add_button("Begin", is_default=True).clicked.connect(self.read)

    def tell_trained(self, saved: int) -> None:
        """Say that the training is over, in place of announcing it; and how many answers are on the disk."""
        first, *others = instructions_after_training(self._instructions).split("\n\n")
        self.text.setText("\n\n".join([f"{first} {saved_text(saved)}" if saved else first, *others]))


class CountingPage(Page):
    """The training is over: what is answered from now on is kept."""

    begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("From now on your answers count", parent)
        self.add_leave_button("Close")
        self.add_button("Start rating", is_default=True).clicked.connect(self.begun)

    def start(self, follow: str) -> None:
        """Say what follows, such as "12 images"."""
        self.text.setText(
            "The training is over; its answers are not part of the results.\n\n"
            f"To be rated: {follow}. Pause with Esc whenever you like. {_LATER}"
        )


class PausePage(Page):
    """The trial is hidden: go on, leave, or withdraw."""

    ended = Signal()
    withdraw_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Paused", parent)
        self.add_leave_button("Leave for now")
        self.add_button("Withdraw \N{HORIZONTAL ELLIPSIS}").clicked.connect(self.withdraw_wanted)
        self.go_on = self.add_button("Go on", is_default=True)
        self.go_on.clicked.connect(self.ended)

    def start(self, saved: int, *, is_leaving: bool) -> None:
        """Say that nothing is lost."""
        self.title.setText("Pause and leave?" if is_leaving else "Paused")
        told = [f"The image is hidden, and no time runs. {saved_text(saved)}", _LATER]
        self.text.setText("\n\n".join([*told, _ASKED_AGAIN] if is_leaving else told))

    def tell(self, failure: Failure) -> None:
        """Tell of something that was not recorded."""
        self.text.setText("\n\n".join(part for part in (f"{failure.title}.", failure.advice, self.text.text()) if part))


class LeavePage(Page):
    """Whether the observer really leaves: "Close" is where Tab ends, and Enter pressed there may not be meant."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Leave the study for now?", parent)
        self.text.setText(f"Nothing that was saved is lost. {_LATER}")
        self.add_leave_button("Leave for now")
        self.add_button("Back", is_default=True).clicked.connect(self.cancelled)


class WithdrawPage(Page):
    """Whether the observer withdraws, and what becomes of the answers."""

    decided = Signal(bool)
    """Whether the answers are to be erased."""
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Withdraw from the study?", parent)
        self.text.setText(
            "You may withdraw without giving a reason. Your answers are then left out of the analysis, and you can "
            "rate no more under this name.\n\nIf you wish, your answers are erased too, for good. That is final."
        )
        self.erase = self.add_button("Withdraw and erase my answers")
        self.keep = self.add_button("Withdraw")
        back = self.add_button("Back", is_default=True)
        self.erase.clicked.connect(lambda: self.decided.emit(True))
        self.keep.clicked.connect(lambda: self.decided.emit(False))
        back.clicked.connect(self.cancelled)


class EndPage(Page):
    """Nothing more is asked."""

    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.back = self.add_button("Change the last answer")
        self.back.clicked.connect(self.back_wanted)
        self.add_button("Close", is_default=True).clicked.connect(self.leave_wanted)

    def show_finished(self, saved: int, *, can_go_back: bool) -> None:
        """Thank the observer."""
        self.title.setText("Thank you")
        self.text.setText(
            f"You have answered everything. {saved_text(saved)}\n\nWhat happens next: the coordinator closes "
            "the study when all observers have finished. Only then is it revealed how the images were made, and the "
            "ratings are analysed. There is nothing more for you to do; you may close this window."
        )
        self.back.setVisible(can_go_back)

    def show_withdrawn(self) -> None:
        """Confirm the withdrawal."""
        self.title.setText("You have withdrawn")
        self.text.setText("That is recorded. Your answers are left out of the analysis. You may close this window.")
        self.back.hide()


class ElsewherePage(Page):
    """The observer rates in another window: go on here, or leave that alone."""

    continued = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("You are rating in another window", parent)
        self.add_leave_button("Cancel")
        # No default: that Enter was pressed once too often must end no sitting.
        self.go_on = self.add_button("Continue here")
        self.go_on.clicked.connect(self.continued)

    def tell(self, observer: str, sitting: OpenSitting) -> None:
        """Say whose sitting is open, since when and where."""
        since = datetime.fromisoformat(sitting.since).astimezone()
        where = "on this computer" if sitting.is_here else "on another computer"
        self.text.setText(
            f"The observer {observer} has a sitting open {where}, since {since:%H:%M} on {since:%d %B %Y}.\n\nIf you "
            "continue here, the other window takes no more answers. Every answer that was saved is kept; one that was "
            "chosen there but not saved is asked again.\n\nIf somebody else is rating under this name, cancel, and "
            "ask the coordinator for a name of your own."
        )


class ProblemPage(Page):
    """Something stops the study: what, and what to do."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.add_leave_button("Close")
        self.retry = self.add_button("Try again", is_default=True)
        self.retry.clicked.connect(self.retry_wanted)

    def show_failure(self, failure: Failure, *, is_final: bool = False, lost: str = "") -> None:
        """Tell of a failure. A traceback is in the log, not here: it may name what is shown.

        Parameters
        ----------
        failure : Failure
        is_final : bool
            Whether there is no use in trying again.
        lost : str
            What was not saved by it, told first; "" for nothing.
        """
        self.retry.setHidden(is_final)
        self.title.setText(failure.title)
        told = (_FAULT,) if failure.details else (failure.reason and f"{failure.reason.rstrip('.')}.", failure.advice)
        self.text.setText("\n\n".join(part for part in (lost, *told) if part))

    def clear(self) -> None:
        """Forget what was told."""
        self.title.clear()
        self.text.clear()
