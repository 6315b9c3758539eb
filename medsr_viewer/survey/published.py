"""The published survey of medical super-resolution that protocol queens is named after, and what went wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CITATION = "Beallor et al., Super-Resolution of Medical Images (Queen's University)"
MOS: Mapping[str, float] = MappingProxyType({"bicubic": 2.26, "srresnet": 4.09, "srgan": 3.40})
"""Published mean opinion scores, by condition; no intervals were given."""
OBSERVERS = 68
"""Responses."""
TROUBLES: tuple[tuple[str, str], ...] = (
    (
        "Observers ranked the images, 1 for the best, instead of rating each.",
        "The scale with its words is always in view, a training phase says which way it goes, and the screening names"
        " who ranks or turns the scale round.",
    ),
    (
        "Some rated on screens of phones, too small to see the difference.",
        "The rating window checks the screen first, and refuses one below the design's size.",
    ),
    (
        "Observers could not be trained.",
        "A training phase with cases of its own, which are never analysed, comes first.",
    ),
    (
        "Only means were reported, without intervals.",
        "Every mean has an interval for new observers and new cases, and every difference a test.",
    ),
)
"""What is told of it, and what this program does against it."""
