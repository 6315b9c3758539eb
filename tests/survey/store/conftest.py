"""Stores with some ratings in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.survey.store import Store, create_store

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study' / 'survey.sqlite'}"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """Return a store of five records: the survey's beginning, and the values 1 to 4 in session s1 and s2."""
    (tmp_path / "study").mkdir()
    with create_store(url, "survey", patience=0.2) as store:
        store.append("created", {"survey_id": "survey"})
        for value in range(1, 5):
            store.append("rating", {"value": value}, session=f"s{value % 2 + 1}", key=f"ann/{value}/0")
        yield store


@pytest.fixture
def sql(tmp_path: Path) -> Sql:
    """Return a function that runs a statement on the store's file, as a stranger would."""

    def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(tmp_path / "study" / "survey.sqlite")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    return run
