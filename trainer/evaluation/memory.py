"""How much memory a piece of work takes at its peak, above what was held before it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"
"""Sets VmHWM, the peak, to what is resident now (proc_pid_clear_refs(5))."""
_MIB = 2**20


@dataclass
class Peak:
    """What was measured.

    Attributes
    ----------
    mib : float
        MiB above what was held before; NaN until the work is done, and where it cannot be measured.
    """

    mib: float = float("nan")


@contextmanager
def measuring_peak(device: str) -> Iterator[Peak]:
    """Measure the peak of the work in the block.

    Parameters
    ----------
    device : str
        torch's name of it. On ``cpu`` it is the resident memory of this process, from Linux's counters; on ``cuda``
        what torch allocated there. Elsewhere nothing is known. Other threads of the process count too.

    Yields
    ------
    Peak
        Filled at the end of the block.
    """
    peak = Peak()
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        yield peak
        peak.mib = (torch.cuda.max_memory_allocated(device) - before) / _MIB
        return
    resident = _reset() if device == "cpu" else None
    yield peak
    if resident is not None:
        peak.mib = max(0.0, (_counter("VmHWM") - resident) / _MIB)


def _reset() -> float | None:
    """Begin anew from what is resident, in bytes; None where that cannot be done.

    What earlier work has freed but the C library kept is handed back to the system first: work that is given such
    memory would seem to need none.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
        _CLEAR.write_text(_RESET_PEAK, encoding="ascii")
        return _counter("VmRSS")
    except (OSError, TypeError, AttributeError, StopIteration):  # not Linux, no glibc, or no leave to write
        return None


def _counter(name: str) -> float:
    lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) * 1024.0 for line in lines if line.startswith(f"{name}:"))
