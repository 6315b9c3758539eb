"""Keeping what decoders print and warn away from the user's terminal."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Warning filters and file descriptor 2 belong to the process: one reader at a time may change them.
_LOCK = threading.RLock()


@contextmanager
def quiet() -> Iterator[None]:
    """Drop Python warnings and whatever C or Rust code writes to standard error.

    Decoders report through exceptions what matters; beside that libjpeg writes lines such as "Corrupt JPEG data" and
    a panic in Rust writes its location. Readers in other threads wait: cost, one frame is decoded at a time.
    """
    with _LOCK, warnings.catch_warnings(), _silent_standard_error():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _silent_standard_error() -> Iterator[None]:
    with suppress(AttributeError, OSError, ValueError):  # no console, as under pythonw
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
