"""Schemas: the migrations make the tables that the program knows; older databases follow, newer ones are refused."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.store import Store, open_store
from medsr_viewer.survey.store.database import Database
from medsr_viewer.survey.store.migrating import MIGRATIONS, bring_up, revisions
from medsr_viewer.survey.store.schema import METADATA

from .conftest import Sql

NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{before}"
def upgrade():
    op.add_column("survey", sa.Column("title", sa.Text))
    {then}
"""


def _with_next(folder: Path, then: str = "pass") -> Path:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_title.py").write_text(NEXT.format(before=revisions()[-1], then=then))
    return folder


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store._database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_files_are_named_for_their_revisions() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == revisions()


def test_an_older_database_is_copied_then_brought_up(store: Store, tmp_path: Path, url: str, sql: Sql) -> None:
    before = store.records()
    store.close()
    database = Database(url, 1)
    bring_up(database, _with_next(tmp_path / "migrations"))
    bring_up(database, tmp_path / "migrations")
    database.close()
    assert sql("SELECT title FROM survey") == [(None,)]
    assert sql("SELECT version_num FROM alembic_version") == [("9999",)]
    (backup,) = (tmp_path / "study").glob("*.backup")
    assert backup.name == f"survey.sqlite.{revisions()[-1]}.backup"
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT count(*) FROM record").fetchone() == (len(before),)
    with pytest.raises(SurveyError, match="newer version of the program .schema 9999"):
        open_store(url)


def test_a_migration_that_fails_changes_nothing(store: Store, tmp_path: Path, url: str, sql: Sql) -> None:
    database = Database(url, 1)
    with pytest.raises(SurveyError):
        bring_up(database, _with_next(tmp_path / "migrations", 'op.execute("INSERT INTO nowhere VALUES (1)")'))
    database.close()
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        sql("SELECT title FROM survey")
    with open_store(url) as again:
        assert again.records() == store.records()


def test_the_wheel_ships_the_migrations() -> None:
    import tomllib

    project = Path(__file__).resolve().parents[3]
    assert (
        "medsr_viewer"
        in tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"][
            "packages"
        ]
    )
    # The package that runs here, installed or not, has every file of the checkout's.
    checkout = project / "medsr_viewer" / "survey" / "store" / "migrations"
    scripts = [path.relative_to(checkout) for path in checkout.rglob("*.py")]
    assert len(scripts) >= 2
    assert all((MIGRATIONS / script).is_file() for script in scripts)
