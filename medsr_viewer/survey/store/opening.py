"""Making and opening a store."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import URL

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head
from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.head_file import head_file_of, write_head_file
from medsr_viewer.survey.store.migrating import bring_up, upgrade
from medsr_viewer.survey.store.rows import set_head
from medsr_viewer.survey.store.schema import SURVEY
from medsr_viewer.survey.store.store import Store

PATIENCE = 10.0
"""Seconds to wait for another writer."""


def create_store(
    url: str | URL, survey_id: str, *, patience: float = PATIENCE, clock: Callable[[], str] | None = None
) -> Store:
    """Make an empty store; see `Store` for the clock.

    Raises
    ------
    SurveyError
        If the database holds a survey already, or cannot be made.
    InputError
        If the URL is not one of SQLite or PostgreSQL.
    """
    database = Database(url, patience, new=True)
    if database.path and database.path.exists():
        raise SurveyError(f"{database.path}: there is a file already", "Choose a new folder.")
    site = secrets.token_hex(8)
    try:
        with database.writing() as connection:
            if inspect(connection).has_table(SURVEY.name):
                raise SurveyError(f"{database.name}: it holds a survey already", "Give each survey its own database.")
            upgrade(connection)
            connection.execute(insert(SURVEY).values(survey_id=survey_id, site=site))
            set_head(connection, site, Head())
        if database.path:
            write_head_file(head_file_of(database.path), {site: Head()})
    except BaseException:
        database.close()
        if database.path:
            database.path.unlink(missing_ok=True)
        raise
    return Store(database, survey_id, site, clock)


def open_store(
    url: str | URL, survey_id: str = "", *, patience: float = PATIENCE, clock: Callable[[], str] | None = None
) -> Store:
    """Open a store, its schema brought up to date; see `Store` for the clock.

    Parameters
    ----------
    url : str or URL
        ``sqlite:///PATH`` or ``postgresql+psycopg://USER@HOST/NAME``.
    survey_id : str
        Which survey it must hold; "" for any.
    patience : float
        Seconds to wait for another writer.

    Raises
    ------
    SurveyError
        If it is missing, damaged, no survey's, another survey's, made by a newer program, or cannot be opened.
    InputError
        If the URL is not one of SQLite or PostgreSQL.
    """
    database = Database(url, patience)
    if database.path and not database.path.is_file():
        raise SurveyError(f"{database.path}: there is no such database", "Restore the survey's folder from a backup.")
    try:
        bring_up(database)
        with database.reading() as connection:
            found = connection.execute(select(SURVEY)).all()
        if len(found) != 1 or survey_id not in {"", found[0].survey_id}:
            raise SurveyError(f"{database.name}: it holds another survey", "Choose the database of this survey.")
    except BaseException:
        database.close()
        raise
    return Store(database, found[0].survey_id, found[0].site, clock)
