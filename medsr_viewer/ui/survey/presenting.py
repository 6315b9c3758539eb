"""Brings a trial to the screen: mid-gray for a fixed time, then its images, decoded meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from medsr_viewer.survey.plan import Trial
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.decoding import Ahead
from medsr_viewer.ui.survey.posed_trial import PosedTrial
from medsr_viewer.ui.survey.trial_page import TrialPage


class Presenting(QObject):
    """Every trial appears after the same delay, whatever it shows: a loading time would tell methods apart.

    Parameters
    ----------
    page : TrialPage
    ahead : Ahead
        Decodes.
    delay_ms : int
        Of mid-gray, from the answer's acknowledgement on.
    parent : QObject, optional
        Owner.
    """

    shown = Signal()
    failed = Signal(Failure)

    def __init__(self, page: TrialPage, ahead: Ahead, delay_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page, self._ahead, self._delay = page, ahead, delay_ms / 1000
        self._posed: PosedTrial | None = None
        self._since = 0.0
        self._facts: dict[str, object] = {}
        self._due = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._due.timeout.connect(self._show_if_ready)
        ahead.arrived.connect(self._show_if_ready)
        ahead.failed.connect(self._on_failed)

    @property
    def is_waiting(self) -> bool:
        """Whether a trial is on its way to the screen."""
        return self._posed is not None

    def bring(self, posed: PosedTrial, upcoming: Sequence[Trial], facts: dict[str, object]) -> None:
        """Show mid-gray now, and a trial when the delay has passed.

        Parameters
        ----------
        posed : PosedTrial
            What is shown.
        upcoming : sequence of Trial
            To be decoded, this one first.
        facts : dict
            For the trial's log.
        """
        self._page.blank()
        self._page.show_progress(posed)
        self._posed, self._facts, self._since = posed, facts, time.monotonic()
        self._due.start(round(self._delay * 1000))
        self._ahead.want(upcoming)

    def stop(self) -> None:
        """Bring nothing; what is on the screen goes."""
        self._due.stop()
        self._posed = None
        self._page.blank()

    @Slot()
    def _show_if_ready(self) -> None:
        posed = self._posed
        if posed is None or self._due.isActive():
            return
        images = self._ahead.images(posed.trial)
        if images is None:
            return
        gray = time.monotonic() - self._since
        late = max(0.0, gray - self._delay)
        self._posed = None
        self._page.show_trial(
            posed, images, {**self._facts, "gray_ms": round(gray * 1000), "late_ms": round(late * 1000)}
        )
        self.shown.emit()

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        if self._posed is not None:
            self.stop()
            self.failed.emit(failure)
