"""The report of a survey in the results window: figures in its tables, the page in the browser, never an old one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey_setup.result_tables import fill, head_figures, mos_rows, next_rows
from medsr_viewer.ui.survey_setup.result_words import told_caution_on_next, told_interval
from medsr_viewer.ui.survey_setup.results_frame import ResultsFrame

if TYPE_CHECKING:
    from medsr_viewer.survey.latest_report import LatestReport

_REFUSED = {
    "outdated": (
        "The report is out of date",
        "The survey was changed after it was made: by a withdrawal or merged answers, say.",
    ),
    "altered": ("The report was altered", "Its page or its figures are not as they were written."),
}
"""By standing: title and reason."""


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
        self._digest = b""  # of the page as it was shown

    def show(self, page: Path, figures: Mapping[str, Any]) -> None:
        """Show a report."""
        frame = self._frame
        self.page, self._digest = page, _digest_of(page)
        head_figures(frame.mos_rows, figures)
        fill(frame.mos_rows, mos_rows(figures))
        fill(frame.next_rows, next_rows(figures))
        frame.interval.setText(told_interval(figures))
        frame.caution_on_next.setText(told_caution_on_next(figures))
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
        if latest is not None and latest.standing in _REFUSED:
            when = datetime.fromisoformat(latest.made).astimezone()
            self._offer_renewal(latest.page, latest.standing, f" of {when:%Y-%m-%d, %H:%M}")

    @Slot()
    def open(self) -> None:
        """Open the page in the browser, where it is as it was shown."""
        if self.page is None:
            return
        digest = _digest_of(self.page)
        if not digest:
            self._frame.notices.show_failure(Failure("The report is no longer there", f"It was {self.page}"))
        elif digest != self._digest:
            self._offer_renewal(self.page, "altered")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.page))):
            advice = "Open that file in a browser by hand."
            self._frame.notices.show_failure(
                Failure("No browser could be opened", f"The report is {self.page}", advice)
            )

    def _offer_renewal(self, page: Path, standing: str, made: str = "") -> None:
        title, why = _REFUSED[standing]
        answers: list[tuple[str, Callable[[], None]]] = [
            ("Make it anew", partial(self.renewal_wanted.emit, page.parent)),
            ("Not now", lambda: None),
        ]
        self._frame.notices.ask(title, f"{why} It is {page}{made}.", answers)


def _digest_of(page: Path) -> bytes:
    """Return a page's SHA-256; nothing where it cannot be read."""
    try:
        return hashlib.sha256(page.read_bytes()).digest()
    except OSError:
        return b""
