"""Images that another program enhanced, in a folder: which of them is of which case."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from medsr_viewer.survey.design import Case


def names_of(case: Case) -> frozenset[str]:
    """Return the names that the image of a case may have, with any suffix."""
    return frozenset({case.name, case.path.stem})


def files_of(case: Case, files: Iterable[Path]) -> list[Path]:
    """Return those files that are named as a case: there must be one."""
    return [path for path in files if {path.name, path.stem} & names_of(case)]


def cases_without_file(cases: Iterable[Case], folder: Path) -> list[Case]:
    """Return the cases of which a folder has no image by its name.

    Raises
    ------
    OSError
        If the folder cannot be read.
    """
    there = {name for path in folder.iterdir() if path.is_file() for name in (path.name, path.stem)}
    return [case for case in cases if not there & names_of(case)]
