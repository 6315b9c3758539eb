"""Keeps the report of a run up to date while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from trainer.extras import MissingExtra

EVERY_SECONDS = 60.0
"""Drawing takes a second or two: a run that validates more often than this waits for no more than a fiftieth."""
FEWEST_ROWS = 3
"""Two points make no curve."""


class ReportWriter:
    """Writes ``report.html`` after validations, and never ends the run: a page can be drawn again, a run cannot.

    Parameters
    ----------
    run : Path
        Run folder.
    report : callable
        Takes a line of progress.
    """

    def __init__(self, run: Path, report: Callable[[str], None]) -> None:
        self._run, self._report = run, report
        self._last = time.monotonic()
        self._works = True

    def update(self, rows: int, *, finally_: bool = False) -> None:
        """Write the page, where the last one is old enough or this is the last of all.

        Parameters
        ----------
        rows : int
            Validations that the log holds.
        finally_ : bool
            Whether the run ends here.
        """
        old = time.monotonic() - self._last >= EVERY_SECONDS
        if not self._works or rows < FEWEST_ROWS or not (old or finally_):
            return
        try:
            from trainer.run_report.page import write_report

            write_report(self._run)
        except MissingExtra as exc:
            self._works = False
            self._report(f"no report.html: {exc}. {exc.advice} Then: `medsr-train report {self._run}`")
        except Exception as exc:
            self._works = False
            self._report(f"report.html could not be written ({type(exc).__name__}: {exc}); the run goes on")
        self._last = time.monotonic()
