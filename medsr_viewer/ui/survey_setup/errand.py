"""One kind of work among several that share a runner: each hears of its own alone."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Runner, Work


class Errand(QObject):
    """Work in the background, and what became of it.

    Parameters
    ----------
    runner : Runner
        Runs the newest work alone.
    parent : QObject, optional
        Owner.
    """

    progressed = Signal(object)
    done = Signal(object)
    failed = Signal(Failure)
    ended = Signal()
    """Done, failed or cancelled."""

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._is_ours = runner, False
        runner.progressed.connect(self._on_progressed)
        runner.succeeded.connect(self._on_succeeded)
        runner.failed.connect(self._on_failed)
        runner.finished.connect(self._on_finished)

    @property
    def is_busy(self) -> bool:
        """Whether this work runs."""
        return self._is_ours

    def start(self, work: Work) -> None:
        """Begin; other work of the runner is cancelled."""
        self._runner.cancel()
        self._is_ours = True
        self._runner.submit(work)

    def cancel(self) -> None:
        """Stop, where this work runs."""
        if self._is_ours:
            self._runner.cancel()

    @Slot(object)
    def _on_progressed(self, progress: object) -> None:
        if self._is_ours:
            self.progressed.emit(progress)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if self._is_ours:
            self.done.emit(result)

    @Slot(Failure)
    def _on_failed(self, failure: Failure) -> None:
        if self._is_ours:
            self.failed.emit(failure)

    @Slot()
    def _on_finished(self) -> None:
        if self._is_ours:
            self._is_ours = False
            self.ended.emit()
