"""A connection to the database of a survey: durable, one writer at a time, and with words for what goes wrong."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from medsr_viewer.errors import InputError
from medsr_viewer.survey.store.failures import drive_unfit, told

PASSWORD = "MEDSR_SURVEY_PASSWORD"  # noqa: S105 - name of the variable
"""Environment variable with PostgreSQL's password, where neither the URL nor ~/.pgpass has one."""
SERVER = "MEDSR_SURVEY_SERVER"
"""Environment variable with the server that this password is for, as HOST or HOST:PORT: store.toml may be changed."""

_PORT = 5432
_HARMLESS = frozenset({"sslmode", "connect_timeout", "application_name"})
"""Parameters of an address that lead to no other server."""


class Database:
    """Where records are kept.

    Parameters
    ----------
    url : str or URL
        ``sqlite:///PATH`` or ``postgresql+psycopg://USER@HOST/NAME``.
    patience : float
        Seconds to wait for another writer.
    new : bool
        Make SQLite's file where it is missing.

    Attributes
    ----------
    path : Path or None
        SQLite's file.
    name : str
        For messages; without a password.

    Raises
    ------
    InputError
        If the URL is not one of these, or the password in the environment is not for its server.
    """

    def __init__(self, url: str | URL, patience: float, *, new: bool = False) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as exc:
            raise InputError("the address of the database is not one", _ADVICE) from exc
        backend = parsed.get_backend_name()
        if backend not in {"sqlite", "postgresql"} or not parsed.database:
            raise InputError(f"{parsed.render_as_string()}: no SQLite or PostgreSQL database", _ADVICE)
        self.path = Path(parsed.database) if backend == "sqlite" else None
        self.name = str(self.path or parsed.render_as_string())
        self._patience = patience
        self._new = new
        try:
            self._engine = create_engine(_with_password(parsed), **self._options())
        except (ImportError, NoSuchModuleError) as exc:
            advice = "Install it: pip install 'medsr-viewer[postgresql]'"
            raise InputError(f"{self.name}: PostgreSQL's driver is not installed", advice) from exc
        if self.path:
            event.listen(self._engine, "connect", self._prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that alone writes; it is on the disk when the block ends, or undone where it fails."""
        with told(self.name), self._engine.connect() as connection:
            connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.path:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(self._patience * 1000)}")
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction in which all that is read is of one moment."""
        level: dict[str, Any] = {} if self.path else {"isolation_level": "REPEATABLE READ"}
        with told(self.name), self._engine.connect() as connection:
            connection.execution_options(**level)
            with connection.begin():
                yield connection

    def keep(self) -> Connection:
        """Return a connection without transactions that is the caller's alone, to be closed by the caller."""
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    def now(self, connection: Connection) -> str:
        """Return the wall clock, UTC, ISO-8601: PostgreSQL's own, so that workstations share one."""
        moment = datetime.now(UTC) if self.path else connection.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC).isoformat(timespec="microseconds")

    def forget(self) -> None:
        """Wipe erased values out of SQLite's log as well, as far as nobody reads there."""
        if self.path:
            with told(self.name):
                connection = self._engine.raw_connection()
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    connection.close()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _options(self) -> dict[str, Any]:
        if self.path:
            return {"connect_args": {"timeout": self._patience, "check_same_thread": False}}
        return {"connect_args": {"connect_timeout": 10}, "pool_pre_ping": True}

    def _prepare_sqlite(self, connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where this module says so, and hold CREATE TABLE too
        ours = "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"
        if self._new or connection.execute(ours).fetchone():  # another program's file stays as it is
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            if mode != "wal":
                raise drive_unfit(self.name)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA fullfsync=ON")  # macOS: fsync alone leaves data in the disk's cache
        connection.execute("PRAGMA checkpoint_fullfsync=ON")
        connection.execute("PRAGMA secure_delete=ON")  # erased values are overwritten


_ADVICE = "Give sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _with_password(url: URL) -> URL:
    password = os.environ.get(PASSWORD)
    if url.get_backend_name() != "postgresql" or url.password is not None or not password:
        return url
    _check_server(url)
    return url.set(password=password)


def _check_server(url: URL) -> None:
    """Refuse to send the password to a server that the environment does not name; none at all is this computer's."""
    other = set(url.query) - _HARMLESS
    if other:
        raise InputError(
            f"{url.render_as_string()}: {', '.join(sorted(other))} in the address may lead to another server:"
            f" {PASSWORD} is not sent there",
            f"Leave it out of store.toml, or keep the password in ~/.pgpass instead of {PASSWORD}.",
        )
    if url.host and (url.host.casefold(), url.port or _PORT) != _server():
        named = f"{url.host}:{url.port or _PORT}"
        raise InputError(
            f"the survey is on the server {named}, which {SERVER} does not name: {PASSWORD} is not sent there",
            f"If that is right, set {SERVER}={named}, or use ~/.pgpass. If not, somebody changed store.toml.",
        )


def _server() -> tuple[str, int]:
    try:
        trusted = make_url(f"postgresql://{os.environ.get(SERVER, '')}/x")
    except (ArgumentError, ValueError):
        return "", 0
    return (trusted.host or "").casefold(), trusted.port or _PORT
