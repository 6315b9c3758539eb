"""Playing the images of a series one after another.

While it plays, networks wait: the state says so, and whoever runs them asks it. The next image is asked for only when
the one before stands on every panel, so that a slow machine plays slower and leaves no image out.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from medsr_viewer.ui.opening import Opening
from medsr_viewer.ui.presenter import Presenter
from medsr_viewer.ui.state import OpenImage, State

USUAL_RATE = 10.0
SLOWEST, FASTEST = 0.5, 60.0
_STEP = 1.25
_SMOOTHING = 0.2


class Cine(QObject):
    """Goes from image to image at a steady rate, round and round.

    Parameters
    ----------
    state : State
        Knows the series, and whether it plays.
    opening : Opening
        Asked for the next image.
    presenter : Presenter
        Says when an image stands on the panels.
    parent : QObject, optional
        Owner.
    """

    rate_changed = Signal()
    reached_changed = Signal()

    def __init__(self, state: State, opening: Opening, presenter: Presenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._opening = state, opening
        self.rate = USUAL_RATE
        """Images a second that are wanted."""
        self.reached = 0.0
        """Images a second that are shown; 0 while none were."""
        self._series_uid = ""
        self._awaited: int | None = None
        self._asked_at = self._shown_at = 0.0
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._advance)
        state.image_changed.connect(self._on_image)
        state.choices_changed.connect(self.pause)
        opening.failed.connect(self.pause)
        opening.opened.connect(self.pause)
        presenter.named.connect(self._on_shown)

    @property
    def obstacle(self) -> str:
        """Why nothing can be played; "" where it can."""
        image = self._state.image
        if image is None:
            return "no image is open"
        return "there is only one image" if image.series.frame_count == 1 else ""

    def set_playing(self, on: bool) -> None:
        """Play, or pause."""
        if not on or self.obstacle:
            self.pause()
            return
        self._awaited, self.reached = None, 0.0
        self._state.set_playing(True)
        self._asked_at = self._shown_at = time.monotonic()
        self._wait()

    @Slot()
    def pause(self) -> None:
        """Stay at this image; networks start on it."""
        self._next.stop()
        self._state.set_playing(False)

    def set_rate(self, rate: float) -> None:
        """Play at another rate."""
        self.rate = min(FASTEST, max(SLOWEST, rate))
        self.rate_changed.emit()

    def step_rate(self, step: int) -> None:
        """Play faster (1) or slower (-1)."""
        self.set_rate(self.rate * _STEP**step)

    def _wait(self) -> None:
        due = self._asked_at + 1 / self.rate
        self._next.start(max(0, round(1000 * (due - time.monotonic()))))

    @Slot()
    def _advance(self) -> None:
        image = self._state.image
        if image is None or not self._state.is_playing:
            return
        # A late image does not hurry those after it.
        self._asked_at = max(self._asked_at + 1 / self.rate, time.monotonic() - 1 / self.rate)
        self._awaited = (image.index + 1) % image.series.frame_count
        self._opening.go_to(self._awaited)

    @Slot()
    def _on_image(self) -> None:
        image = self._state.image
        if image is None:
            return
        if image.series.uid != self._series_uid:
            self._series_uid = image.series.uid
            self.set_rate(image.frame.frame_rate or USUAL_RATE)
        if self._state.is_playing and image.index != self._awaited:
            self.pause()  # the user went elsewhere

    @Slot(object)
    def _on_shown(self, image: OpenImage) -> None:
        if not self._state.is_playing or image.index != self._awaited:
            return
        now = time.monotonic()
        rate = 1 / max(now - self._shown_at, 1e-3)
        self.reached = rate if not self.reached else self.reached + _SMOOTHING * (rate - self.reached)
        self._shown_at = now
        self.reached_changed.emit()
        self._wait()
