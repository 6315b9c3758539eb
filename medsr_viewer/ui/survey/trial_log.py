"""What an observer did during a trial, as it is recorded with the answer. No Qt, and no word of what was shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_SETTLED = 0.25
_MOST = 500


class TrialLog:
    """Zoom and window changes, answers that were changed, and the times of all of them.

    Changes that follow each other within a quarter of a second are one, the last; after 500 no more are kept, but
    counted.

    Parameters
    ----------
    seconds : callable
        How long the trial has been in view.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._events: dict[str, list[list[float]]] = {"zoom": [], "window": [], "answers": []}
        self._dropped = 0

    def note_view(self, zoom: float, center: tuple[float, float]) -> None:
        """Note where the observer looks: device pixels per image pixel, and the middle (x, y) in image pixels."""
        self._note("zoom", [round(zoom, 4), round(center[0], 1), round(center[1], 1)], merges=True)

    def note_window(self, shift: float, factor: float) -> None:
        """Note a change of the window; see `SharedWindow`."""
        self._note("window", [round(shift, 4), round(factor, 4)], merges=True)

    def note_answer(self, image: int, question: int, value: int) -> None:
        """Note an answer: which image and question, from 0, and the value."""
        self._note("answers", [image, question, value], merges=False)

    def payload(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return everything as JSON has it, with some facts: of the display, and the time of gray before it."""
        return {**{name: [list(event) for event in events] for name, events in self._events.items()}, **facts} | (
            {"dropped_events": self._dropped} if self._dropped else {}
        )

    def _note(self, kind: str, values: list[float], *, merges: bool) -> None:
        events, now = self._events[kind], self._seconds()
        if merges and events and now - events[-1][0] < _SETTLED:
            events[-1] = [round(now, 3), *values]
        elif len(events) < _MOST:
            events.append([round(now, 3), *values])
        else:
            self._dropped += 1
