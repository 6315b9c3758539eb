"""Sittings that a running process holds open: told by locks that end with the process, however it ends.

Beside SQLite's file it is the lock on an empty file; in PostgreSQL an advisory lock of a connection of its own. Neither
needs to be judged by its age or by a process's number: the system takes it back at a crash, a kill or a power cut, so
what is held is held by somebody who is there.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.failures import told

Place: TypeAlias = Literal["", "here", "elsewhere"]
"""Where a sitting is held open: nowhere, on this workstation, or on another."""

_LOG = logging.getLogger(__name__)
_BEYOND = 1 << 30  # Windows locks bytes against reading: one that no reader comes to
_BEGIN = text(
    "SELECT set_config('application_name', :who, false), set_config('tcp_keepalives_idle', '30', false),"
    " set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false),"
    " pg_try_advisory_lock(:key)"
)
_HOLDER = text(
    "SELECT coalesce(a.application_name, '') FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (CAST(CAST(l.classid AS bigint) << 32 AS bigint) | CAST(l.objid AS bigint)) = :key"
)


class Hold(Protocol):
    """A sitting that is held open."""

    def release(self) -> None:
        """Hold it no more."""


def hold(database: Database, session: str) -> Hold | None:
    """Hold a sitting open until it is released or this process ends.

    Parameters
    ----------
    database : Database
    session : str
        The sitting's identifier.

    Returns
    -------
    Hold or None
        None where the system keeps no such locks: rating goes on without.

    Raises
    ------
    SurveyError
        If the database server fails.
    """
    if database.path:
        try:
            return _FileHold(_lock_file(database.path, session))
        except OSError as exc:
            _LOG.warning("the sitting is not held open: %s", exc.strerror)
            return None
    with told(database.name):
        connection = database.keep()
        connection.execute(_BEGIN, {"who": _who(), "key": _key(session)})
        return _ServerHold(connection)


def holder(database: Database, session: str) -> Place:
    """Return where a running process holds a sitting open.

    Raises
    ------
    SurveyError
        If the database server fails.
    """
    if database.path:
        # A write-ahead log is shared by the processes of one computer alone.
        return "here" if _is_locked(_lock_file(database.path, session)) else ""
    with database.reading() as connection:
        names = connection.execute(_HOLDER, {"key": _key(session)}).scalars().all()
    if not names:
        return ""
    return "here" if _who() in names else "elsewhere"


class _FileHold:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(self._descriptor)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        os.close(self._descriptor)
        with suppress(OSError):
            self._path.unlink()


class _ServerHold:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def release(self) -> None:
        with suppress(SQLAlchemyError):  # the server may be gone, and the lock with it
            self._connection.close()


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(descriptor)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:  # no locks here: nobody is stopped for that
        return False
    finally:
        os.close(descriptor)
    with suppress(OSError):
        path.unlink()  # of a process that was killed
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_file(database: Path, session: str) -> Path:
    return database.with_name(f"{database.name}-sitting-{_digest(session).hex()}")


def _key(session: str) -> int:
    return int.from_bytes(_digest(session), signed=True)


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode("utf-8")).digest()[:8]


def _who() -> str:
    return f"medsr-viewer {socket.gethostname()[:40]}"
