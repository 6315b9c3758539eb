"""Writing files: to a temporary name, then renamed, so that a file is whole or not there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from medsr_viewer.errors import CannotWrite


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file through a function that takes the temporary path.

    Parameters
    ----------
    path : Path
        The file; its folder is made where it is missing.
    write : callable
        Writes to the path that it is given, which has the file's suffix.

    Raises
    ------
    CannotWrite
        If the folder or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".medsr-", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            write(temporary)
            temporary.replace(path)
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}") from exc
