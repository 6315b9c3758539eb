"""Cancelling work that runs in the background."""

from __future__ import annotations

import threading


class Cancelled(Exception):
    """Raised inside work whose token was cancelled. Never shown to the user."""


class CancelToken:
    """A flag that one thread sets and another checks between steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise if the work should stop.

        Raises
        ------
        Cancelled
            If `cancel` was called.
        """
        if self._event.is_set():
            raise Cancelled
