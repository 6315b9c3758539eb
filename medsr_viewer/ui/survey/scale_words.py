"""How a value of a scale is written. No Qt."""

from __future__ import annotations

from medsr_viewer.survey.scales import Scale


def word_of(scale: Scale, value: int) -> str:
    """Return the word of a value without its digit, which stands before it; "" where it has none."""
    label = scale.label(value)
    return "" if label == str(value) else label.removeprefix(f"{value} - ")


def named(scale: Scale, value: int) -> str:
    """Return digit and word: "4 Good"."""
    return f"{value} {word_of(scale, value)}".strip()
