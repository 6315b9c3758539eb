"""The real rating window with somebody who rates as fast as it lets them: started by the soak test, to be killed.

``python soaked_rater.py STUDY OBSERVER`` prints ``shown PHASE TRIAL`` for the first trial, ``saved TRIAL VALUE COUNT``
once the window shows an answer as saved, with the count that it shows, and ``finished``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parents[2]))

from gui.survey.sitting_driver import AutoRater

from medsr_viewer.ui.survey.conducting import Conducting
from medsr_viewer.ui.survey.posed_trial import Answer
from medsr_viewer.ui.survey.rating import open_rating_window


class Reporter(QObject):
    """Prints what can be seen in the window."""

    def __init__(self, conducting: Conducting) -> None:
        super().__init__(conducting)
        self._conducting = conducting
        self._has_shown = False
        conducting.acknowledged.connect(self._on_acknowledged)

    def look(self) -> None:
        pages = self._conducting.pages
        if not hasattr(pages, "trial") or self._has_shown or pages.trial.state != "open":
            return
        posed = pages.trial.posed
        if posed is not None and pages.trial.clock.runs:
            self._has_shown = True
            print(f"shown {'training' if posed.is_training else 'main'} {posed.trial.identifier}", flush=True)

    @Slot(object, object)
    def _on_acknowledged(self, answer: Answer, _standing: object) -> None:
        shown = self._conducting.pages.trial.side.saved.text().split()[0]
        if not answer.posed.is_training:
            print(f"saved {answer.posed.trial.identifier} {answer.values[0][0]} {shown}", flush=True)


class LookingRater(AutoRater):
    """Reports what is on the screen before it presses a key."""

    def __init__(self, conducting: Conducting) -> None:
        self.reporter = Reporter(conducting)
        super().__init__(conducting, interval_ms=2)
        self._has_finished = False

    @Slot()
    def act(self) -> None:
        self.reporter.look()
        standing = self._conducting.standing
        if standing is not None and standing.step.kind == "finished" and not self._has_finished:
            self._has_finished = True
            print("finished", flush=True)
        super().act()


def main(study: str, observer: str) -> int:
    application = QApplication([])
    conducting = open_rating_window(Path(study), observer, windowed=True)
    application.aboutToQuit.connect(conducting.shutdown)
    rater = LookingRater(conducting)
    status = application.exec()
    rater.stop()
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
