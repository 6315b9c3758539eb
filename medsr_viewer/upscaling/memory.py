"""What fits a device's memory. Importing this module imports torch."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import torch

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.device import WHOLE_IMAGE_BYTES

_OUT_OF_MEMORY = ("out of memory", "not enough memory", "allocate memory", "alloc_failed")
_SYSTEM = Path("/proc/meminfo")


@dataclass
class TileLimit:
    """The largest side of a tile that is worth trying, in input pixels; no limit until memory has run out once."""

    side: int = sys.maxsize


tile_limits: defaultdict[tuple[ModelCard, str, str], TileLimit] = defaultdict(TileLimit)
"""What all runs of a network on a device, in a precision, share until the program ends."""


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory has run out: most of torch's are plain RuntimeErrors."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def release_memory(device: str) -> None:
    """Give back to a device what torch keeps for later; it may be in pieces too small for the next tile."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()


def exceeds_memory(pixels: int, device: str) -> bool:
    """Whether a whole image is certainly too large for the CPU's memory.

    Linux ends a program that uses more than there is without a word, so this is asked before. Elsewhere, and of other
    devices, an allocation that fails says so.
    """
    available = _available_bytes() if device == "cpu" else None
    return available is not None and pixels * WHOLE_IMAGE_BYTES > available


def _available_bytes() -> int | None:
    try:
        lines = _SYSTEM.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
