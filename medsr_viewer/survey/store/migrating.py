"""The schema's revisions: a database is brought up to the newest, and one of a newer program is refused.

The name of a file in ``migrations/versions`` begins with its revision, four digits counted upwards.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect

from medsr_viewer.errors import CannotWrite, SurveyError
from medsr_viewer.survey.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6D656473  # "meds"; PostgreSQL's advisory lock while tables are made


def revisions(folder: Path = MIGRATIONS) -> list[str]:
    """Return all revisions, oldest first."""
    return sorted(path.name.partition("_")[0] for path in (folder / "versions").glob("[0-9]*_*.py"))


def bring_up(database: Database, folder: Path = MIGRATIONS) -> None:
    """Bring an existing database to the newest revision; SQLite's file is copied beside itself first.

    Raises
    ------
    SurveyError
        If the database is no survey's, or of a newer program.
    """
    known = revisions(folder)
    with database.reading() as connection:
        current = _current(connection)
    if current is None:
        raise SurveyError(
            f"{database.name}: it is damaged, or is not a survey's database", "Open the folder of a survey."
        )
    if current not in known and not (re.fullmatch(r"\d{4}", current) and current > known[-1]):
        raise SurveyError(
            f"{database.name}: table alembic_version was altered: there is no schema {current!r}",
            "Restore the survey's folder from a backup.",
        )
    if current not in known:
        raise SurveyError(
            f"{database.name}: it was made by a newer version of the program (schema {current}, known: {known[-1]})",
            "Install the newest version.",
        )
    if current == known[-1]:
        return
    if database.path:
        _back_up(database.path, current)
    with database.writing() as connection:
        upgrade(connection, folder)


def upgrade(connection: Connection, folder: Path = MIGRATIONS) -> None:
    """Run what is missing of the migrations, inside the connection's transaction: all of them or none."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def backups(path: Path) -> list[Path]:
    """Return the copies that were made of an SQLite file before its schema changed."""
    return sorted(path.parent.glob(f"{path.name}.*.backup"))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().first()
    return None if found is None else str(found)


def _back_up(path: Path, revision: str) -> None:
    copy = path.with_name(f"{path.name}.{revision}.backup")
    temporary = copy.with_name(f".{copy.name}.part")
    try:
        temporary.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(temporary)) as target:
            source.backup(target)
        temporary.replace(copy)
    except (sqlite3.Error, OSError) as exc:
        raise CannotWrite(f"{copy}: the database was not copied, and is as it was") from exc
