"""Folders of surveys that were set up or looked at: their paths alone, apart from the images opened last."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from medsr_viewer.ui.preferences import Preferences

_KEY = "survey-folders"
_MOST = 8


def remembered_folders(preferences: Preferences) -> tuple[str, ...]:
    """Return the folders, the newest first; those that are gone are left out."""
    return tuple(line for line in preferences.text(_KEY, "").split("\n") if line and Path(line).is_dir())


def remember_folder(preferences: Preferences, path: Path) -> None:
    """Put a folder first."""
    wanted = str(path.absolute())
    others = [line for line in remembered_folders(preferences) if line != wanted]
    preferences.set_text(_KEY, "\n".join([wanted, *others][:_MOST]))


def suggested_folder(preferences: Preferences, stem: str) -> Path:
    """Return a folder that is not there yet: beside the newest survey, else among the user's documents.

    Parameters
    ----------
    preferences : Preferences
        Knows the newest survey.
    stem : str
        What its name begins with; the time follows.
    """
    known = remembered_folders(preferences)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    place = Path(known[0]).parent if known else Path(documents or Path.home()) / "surveys"
    wanted = place / f"{stem}-{datetime.now():%Y-%m-%d-%H%M}"  # local time: the coordinator looks for it by this
    number, free = 1, wanted
    while free.exists():
        number += 1
        free = wanted.with_name(f"{wanted.name}-{number}")
    return free
