"""Numbers as a reader of a report takes them."""

from __future__ import annotations

import math

ABSENT = "\N{EN DASH}"
"""Stands where there is no number."""


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with so many decimals; `ABSENT` for NaN and None."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    text = f"{value:.{digits}f}"
    text = text[1:] if float(text) == 0 and text.startswith("-") else text
    return text.replace("-", "\N{MINUS SIGN}")


def odds(ratio: float) -> str:
    """Return an odds ratio; beyond a hundredth and a thousand its size says no more than that."""
    if ratio > 1000:
        return "> 1,000"
    return "< 0.01" if ratio < 0.01 else number(ratio, 2 if ratio < 10 else 1)


def count(value: float) -> str:
    """Return a whole number with its thousands apart."""
    return f"{round(value):,}"


def share(value: float) -> str:
    """Return a share as percentage."""
    return ABSENT if math.isnan(value) else f"{100 * value:.0f} %"


def reach(low: float, high: float, digits: int = 2) -> str:
    """Return an interval, "3.82 to 4.21"."""
    if math.isnan(low) or math.isnan(high):
        return ABSENT
    return f"{number(low, digits)} to {number(high, digits)}"


def probability(p: float) -> str:
    """Return a p value: "0.034", "< 0.001"."""
    if math.isnan(p):
        return ABSENT
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_equals(p: float) -> str:
    """Return a p value for a sentence: "p = 0.034", "p < 0.001"."""
    text = probability(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def with_interval(value: float, low: float, high: float, digits: int = 2) -> str:
    """Return a value and its interval for a sentence."""
    if math.isnan(low) or math.isnan(high):
        return number(value, digits)
    return f"{number(value, digits)} (95 % CI {reach(low, high, digits)})"


def moment(time: str) -> str:
    """Return an ISO-8601 time to the minute: "2026-03-01 09:12 UTC"."""
    return f"{time[:10]} {time[11:16]} UTC"


def counted(value: int, noun: str, plural: str = "") -> str:
    """Return a number of things: "1 case", "20 cases"."""
    return f"{count(value)} {noun if value == 1 else plural or noun + 's'}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Return names in a sentence: "a, b and c"."""
    *first, last = names or ("none",)
    return f"{', '.join(first)} and {last}" if first else last
