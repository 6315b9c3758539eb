"""A database of its own for a survey that several workstations share."""

from __future__ import annotations

from itertools import count

import pytest
from sqlalchemy.engine import URL, make_url

NUMBERS = count()


@pytest.fixture
def shared_database(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a new database; its password is in the environment alone."""
    import psycopg

    address = make_url(postgresql)
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE survey{(number := next(NUMBERS))}")
    monkeypatch.setenv("MEDSR_SURVEY_PASSWORD", str(address.password))
    monkeypatch.setenv("MEDSR_SURVEY_SERVER", f"{address.host}:{address.port}")
    return URL.create(
        address.drivername, address.username, host=address.host, port=address.port, database=f"survey{number}"
    ).render_as_string()
