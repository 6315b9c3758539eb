"""Writing files: to a temporary name beside them, then renamed, so that a file is whole or as it was."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from medsr_viewer.errors import CannotWrite

Content = str | bytes | memoryview | Callable[[BinaryIO], object]


def write_whole(
    path: Path, content: Content, *, advice: str | None = None, durable: bool = True, mode: int = 0o666
) -> None:
    """Write a file that is there whole, or as it was before: after an error, a kill, and a power failure too.

    Parameters
    ----------
    path : Path
        The file; its folder is made where it is missing.
    content : str, bytes, memoryview or callable
        Text is written as UTF-8. A callable is given the open file and writes to it.
    advice : str, optional
        What to do where it cannot be written, if that is more than `CannotWrite` says.
    durable : bool
        Wait until the disk holds the bytes. Where thousands of files are written and can be made again, the wait is not
        worth it: they are still whole, but for a power failure.
    mode : int
        Who may read and write it from the first moment on, less what the user's mask takes away.

    Raises
    ------
    CannotWrite
        If the folder or the file cannot be written. Nothing is left behind, and a file that was there before stays.
    """
    # A name of its own, since several processes may write the same file; no suffix that a search of the folder finds.
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "xb", opener=partial(os.open, mode=mode)) as file:
                _write(file, content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}", advice) from exc


def _write(file: BinaryIO, content: Content) -> None:
    if callable(content):
        content(file)
    else:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
