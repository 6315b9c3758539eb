"""How long a trial was in view, pauses left out. No Qt."""

from __future__ import annotations

import time
from collections.abc import Callable


class ViewClock:
    """A stopwatch that can be halted.

    Parameters
    ----------
    now : callable
        Returns seconds that never run back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._before = 0.0
        self._since: float | None = None

    @property
    def runs(self) -> bool:
        """Whether it counts."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """What it has counted."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def start(self) -> None:
        """Go on counting."""
        if self._since is None:
            self._since = self._now()

    def halt(self) -> None:
        """Stop counting."""
        self._before = self.seconds
        self._since = None

    def go_on_from(self, seconds: float) -> None:
        """Have counted so much; it runs on where it runs."""
        self._before = seconds
        if self._since is not None:
            self._since = self._now()
