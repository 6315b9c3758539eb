"""Background work: one persistent thread for each kind of work, its results handed to the window's thread."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QObject, QThread, Signal, Slot

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.ui.failure import Failure, describe

Report: TypeAlias = Callable[[object], None]
Work: TypeAlias = Callable[[CancelToken, Report], object]
"""Takes the token, to be checked between steps, and a function that hands what is ready to the window."""

_NICENESS = 10


@dataclass(frozen=True, eq=False)
class Job:
    """A piece of work as the worker's thread gets it."""

    generation: int
    function: Work
    token: CancelToken


class Runner(QObject):
    """Runs one kind of work, the newest job alone: submitting one cancels the one before.

    What an older job still reports is dropped, so every signal belongs to the newest job.

    Parameters
    ----------
    name : str
        Of the thread, for debuggers.
    parent : QObject, optional
        Owner.
    """

    started = Signal()
    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(Failure)
    finished = Signal()
    """The newest job ended: succeeded, failed or cancelled."""

    _submitted = Signal(Job)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generation = 0
        self._is_shut = False
        self._token: CancelToken | None = None
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._submitted.connect(self._worker.run)
        self._worker.progressed.connect(self._on_progressed)
        self._worker.succeeded.connect(self._on_succeeded)
        self._worker.failed.connect(self._on_failed)
        self._worker.dropped.connect(self._on_dropped)

    @property
    def is_busy(self) -> bool:
        """Whether a job was submitted and has not ended."""
        return self._token is not None

    def submit(self, function: Work) -> None:
        """Run a function in this runner's thread; cancel what runs there. After `shutdown` nothing is run."""
        if self._is_shut:
            return
        if self._token is not None:
            self._token.cancel()
        if not self._thread.isRunning():
            self._thread.start()
        self._generation += 1
        self._token = CancelToken()
        self._submitted.emit(Job(self._generation, function, self._token))
        self.started.emit()

    def cancel(self) -> None:
        """Cancel what runs; nothing more is heard of it but `finished`."""
        if self._token is None:
            return
        self._token.cancel()
        self._generation += 1
        self._end()

    def shutdown(self) -> None:
        """Cancel, and wait for the thread to end."""
        self._is_shut = True
        self.cancel()
        self._thread.quit()
        self._thread.wait()

    def _end(self) -> None:
        self._token = None
        self.finished.emit()

    @Slot(int, object)
    def _on_progressed(self, generation: int, progress: object) -> None:
        if generation == self._generation:
            self.progressed.emit(progress)

    @Slot(int, object)
    def _on_succeeded(self, generation: int, result: object) -> None:
        if generation == self._generation:
            self.succeeded.emit(result)
            self._end_if_newest(generation)

    @Slot(int, object)
    def _on_failed(self, generation: int, failure: Failure) -> None:
        if generation == self._generation:
            self.failed.emit(failure)
            self._end_if_newest(generation)

    @Slot(int)
    def _on_dropped(self, generation: int) -> None:
        self._end_if_newest(generation)

    def _end_if_newest(self, generation: int) -> None:
        # A slot may have submitted the next job meanwhile.
        if generation == self._generation:
            self._end()


class _Worker(QObject):
    """Lives in the runner's thread. Catches everything: what a slot raises there, nobody would see."""

    progressed = Signal(int, object)
    succeeded = Signal(int, object)
    failed = Signal(int, object)
    dropped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._has_yielded = False

    @Slot(Job)
    def run(self, job: Job) -> None:
        if not self._has_yielded:
            _lower_priority()
            self._has_yielded = True
        try:
            job.token.check()
            result = job.function(job.token, partial(self.progressed.emit, job.generation))
        except Cancelled:
            self.dropped.emit(job.generation)
        except BaseException as exc:  # a panic in a Rust decoder is not an Exception
            self.failed.emit(job.generation, describe(exc))
        else:
            self.succeeded.emit(job.generation, result)


def _lower_priority() -> None:
    # Linux has a niceness for each thread, inherited by the threads that torch starts from this one: the event loop
    # keeps its turn while every core computes. Elsewhere a niceness is the whole process's, so it is left alone.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
