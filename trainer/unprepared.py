"""Folders of images that are no data folders yet, and what to type to make them."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from medsr_viewer.errors import NothingToOpen
from medsr_viewer.imaging.kinds import kind_of
from trainer.prepare.options import SPLITS

MOST_FILES = 10_000
"""That are looked at: a folder without an image among so many was named by mistake."""


def check_place(place: Path, split: str) -> None:
    """Refuse a place that holds no split of images: beside others, nobody would miss it.

    Parameters
    ----------
    place : Path
        Data folder or manifest.
    split : str
        Subfolder that is looked for.

    Raises
    ------
    NothingToOpen
        If it is not there, or its images are in no split's subfolder; the advice is the command to type.
    """
    if not place.exists():
        raise NothingToOpen(f"no image for {split!r} in {place}: there is no such file or folder", expected(split))
    if place.is_dir() and (command := _prepare_command(place, split)):
        raise NothingToOpen(
            f"no image for {split!r} in {place}: its images are not in train/ and val/",
            f"Type `{command}`, and name the folder that it makes.",
        )


def expected(split: str) -> str:
    """Return in words where images of a split are looked for."""
    return (
        f"Expected: a folder with {split}/*.png (or .tif, .jpg), or a CSV file with the columns file and split. "
        "`medsr-train prepare` makes such a folder from DICOM files."
    )


def _prepare_command(place: Path, split: str) -> str:
    if any((place / name).is_dir() for name in {*SPLITS, split}):
        return ""
    if not any(_is_image(path) for path in islice(_files(place), MOST_FILES)):
        return ""
    # Beside the images: inside it would be read as some of them.
    beside = place.resolve() if place.name in ("", "..") else place
    out = beside.parent / f"{beside.name or 'images'}-prepared"
    command = ["medsr-train", "prepare", str(place), "--out", str(out)]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def _files(place: Path) -> Iterator[Path]:
    return (Path(folder, name) for folder, _, names in os.walk(place) for name in names)


def _is_image(path: Path) -> bool:
    try:
        return kind_of(path) != ""
    except OSError:
        return False
