"""DICOMDIR: the directory of a DICOM medium, read for the files that it names (PS3.10 8.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pydicom import dcmread
from pydicom.multival import MultiValue

from medsr_viewer.imaging.elements import items, text, value

# Media Storage Directory Storage, as the value of an element: no longer UID follows.
_DIRECTORY = re.compile(rb"1\.2\.840\.10008\.1\.3\.10(?![0-9.])")


def is_dicomdir(path: Path) -> bool:
    """Whether a DICOM file is a DICOMDIR, by its file meta information."""
    with path.open("rb") as file:
        head = file.read(1024)
    return head[128:132] == b"DICM" and _DIRECTORY.search(head) is not None


def referenced_files(path: Path) -> Iterator[tuple[str, Path | None]]:
    """Yield what a DICOMDIR names: the file ID, and the file, or None where it is missing or lies elsewhere.

    Names are compared without regard to case, as media written in capitals are often copied in small letters.

    Parameters
    ----------
    path : Path
        The DICOMDIR.
    """
    header = dcmread(path, force=True)
    for record in items(header, "DirectoryRecordSequence"):
        if text(record, "RecordInUseFlag") == "0":
            continue
        named = value(record, "ReferencedFileID")
        if not named:
            continue
        parts = [str(part) for part in named] if isinstance(named, (MultiValue, list)) else [str(named)]
        parts = [part for whole in parts for part in whole.replace("\\", "/").split("/") if part]
        yield "/".join(parts), _find(path.parent, parts)


def _find(folder: Path, parts: list[str]) -> Path | None:
    found = folder
    for part in parts:
        if part in {".", ".."} or ":" in part or not found.is_dir():
            return None
        exact = found / part
        if not exact.exists():
            names = sorted(one.name for one in found.iterdir() if one.name.casefold() == part.casefold())
            if not names:
                return None
            exact = found / names[0]
        found = exact
    return found if found.is_file() else None
