"""How far the work in the background is, with a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from medsr_viewer.ui.runner import Runner

_PATIENCE_MS = 250


class Progress(QWidget):
    """A label, a bar and a cancel button; hidden while nothing runs, and for work that is over at once.

    Parameters
    ----------
    runner : Runner
        Whose work it is.
    idle_text : str
        What runs, as long as nothing was reported.
    parent : QWidget, optional
        The status bar.
    """

    def __init__(self, runner: Runner, idle_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._idle_text = idle_text
        self._label = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setFixedWidth(140)
        self._bar.setTextVisible(False)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setToolTip("Cancel (Esc)")
        self.cancel.clicked.connect(runner.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        for widget in (self._label, self._bar, self.cancel):
            row.addWidget(widget)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        runner.started.connect(self._start)
        runner.finished.connect(self._end)
        self.hide()

    def report(self, text: str, done: int, total: int) -> None:
        """Show how far the work is."""
        self._label.setText(text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    @Slot(str, int, int)
    def report_tiles(self, method: str, done: int, total: int) -> None:
        """Show how many tiles of a method are ready."""
        self.report(f"{method}: tile {done} of {total}", done, total)

    @Slot()
    def _start(self) -> None:
        self.report(self._idle_text, 0, 0)
        self._patience.start()

    @Slot()
    def _end(self) -> None:
        self._patience.stop()
        self.hide()
