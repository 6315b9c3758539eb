"""Starting the rating window, a process of its own: it knows nothing of this window, and outlives it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey.exit_status import TOLD

Start: TypeAlias = "Callable[[list[str], IO[bytes]], subprocess.Popen[bytes]]"
_LOOK_MS = 500
_LONGEST = 600


def start_detached(command: list[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program that goes on when this one ends; what it says goes to a file."""
    return subprocess.Popen(  # noqa: S603 - this very interpreter, and arguments that are no shell's
        command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
    )


class RatingStart(QObject):
    """Starts the rating window, and tells where it fails.

    Parameters
    ----------
    start : callable, optional
        Starts a process; tests put another in its place.
    parent : QObject, optional
        Owner.
    """

    failed = Signal(Failure)
    """It did not open, or crashed; what stops a study it tells the observer itself."""
    ended = Signal()
    """A rating window was closed, or failed."""

    def __init__(self, start: Start = start_detached, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._running: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []
        self._looks = QTimer(self, interval=_LOOK_MS)
        self._looks.timeout.connect(self._look)

    @Slot(Path, str)
    def rate(self, folder: Path, observer: str) -> None:
        """Open the rating window of a survey's folder for an observer."""
        command = [sys.executable, "-m", "medsr_viewer", "--rate", str(folder), "--observer", observer]
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        try:
            process = self._start(command, said)
        except OSError as exc:
            said.close()
            self.failed.emit(Failure("The rating window cannot be opened", str(exc.strerror or exc)))
            return
        self._running.append((process, said))
        self._looks.start()

    @Slot()
    def let_go(self) -> None:
        """Look no more after the processes that still run; they go on."""
        self._looks.stop()
        for _, said in self._running:
            said.close()
        self._running.clear()

    @Slot()
    def _look(self) -> None:
        for entry in list(self._running):
            process, said = entry
            if process.poll() is None:
                continue
            self._running.remove(entry)
            if process.returncode not in (0, TOLD):
                self.failed.emit(Failure("The rating window ended with an error", _end_of(said)))
            said.close()
            self.ended.emit()
        if not self._running:
            self._looks.stop()


def _end_of(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:_LONGEST] if lines else "It did not say why."
