"""What the wizard's steps and fields are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from medsr_viewer.ui.survey_setup.case_cells import COLUMNS as CASE_COLUMNS
from medsr_viewer.ui.survey_setup.case_cells import HEADINGS as CASE_HEADINGS

_ENTRY = re.compile(r"\w+\[(\d+)\](?:\.(\w+)(?:\[\d+\])?)?")
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Protocol", ("title", "protocol", "mode", "scale_factor", "edition")),
    ("Cases", ("cases",)),
    ("Conditions", ("conditions", "hidden_reference")),
    ("Questions and texts", ("questions", "texts")),
    ("Observers and sittings", ("arrangement", "sitting", "screen")),
    ("Folder and passphrase", ("folder", "store", "passphrase")),
)
"""Titles of the steps, and the parts of a design that each holds."""

COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cases": dict(zip(CASE_COLUMNS, CASE_HEADINGS, strict=True)),
        "conditions": {
            "name": "Name",
            "method": "Images",
            "images": "Images",
            "scale_factor": "Scale",
            "role": "Role",
        },
        "questions": {
            "text": "What the observers read",
            "name": "Key in the report",
            "scale": "Answers, the best first",
            "labels": "Own labels",
        },
    }
)
"""Headings of the columns of tables."""


def keys_of_step(title: str) -> tuple[str, ...]:
    """Return the parts of a design that a step holds."""
    return next((keys for known, keys in _STEPS if known == title), ())


def step_of(key: str) -> tuple[int, str]:
    """Return the number, from 1, and the title of the step that a key belongs to."""
    part = key.partition(".")[0].partition("[")[0]
    return next((number, title) for number, (title, keys) in enumerate(_STEPS, 1) if part in keys)


def entry_of(key: str) -> tuple[int, str] | None:
    """Return the row, from 1, and the part of it ("" for all of it) of a key as ``cases[2].window``; None of others."""
    entry = _ENTRY.fullmatch(key)
    return (int(entry.group(1)), entry.group(2) or "") if entry else None
