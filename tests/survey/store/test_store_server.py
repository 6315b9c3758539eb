"""The password in the environment goes to the server that it is for, whatever a folder's store.toml says."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from medsr_viewer.errors import InputError
from medsr_viewer.survey.store.database import _with_password

pytest.importorskip("psycopg")

PASSWORD = "hunter22"  # noqa: S105


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDSR_SURVEY_PASSWORD", PASSWORD)
    monkeypatch.delenv("MEDSR_SURVEY_SERVER", raising=False)


def sent(address: str) -> str | None:
    """Return the password that goes to an address."""
    return _with_password(make_url(f"postgresql+psycopg://{address}")).password


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("db.example.org", "ann@db.example.org/survey"),
        ("DB.example.org:5432", "ann@db.example.org/survey"),
        ("db.example.org", "ann@DB.example.org:5432/survey?sslmode=require"),
        ("db.example.org:6000", "db.example.org:6000/survey"),
        ("[::1]:6000", "ann@[::1]:6000/survey"),
    ],
)
def test_it_is_sent_to_the_server_that_is_named(monkeypatch: pytest.MonkeyPatch, server: str, address: str) -> None:
    monkeypatch.setenv("MEDSR_SURVEY_SERVER", server)
    assert sent(address) == PASSWORD


@pytest.mark.parametrize("server", ["", "db.example.org", "x:y", "evil.example.org:5432", "db.example.org,evil"])
@pytest.mark.parametrize(
    "address",
    [
        "ann@evil.example.org:6000/survey",
        "ann@db.example.org:6000/survey",
        "ann@db.example.org/survey?host=evil.example.org",
        "ann@db.example.org/survey?hostaddr=192.0.2.1",
        "ann@/survey?host=evil.example.org",
        "ann@/survey?service=evil",
        "ann@db.example.org,evil.example.org/survey",
    ],
)
def test_it_is_sent_to_no_other(monkeypatch: pytest.MonkeyPatch, server: str, address: str) -> None:
    monkeypatch.setenv("MEDSR_SURVEY_SERVER", server)
    with pytest.raises(InputError, match="MEDSR_SURVEY_PASSWORD is not sent there") as raised:
        sent(address)
    assert PASSWORD not in str(raised.value)


def test_a_server_of_this_computer_has_it() -> None:
    assert sent("ann@/survey") == PASSWORD


def test_nothing_is_asked_where_there_is_no_password_to_send(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sent("ann:own@db.example.org/survey") == "own"
    monkeypatch.delenv("MEDSR_SURVEY_PASSWORD")
    assert sent("ann@db.example.org/survey") is None
