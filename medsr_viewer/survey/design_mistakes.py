"""Mistakes in a design: which key, what was found there, and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Parameters
    ----------
    key : str
        As ``cases[2].window``; entries of lists are counted from 1.
    found : str
        What is there, in words that follow the key.
    allowed : str
        What may be there.
    rests_on : tuple of str
        Other keys that it was judged by.
    """

    key: str
    found: str
    allowed: str
    rests_on: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.key} {self.found}; {self.allowed}"


def wrong(key: str, value: Any, allowed: str, *rests_on: str) -> Mistake:
    """Return the mistake that a key has a value that is not allowed."""
    return Mistake(key, f"= {shown(value)}", f"allowed: {allowed}", rests_on)


def without_consequences(judged: Iterable[Mistake], before: Iterable[Mistake]) -> list[Mistake]:
    """Return the mistakes that were not judged by keys that are wrong already, or inside of one."""
    bad = {mistake.key for mistake in before}
    return [
        mistake
        for mistake in judged
        if not any(_is_inside(key, other) for key in (mistake.key, *mistake.rests_on) for other in bad)
    ]


def shown(value: Any) -> str:
    """Return a value as it stands in the file, shortened."""
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        text = f"[{', '.join(shown(item) for item in value)}]"
    elif isinstance(value, str | bool):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _is_inside(key: str, other: str) -> bool:
    return key.startswith(other) and key[len(other) : len(other) + 1] in ("", ".", "[")
