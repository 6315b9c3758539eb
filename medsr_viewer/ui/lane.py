"""One comparison in the background: what it owes, and where its reports go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.comparison_job import MethodReady, TilesReady
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.long_runs import LongRun
from medsr_viewer.ui.results import Entry, InputKey, PreparedImages, ResultKey, Results
from medsr_viewer.ui.runner import Runner, Work


@dataclass(frozen=True)
class Errand:
    """What a lane is sent for.

    Parameters
    ----------
    source : InputKey
        The input.
    within : Region or None
        The part of it that is computed; None: all.
    owed : frozenset of ResultKey
        The results.
    estimates : bool
        Whether they are only estimated.
    """

    source: InputKey
    within: Region | None
    owed: frozenset[ResultKey]
    estimates: bool = False


class Lane(QObject):
    """Runs one comparison at a time and brings its reports to the results.

    Parameters
    ----------
    results : Results
        Where to put what was computed.
    runner : Runner
        This lane's own.
    parent : QObject, optional
        Owner.
    """

    progressed = Signal(str, int, int)
    """Method, tiles ready, of how many."""
    estimated = Signal(LongRun)
    failed = Signal(Failure)
    stopped = Signal()
    """The user has cancelled what it was sent for."""

    def __init__(self, results: Results, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._results, self._runner = results, runner
        self._errand: Errand | None = None
        self._owed: dict[str, ResultKey] = {}
        runner.progressed.connect(self._on_progress)
        runner.failed.connect(self._on_failed)
        runner.finished.connect(self._on_finished)

    @property
    def is_busy(self) -> bool:
        """Whether something runs."""
        return self._runner.is_busy

    def is_on(self, errand: Errand) -> bool:
        """Whether just this is being done; what was brought already is owed no more."""
        if self._errand is None or not self.is_busy:
            return False
        return errand == replace(self._errand, owed=frozenset(self._owed.values()))

    def send(self, errand: Errand, work: Work) -> None:
        """Do this, and nothing else any more."""
        self._leave()
        self._errand = errand
        self._owed = {key.method: key for key in errand.owed}
        self._runner.submit(work)

    def cancel(self) -> None:
        """Stop; what is ready stays."""
        self._leave()
        self._runner.cancel()

    @Slot(object)
    def _on_progress(self, report: object) -> None:
        within = self._errand.within if self._errand is not None else None
        if isinstance(report, PreparedImages):
            self._results.set_prepared(report)
        elif isinstance(report, TilesReady):
            _announce(report)
            entry = Entry(report.picture, within=within, tiles=(report.done, report.total))
            # Owed for certain: the runner drops the reports of older errands.
            self._results.set_growing(self._owed[report.method], entry)
            self.progressed.emit(report.method, report.done, report.total)
        elif isinstance(report, MethodReady):
            _announce(report)
            key = self._owed.pop(report.result.method)
            self._results.finish(key, Entry(report.picture, report.result, within))
        elif isinstance(report, LongRun):
            self._owed = {}
            self.estimated.emit(report)

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        if self._errand is not None:
            self._results.set_failure(self._errand.source, failure)
        self._leave()
        self.failed.emit(failure)

    @Slot()
    def _on_finished(self) -> None:
        if self._owed:
            self._leave()
            self.stopped.emit()

    def _leave(self) -> None:
        owed, self._owed = self._owed, {}
        self._results.leave(owed.values())


def _announce(report: TilesReady | MethodReady) -> None:
    if report.picture is not None:
        for arrival in report.arrivals:
            report.picture.announce(arrival)
