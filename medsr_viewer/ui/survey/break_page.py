"""The break: a countdown, then on."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from medsr_viewer.ui.survey.page import Page
from medsr_viewer.ui.survey.plain_pages import saved_text

_TICK_MS = 250


class BreakPage(Page):
    """Counts down the least length of a break."""

    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Time for a break", parent)
        self.left = QLabel(self)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 3)
        self.left.setFont(font)
        self.add(self.left)
        self.add_leave_button("Leave for now")
        self.go_on = self.add_button("Go on", is_default=True)
        self.go_on.clicked.connect(self.ended)
        self._due = 0.0
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._tick)

    def start(self, seconds: float, saved: int) -> None:
        """Count down from so many seconds."""
        self.text.setText(
            f"Eyes and judgement tire. {saved_text(saved)} Look into the distance, get up, move.\n\n"
            "When the time is over you may go on, or leave and come back later: the study goes on where you left it."
        )
        self._due = time.monotonic() + seconds
        self._ticks.start()
        self._tick()

    def stop(self) -> None:
        """Count no more."""
        self._ticks.stop()

    @Slot()
    def _tick(self) -> None:
        # Rounded up: the session counts in its own clock, and must not find the break too short.
        left = max(0, math.ceil(self._due - time.monotonic()))
        self.left.setText(f"{left // 60}:{left % 60:02d}" if left else "The break is over")
        self.go_on.setEnabled(left == 0)
        if left == 0:
            self._ticks.stop()
            if self.scrolled.hasFocus():
                self.take_focus()
