"""The bytes of a database that is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


def database_image(path: Path) -> bytes:
    """Return all pages of an SQLite database, free ones included, by way of SQLite itself.

    A process that opens the file for itself, and closes it, drops the locks that SQLite holds for this process on it
    (POSIX): the next program that closes the database takes itself for the last one, and removes the log that holds the
    newest records.

    Raises
    ------
    sqlite3.Error
        If it is damaged.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.serialize()
