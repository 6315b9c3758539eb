"""What no record's digest covers shows as well: whose the database is, its tables, its heads, its other sites."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import SurveyError, SurveyUnreachable
from medsr_viewer.survey.store import Store, create_store, open_store
from medsr_viewer.survey.store.layout import layout_problems

from .conftest import Sql

REPLACED_INDEX = """
DROP INDEX record_once;
CREATE UNIQUE INDEX record_once ON record (site, kind, key) WHERE key = 'x';
"""
TRIGGER = "CREATE TRIGGER t AFTER INSERT ON record BEGIN UPDATE record SET key = '' WHERE sequence = 1; END"
SAME_VALUES = """UPDATE record SET payload = '{"value":5,"value":2}' WHERE sequence = 3"""
NEW_TABLE = """
CREATE TABLE other AS SELECT * FROM record; DROP TABLE record; ALTER TABLE other RENAME TO record;
"""


@pytest.fixture
def other(store: Store, tmp_path: Path) -> Iterator[Store]:
    """Return the store of another site, whose two records were taken in."""
    (tmp_path / "there").mkdir()
    with create_store(f"sqlite:///{tmp_path / 'there' / 'survey.sqlite'}", "survey") as other:
        other.append("created", {"survey_id": "survey"})
        other.append("rating", {"value": 3}, key="ann/1/0")
        store.adopt(other.records())
        yield other


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("UPDATE survey SET survey_id = '0000'", "table survey was altered: it names another survey"),
        ("UPDATE survey SET site = 'ffffffffffffffff'", "it names another site than before|head of the chain"),
        ("INSERT INTO survey VALUES ('0000', 'ffff')", "holds another survey|table survey has 2 rows"),
        ("DELETE FROM survey", "holds another survey|table survey has 0 rows"),
        ("DROP INDEX record_once", "index record_once is missing"),
        ("DROP INDEX record_kind", "index record_kind is missing"),
        (REPLACED_INDEX, "index record_once is not as the program made it"),
        ("CREATE INDEX more ON record (time)", "index more was put into the database"),
        (TRIGGER, "trigger t was put into the database"),
        ("CREATE VIEW v AS SELECT * FROM record", "view v was put into the database"),
        ("CREATE TABLE more (x)", "table more was put into the database"),
        ("ALTER TABLE record ADD COLUMN more", "table record is not as the program made it"),
        ("ALTER TABLE head RENAME COLUMN digest TO digests", "damaged, or is not"),
        (NEW_TABLE, "table record is not as the program made it"),
        ("UPDATE alembic_version SET version_num = '0000'", "alembic_version was altered"),
        ("UPDATE alembic_version SET version_num = 'head'", "alembic_version was altered"),
        ("UPDATE alembic_version SET version_num = '9999'", "newer version|alembic_version was altered"),
        ("INSERT INTO alembic_version VALUES ('0000')", "alembic_version has 2 rows"),
        ("DELETE FROM alembic_version", "damaged, or is not|alembic_version has 0 rows"),
        ("INSERT INTO head VALUES ('ffff', 0, '00')", "site ffff: "),
        ("INSERT INTO head SELECT 'ffff', 0, previous FROM record WHERE sequence = 1", "ffff: no record says"),
        ("INSERT INTO head VALUES ('ffff', 3, '00')", "site ffff: records 1 to 3 are missing"),
        ("UPDATE head SET site = 'ffff'", "head of the chain.* is missing"),
        (SAME_VALUES, "the values of record 3 .rating. were altered"),
        ("UPDATE record SET payload = payload || ' ' WHERE sequence = 3", "the values of record 3 .* were altered"),
    ],
)
def test_what_a_stranger_does_to_the_rest_of_the_database_shows(
    store: Store, url: str, tmp_path: Path, script: str, problem: str
) -> None:
    assert store.verify() == []
    with closing(sqlite3.connect(tmp_path / "study" / "survey.sqlite")) as connection:
        connection.executescript(script)
    assert any(re.search(problem, one) for one in store.verify()), store.verify()
    try:
        with open_store(url) as again:
            told = again.verify()
    except SurveyUnreachable:
        raise
    except SurveyError as exc:
        told = [exc.reason]
    assert any(re.search(problem, one) for one in told), told


@pytest.mark.parametrize(
    ("alter", "problem"),
    [
        (lambda _held: {}, "does not name this database's own site"),
        (lambda held: {site: {**head, "count": 0} for site, head in held.items()}, "it counts 0 records"),
        (lambda held: {site: {**head, "digest": "00"} for site, head in held.items()}, "different records 5"),
        (lambda held: {site: {**head, "count": 6} for site, head in held.items()}, "survey.head counts 6"),
        (lambda held: {site: {"count": 0, "digest": "0" * 64} for site in held}, "survey.head counts 0 records"),
        (lambda held: {**held, "ffff": {"count": 1, "digest": "00"}}, "names site ffff, which is not here"),
    ],
)
def test_an_altered_file_of_heads_shows(store: Store, tmp_path: Path, alter: Any, problem: str) -> None:
    path = tmp_path / "study" / "survey.head"
    path.write_text(json.dumps(alter(json.loads(path.read_text()))))
    assert any(problem in one for one in store.verify()), store.verify()


def test_a_file_of_heads_that_was_exchanged_for_an_older_one_shows(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "study" / "survey.head"
    older = path.read_bytes()
    for value in (1, 2):
        store.append("rating", {"value": value})
    path.write_bytes(older)
    (problem,) = store.verify()
    assert "survey.head counts 5 records, and the database 7" in problem
    store.append("rating", {"value": 3})
    assert store.verify() == [], "a disk that was full for a while is no alteration for ever"


def _put_in(sql: Sql, store: Store) -> None:
    """Copy a site's rows and its head, as its own database has them."""
    for record in store.records():
        row = {**vars(record), "payload": json.dumps(record.payload, sort_keys=True, separators=(",", ":"))}
        sql("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *row.values())
    head = store.heads()[store.site]
    sql("INSERT INTO head VALUES (?, ?, ?)", store.site, head.count, head.digest)


def test_a_site_that_was_put_in_shows(store: Store, sql: Sql, tmp_path: Path) -> None:
    with create_store(f"sqlite:///{tmp_path / 'made-up.sqlite'}", "survey") as stranger:
        stranger.append("created", {"survey_id": "survey"})
        stranger.append("rating", {"value": 5}, key="eve/1/0")
        _put_in(sql, stranger)
        assert store.verify() == [
            f"site {stranger.site}: no record says that it was taken in; it was put into the database"
        ]


def test_what_was_added_to_a_site_that_was_taken_in_shows(store: Store, other: Store, sql: Sql) -> None:
    assert store.verify() == []
    other.append("rating", {"value": 5}, key="ann/2/0")
    sql("DELETE FROM record WHERE site = ?", other.site)
    sql("DELETE FROM head WHERE site = ?", other.site)
    _put_in(sql, other)
    assert store.verify() == [f"site {other.site}: it does not end where it did when it was taken in"]


def test_a_site_that_is_taken_out_shows(store: Store, other: Store, sql: Sql, tmp_path: Path) -> None:
    sql("DELETE FROM record WHERE site = ?", other.site)
    sql("DELETE FROM head WHERE site = ?", other.site)
    path = tmp_path / "study" / "survey.head"
    held = json.loads(path.read_text())
    del held[other.site]
    path.write_text(json.dumps(held))
    assert store.verify() == [f"site {other.site}: it was taken in, and none of its records is here"]


def test_a_database_that_takes_itself_for_the_other_site_shows(store: Store, url: str, other: Store, sql: Sql) -> None:
    sql("UPDATE survey SET site = ?", other.site)
    with open_store(url) as again:
        assert any(f"site {store.site}: no record says that it was taken in" in one for one in again.verify())


def test_a_database_that_cannot_be_looked_at_is_not_said_to_be_altered(store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "study" / "survey.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        store.close()
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SurveyUnreachable, match="keeps it locked"):
            store.verify()


def test_a_flipped_byte_shows_or_hits_no_value(store: Store, url: str, tmp_path: Path) -> None:
    """Each 97th byte of the file; what is not noticed leaves every row as it was."""
    path = tmp_path / "study" / "survey.sqlite"
    rows = [vars(record) for record in store.records()]
    store._database.forget()  # all of it is in the one file
    store.close()
    content = path.read_bytes()
    unnoticed = 0
    for place in range(0, len(content), 997):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            with open_store(url, patience=0.2) as flipped:
                if not flipped.verify():
                    unnoticed += 1
                    assert [vars(record) for record in flipped.records()] == rows
        except SurveyError:
            continue
    assert unnoticed > 0, "most of a small file is unused"


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DROP INDEX record_once", "index record_once is missing: the database was altered"),
        ("ALTER TABLE record ADD COLUMN more text", "column record.more was put into the database"),
        ("CREATE RULE r AS ON DELETE TO record DO INSTEAD NOTHING", "rule r was put into the database"),
        ("ALTER TABLE record ALTER COLUMN digest DROP NOT NULL", "column record.digest is not as the program made it"),
        ("UPDATE alembic_version SET version_num = '0000'", "table alembic_version was altered"),
        ("UPDATE survey SET survey_id = '0000'", "table survey was altered"),
        ("CREATE TABLE more (x text)", ""),
    ],
)
def test_postgresql_s_tables_too(shared_database: str, statement: str, problem: str) -> None:
    with create_store(shared_database, "survey") as store:
        store.append("created", {"survey_id": "survey"})
        assert store.verify() == []
        with store._database.writing() as connection:
            connection.exec_driver_sql(statement)
        if problem:
            assert any(problem in one for one in store.verify()), store.verify()
        else:
            assert store.verify() == [], "a server may hold other programs' tables"
        with store._database.reading() as connection:
            layout_problems(connection)
