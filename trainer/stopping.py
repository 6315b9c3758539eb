"""Ctrl+C and SIGTERM: training ends after the step at hand, with a checkpoint."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.requested = False


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Turn SIGTERM and the first Ctrl+C into a request; a second Ctrl+C interrupts at once.

    Signals reach the main thread only; in another one nothing is changed.
    """
    request = StopRequest()

    def ask(number: int, _: FrameType | None) -> None:
        if request.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        request.requested = True
        # A handler may stand in the middle of any other output: no stream, no lock.
        os.write(2, b"stopping after this step, with a checkpoint (Ctrl+C again: at once, without)\n")

    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
