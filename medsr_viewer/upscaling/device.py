"""A processor that upscales."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """A processor that torch can use.

    Parameters
    ----------
    name : str
        As torch writes it: ``cpu``, ``cuda:0``, ``mps``.
    label : str
        What the user is shown.
    memory : int or None
        Bytes of its own memory, where it has some.
    """

    name: str
    label: str
    memory: int | None = None


CPU = Device("cpu", "CPU")
"""Where interpolation runs, and what always exists."""
