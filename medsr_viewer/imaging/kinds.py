"""What a file is, by its first bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

FileKind: TypeAlias = Literal["DICOM", "PNG", "JPEG", "TIFF", "ZIP", ""]

_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
)
# A data set without preamble begins with a low group: file meta, identifying or command elements.
_FIRST_GROUPS = (2, 4, 8)


def kind_of(path: Path) -> FileKind:
    """Return what a file is, "" where it is nothing that this program opens.

    Parameters
    ----------
    path : Path
        An existing file.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(132)
    if head[128:] == b"DICM":  # first: a DICOM preamble may itself be a TIFF header (PS3.10 7.1)
        return "DICOM"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "DICOM" if _begins_data_set(head) else ""


def _begins_data_set(head: bytes) -> bool:
    if len(head) < 8:
        return False
    little, big = int.from_bytes(head[:2], "little"), int.from_bytes(head[:2], "big")
    if little in _FIRST_GROUPS:
        return int.from_bytes(head[2:4], "little") < 0x2000
    return big in _FIRST_GROUPS and int.from_bytes(head[2:4], "big") < 0x2000
