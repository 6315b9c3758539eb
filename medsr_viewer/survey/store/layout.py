"""Whether the tables are those that the program made: digests cover records, not triggers, indexes and other tables."""

from __future__ import annotations

import re

from sqlalchemy import Connection, bindparam, create_engine, inspect, text

from medsr_viewer.survey.store.migrating import revisions, upgrade
from medsr_viewer.survey.store.schema import METADATA, SURVEY

_ROWS = ("alembic_version", SURVEY.name)
"""Tables of one row."""


def layout_problems(connection: Connection) -> list[str]:
    """Return in words where tables, indexes and the like are not those that the migrations made.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    """
    problems = [
        f"table {name} has {count} rows, not one"
        for name in _ROWS
        if (count := connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()) != 1  # noqa: S608
    ]
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().first()
    if version != (newest := revisions()[-1]):
        problems.append(f"table alembic_version was altered: it says {version!r}, and the tables are of {newest}")
    sqlite = connection.dialect.name == "sqlite"
    due, held = (_sqlite_due(), _sqlite(connection)) if sqlite else (_postgresql_due(), _postgresql(connection))
    problems += [f"{name} is missing: the database was altered" for name in sorted(due.keys() - held.keys())]
    problems += [f"{name} was put into the database" for name in sorted(held.keys() - due.keys())]
    return problems + [
        f"{name} is not as the program made it" for name in sorted(due.keys() & held.keys()) if due[name] != held[name]
    ]


def _sqlite(connection: Connection) -> dict[str, str]:
    """Return what every object of an SQLite database was made by: "index record_once" to its SQL."""
    found = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_schema").all()
    return {f"{kind} {name}": _plain(f"{table}: {sql}") for kind, name, table, sql in found}


def _sqlite_due() -> dict[str, str]:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            upgrade(connection)
            return _sqlite(connection)
    finally:
        engine.dispose()


def _plain(sql: str) -> str:
    """Return SQL without what SQLite or another version of the library may write otherwise."""
    return re.sub(r"""[\s"`\[\]]+""", "", sql).casefold()


def _postgresql(connection: Connection) -> dict[str, str]:
    """Return the same of our tables in PostgreSQL; it may hold others."""
    inspector = inspect(connection)
    held = {}
    for table in METADATA.tables:
        keys = set(inspector.get_pk_constraint(table)["constrained_columns"])
        for column in inspector.get_columns(table):
            name, needed = column["name"], not column["nullable"]
            held[f"column {table}.{name}"] = _column(str(column["type"]), needed=needed, is_key=name in keys)
        for index in inspector.get_indexes(table):
            where = _plain(str(index.get("dialect_options", {}).get("postgresql_where", "")))
            held[f"index {index['name']}"] = f"{index['column_names']} {index['unique']} {bool(where)}"
    names = {"tables": list(METADATA.tables)}
    for query in (_TRIGGERS, _RULES):
        held |= dict.fromkeys(connection.execute(query, names).scalars(), "")
    return held


def _postgresql_due() -> dict[str, str]:
    due = {}
    for table in METADATA.tables.values():
        for column in table.columns:
            needed = not column.nullable
            due[f"column {table.name}.{column.name}"] = _column(
                str(column.type), needed=needed, is_key=column.primary_key
            )
        for index in table.indexes:
            where = index.dialect_options["postgresql"]["where"]
            due[f"index {index.name}"] = (
                f"{[column.name for column in index.columns]} {index.unique} {where is not None}"
            )
    return due


def _column(kind: str, *, needed: bool, is_key: bool) -> str:
    return f"{kind} {needed} {is_key}"


_TRIGGERS = text(
    "SELECT 'trigger ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND c.relname IN :tables AND pg_table_is_visible(c.oid)"
).bindparams(bindparam("tables", expanding=True))
_RULES = text(
    "SELECT 'rule ' || rulename FROM pg_rules WHERE tablename IN :tables AND schemaname = current_schema()"
).bindparams(bindparam("tables", expanding=True))
