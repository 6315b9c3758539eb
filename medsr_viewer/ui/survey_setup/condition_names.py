"""Conditions as the wizard makes them from methods and folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from medsr_viewer.survey.design import Condition
from medsr_viewer.upscaling.blends import file_name_of

_LONGEST = 60


def condition_of_method(method: str, taken: Iterable[Condition] = ()) -> Condition:
    """Return a condition named for its method."""
    return Condition(_free(file_name_of(method), taken), method=method)


def condition_of_folder(folder: Path, taken: Iterable[Condition] = ()) -> Condition:
    """Return a condition named for the folder that its images are in."""
    return Condition(_free(folder.name, taken), images=folder.absolute())


def _free(wanted: str, taken: Iterable[Condition]) -> str:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:_LONGEST] or "condition"
    names = {condition.name.casefold() for condition in taken}
    name, number = stem, 1
    while name.casefold() in names:
        number += 1
        name = f"{stem}-{number}"
    return name
