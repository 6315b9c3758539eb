"""What a database's failure means for the person in front of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from medsr_viewer.errors import SurveyError, SurveyUnreachable

_KEPT = "Everything recorded before is kept."
_FULL = ("the disk is full: this was not recorded", f"Free some space on the disk, then go on. {_KEPT}")
_LOCKED = (
    "another program keeps it locked",
    "Nothing was changed. Close other programs that have it open (a database viewer, a backup), then try again.",
)
_DAMAGED = (
    "it is damaged, or is not a survey's database",
    "Copy the survey's folder as it is to a safe place, then restore the folder from a backup.",
)
_READ_ONLY = (
    "it cannot be written to",
    "Copy the survey's folder to a place that you may write to, or ask for the right to write.",
)
_DRIVE = (
    "this drive cannot keep a survey's database safely (many network drives cannot)",
    "Move the survey's folder to a drive of this computer, or let workstations share a PostgreSQL database.",
)
_ALTERED = (
    "it refuses a record that should be the next: it was altered",
    f"Check it with `medsr survey verify`. {_KEPT}",
)
_UNREACHED = (
    "the database server does not answer, or refuses the connection",
    f"Check the network, the address in store.toml, the user's rights and password, then try again. {_KEPT}",
)
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_ERROR: _DAMAGED,  # no such table
    sqlite3.SQLITE_FORMAT: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_PROTOCOL: _DRIVE,
    sqlite3.SQLITE_IOERR: _DRIVE,
}
_POSTGRESQL = {  # SQLSTATE, appendix A of PostgreSQL's manual
    "53100": _FULL,
    "55P03": _LOCKED,
    "42P01": _DAMAGED,
    "42703": _DAMAGED,
    "42501": _READ_ONLY,
    "25006": _READ_ONLY,
}


_TOLD_OF_THE_DATABASE = (_DAMAGED, _ALTERED)
"""Meanings that say something of what is in it; all others, that it was not looked at."""


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database reports into `SurveyError`; `SurveyUnreachable` where it says nothing of what is in it.

    Parameters
    ----------
    name : str
        The database: its file, or its address without a password.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as exc:
        meaning = reason, advice = _meaning(exc)
        kind = SurveyError if meaning in _TOLD_OF_THE_DATABASE else SurveyUnreachable
        raise kind(f"{name}: {reason}", advice) from exc


def drive_unfit(name: str) -> SurveyError:
    """Return the error of a drive on which a write-ahead log is refused."""
    reason, advice = _DRIVE
    return SurveyUnreachable(f"{name}: {reason}", advice)


def _meaning(error: Exception) -> tuple[str, str]:
    if isinstance(error, IntegrityError):
        return _ALTERED
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)  # absent where Python itself objects
        if code is None:
            return _DAMAGED
        return _SQLITE.get(code & 0xFF, (f"the database failed ({original})", f"Try again. {_KEPT}"))
    return _POSTGRESQL.get(getattr(original, "sqlstate", None) or "", _UNREACHED)
