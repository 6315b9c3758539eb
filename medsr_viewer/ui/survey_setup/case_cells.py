"""Cells of the table of cases: a case's values as texts, and what was typed as values again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, TypeAlias, cast

from medsr_viewer.survey.design import Case, Finding

Column: TypeAlias = str

COLUMNS: Final[tuple[Column, ...]] = ("name", "path", "frame", "region", "window", "training", "finding")
HEADINGS: Final = ("Name", "File", "Frame", "Region", "Window", "Training", "Truth")
HINTS: Final = (
    "For you and the report; observers never see it",
    "",
    "From 1, of a file with several",
    "Row, column, height, width in pixels; empty: the whole image",
    "Center, width; empty: the file's own",
    "Shown in the training phase alone, and never analysed",
    "Of the finding: present or absent (protocol ROC)",
)
ALLOWED: Final = {
    "frame": "a whole number",
    "region": "row, column, height, width: four whole numbers; or nothing for all of the image",
    "window": "center, width: two numbers; or nothing for the file's own",
}
_WHOLE = re.compile(r"[+-]?\d{1,9}")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")


def cell_text(case: Case, column: Column) -> str:
    """Return what a cell shows."""
    value = getattr(case, column)
    if column == "path":
        return case.path.name
    if column == "training":
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"{number:g}" for number in value)
    return str(value)


def with_cell(case: Case, column: Column, text: str) -> Case | None:
    """Return the case with what was typed into a cell; None where it cannot be read as such a value."""
    text = text.strip()
    if column == "name":
        return replace(case, name=text)
    if column == "finding":
        return replace(case, finding=cast(Finding, text if text in ("present", "absent") else ""))
    parts = [part for part in re.split(r"[\s,;]+", text.strip("[]()")) if part]
    if column == "frame":
        return replace(case, frame=int(parts[0])) if len(parts) == 1 and _WHOLE.fullmatch(parts[0]) else None
    if column == "region":
        is_region = len(parts) in (0, 4) and all(_WHOLE.fullmatch(part) for part in parts)
        return replace(case, region=tuple(map(int, parts))) if is_region else None
    is_window = len(parts) in (0, 2) and all(_NUMBER.fullmatch(part) for part in parts)
    return replace(case, window=tuple(map(float, parts))) if is_window else None
