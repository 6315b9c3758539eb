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

WHOLE_IMAGE_BYTES = 1400
"""What the features of a network take for a pixel of its input when it runs on a whole image: 1,280 with SRResNet with
instance normalisation, measured on the CPU on 768 x 768, x2 and x4."""
