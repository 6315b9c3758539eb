"""The report of a survey in the results window: figures in its tables, the page in the browser, never an old one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey_setup.result_tables import fill, mos_rows, next_rows
from medsr_viewer.ui.survey_setup.result_words import told_interval
from medsr_viewer.ui.survey_setup.results_frame import ResultsFrame

if TYPE_CHECKING:
    from medsr_viewer.survey.latest_report import LatestReport

_WHY = {
    "outdated": "The survey was changed after it was made: by a withdrawal or merged answers, say.",
    "altered": "It was changed after it was written.",
}


class ShownReport(QObject):
    """Shows a report that is current, and offers to make one anew that is not.

    Parameters
    ----------
    frame : ResultsFrame
        Its place, and owner.

    Attributes
    ----------
    page : Path or None
        Of the report that is shown.
    """

    renewal_wanted = Signal(Path)
    """The report is to be made anew, in this folder."""

    def __init__(self, frame: ResultsFrame) -> None:
        super().__init__(frame)
        self._frame = frame
        self.page: Path | None = None

    def show(self, page: Path, figures: Mapping[str, Any]) -> None:
        """Show a report."""
        frame = self._frame
        self.page = page
        fill(frame.mos_rows, mos_rows(figures))
        fill(frame.next_rows, next_rows(figures))
        frame.interval.setText(told_interval(figures))
        frame.allow_results(are_there=True)

    def forget(self) -> None:
        """Show none."""
        self.page = None
        self._frame.clear_results()

    def take(self, latest: LatestReport | None) -> None:
        """Show the report that was made last where it is current; else none, and say what became of it."""
        if latest is not None and latest.standing == "current":
            self.show(latest.page, latest.figures)
            return
        self.forget()
        if latest is not None and latest.standing in _WHY:
            when = datetime.fromisoformat(latest.made).astimezone()
            self._frame.notices.ask(
                "The report is out of date",
                f"It was made on {when:%Y-%m-%d at %H:%M}: {latest.page}. {_WHY[latest.standing]}",
                [
                    ("Make it anew", partial(self.renewal_wanted.emit, latest.page.parent)),
                    ("Not now", lambda: None),
                ],
            )

    @Slot()
    def open(self) -> None:
        """Open the page in the browser."""
        if self.page is None:
            return
        if not self.page.is_file():
            self._frame.notices.show_failure(Failure("The report is no longer there", f"It was {self.page}"))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.page))):
            advice = "Open that file in a browser by hand."
            self._frame.notices.show_failure(
                Failure("No browser could be opened", f"The report is {self.page}", advice)
            )
