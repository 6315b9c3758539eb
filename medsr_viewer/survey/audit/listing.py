"""What a file listing tells."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileFact:
    """One file as a listing has it.

    Parameters
    ----------
    name : str
        Relative to the listed folder, with "/".
    size, allocated : int
        Bytes, and bytes that it takes on the disk (as many, where the system does not say).
    modified, changed, born : int
        Nanoseconds since 1970; `born` is 0 where the system does not say.
    inode : int
        Number of the file on its disk.
    mode, owner, links : int
        Permissions with type, user's number, and how many names the file has.
    attributes : tuple of str
        Names of extended attributes that users write.
    """

    name: str
    size: int
    allocated: int = 0
    modified: int = 0
    changed: int = 0
    born: int = 0
    inode: int = 0
    mode: int = stat.S_IFREG | 0o644
    owner: int = 0
    links: int = 1
    attributes: tuple[str, ...] = ()


def list_files(folder: Path) -> list[FileFact]:
    """Return all files below a folder, in the order of their names; links are not followed."""
    return sorted(_listed(folder, ""), key=lambda fact: fact.name)


def _listed(folder: Path, prefix: str) -> Iterator[FileFact]:
    if not folder.is_dir():
        return
    for entry in os.scandir(folder):
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _listed(Path(entry.path), f"{name}/")
            continue
        found = Path(entry.path).lstat()  # entry.stat() lacks inode and links on Windows
        yield FileFact(
            name=name,
            size=found.st_size,
            allocated=min(found.st_blocks * 512, found.st_size) if hasattr(found, "st_blocks") else found.st_size,
            modified=found.st_mtime_ns,
            changed=found.st_ctime_ns,
            born=int(getattr(found, "st_birthtime_ns", 0)),
            inode=found.st_ino,
            mode=found.st_mode,
            owner=found.st_uid,
            links=found.st_nlink,
            attributes=_attributes(entry.path),
        )


def _attributes(path: str) -> tuple[str, ...]:
    if not hasattr(os, "listxattr"):
        return ()
    try:
        return tuple(name for name in os.listxattr(path, follow_symlinks=False) if name.startswith("user."))
    except OSError:  # a drive without them
        return ()
