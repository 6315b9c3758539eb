"""Unpacking a zip into a private folder that lasts as long as the process."""

from __future__ import annotations

import atexit
import shutil
import stat
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.elements import HeaderError

MAX_MEMBERS = 100_000
MAX_BYTES = 8 << 30
_MAX_RATIO = 1000  # deflate reaches 1032 on zeros; images of black stay well below
_SMALL = 64 << 20  # below this no ratio is suspicious
_CHUNK = 1 << 20

_LOCK = threading.Lock()
_ROOTS: list[Path] = []


def unpack(path: Path, token: CancelToken) -> Iterator[tuple[str, Path | str]]:
    """Unpack a zip.

    Nothing is written outside the private folder: members with an absolute path, with ".." or a link are left out.

    Parameters
    ----------
    path : Path
        The zip.
    token : CancelToken
        Checked between members.

    Yields
    ------
    (str, Path or str)
        The member's name, and its extracted copy, or the reason why it was left out.

    Raises
    ------
    HeaderError
        If it is not a sound zip, holds too much, or is protected with a password.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check(path, members)
            folder = Path(tempfile.mkdtemp(dir=_private_root()))
            left = MAX_BYTES
            for member in members:
                token.check()
                target = _target(folder, member)
                if isinstance(target, str):
                    yield member.filename, target
                    continue
                reason, written = _extract(archive, member, target, left)
                left -= written
                yield member.filename, reason or target
    except zipfile.BadZipFile as exc:
        raise HeaderError("the zip is damaged or cut off") from exc


def _check(path: Path, members: list[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        raise HeaderError(f"the zip holds {len(members):,} files, more than the {MAX_MEMBERS:,} that are opened")
    if total > MAX_BYTES or (total > _SMALL and total > _MAX_RATIO * max(path.stat().st_size, 1)):
        raise HeaderError(f"the zip would unpack to {total / (1 << 30):,.1f} GiB, more than is opened")
    if members and all(member.flag_bits & 1 for member in members):
        raise HeaderError("the zip is protected with a password; unpack it first")
    if shutil.disk_usage(tempfile.gettempdir()).free < total:
        raise HeaderError(f"there is no room for its {total / (1 << 20):,.0f} MiB in the folder for temporary files")


def _target(folder: Path, member: zipfile.ZipInfo) -> Path | str:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or any(":" in part for part in name.parts):
        return "its name points outside the zip"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & 1:
        return "it is protected with a password"
    return folder.joinpath(*name.parts)


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limit: int) -> tuple[str, int]:
    """Write one member; the size in its header is not trusted. Return a reason ("" when done) and the bytes written."""
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("xb") as copy:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > limit or written > member.file_size:
                    return "it unpacks to more than it says", written
                copy.write(chunk)
    except (OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zipfile.BadZipFile) as exc:
        return f"it cannot be unpacked ({type(exc).__name__})", written
    except Exception as exc:
        if type(exc).__module__ not in {"zlib", "lzma"}:  # what the decompressors raise on damaged data
            raise
        return "it is damaged inside the zip", written
    return "", written


def _private_root() -> Path:
    with _LOCK:
        if not _ROOTS:
            root = Path(tempfile.mkdtemp(prefix="medsr-"))  # readable by this user alone
            atexit.register(shutil.rmtree, root, ignore_errors=True)
            _ROOTS.append(root)
        return _ROOTS[0]
