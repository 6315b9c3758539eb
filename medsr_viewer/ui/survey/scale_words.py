"""How a value of a scale is written. No Qt."""

from __future__ import annotations

from medsr_viewer.survey.scales import Scale


def word_of(scale: Scale, value: int) -> str:
    """Return the word of a value without its digit, which stands before it; "" where it has none."""
    return scale.label(value).removeprefix(str(value)).removeprefix(" - ")


def named(scale: Scale, value: int) -> str:
    """Return digit and word: "4 Good"."""
    return f"{value} {word_of(scale, value)}".strip()
