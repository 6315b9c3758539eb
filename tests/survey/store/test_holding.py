"""A sitting is held open as long as its process lives, and not a moment longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medsr_viewer.survey.store import Store, create_store, holding, open_store

# Holds a sitting until it is killed.
_HOLDER = """
import sys, time
from medsr_viewer.survey.store import open_store
store = open_store(sys.argv[1])
store.hold(sys.argv[2])
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'survey.sqlite'}"
    address: str = request.getfixturevalue("shared_database")
    return address


@pytest.fixture
def store(url: str) -> Store:
    with create_store(url, "survey") as store:
        return store


def test_a_sitting_is_held_until_its_store_is_closed(url: str, store: Store, tmp_path: Path) -> None:
    with open_store(url) as other:
        assert other.holder("s1") == ""
        with open_store(url) as rating:
            rating.hold("s1")
            assert other.holder("s1") == "here"
            assert other.holder("s2") == ""
            rating.append("pause", {"observer": "R1"})
            assert other.holder("s1") == "here", "a look does not take it away"
        assert other.holder("s1") == ""
    assert not list(tmp_path.glob("*-sitting-*"))


def test_a_process_that_is_killed_holds_nothing(url: str, store: Store, tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, url, "s1"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout, open_store(url) as other:
        try:
            assert holder.stdout.readline() == "held\n"
            assert other.holder("s1") == "here"
        finally:
            holder.kill()
            holder.wait()
        for _ in range(100):  # a server takes a moment to notice
            if not other.holder("s1") or url.startswith("sqlite"):
                break
        assert other.holder("s1") == ""
    assert not list(tmp_path.glob("*-sitting-*"))


def test_another_workstation_is_told_from_this_one(shared_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with create_store(shared_database, "survey") as rating, open_store(shared_database) as other:
        monkeypatch.setattr(holding.socket, "gethostname", lambda: "reading-room-2")
        rating.hold("s1")
        assert other.holder("s1") == "here"
        monkeypatch.setattr(holding.socket, "gethostname", lambda: "reading-room-1")
        assert other.holder("s1") == "elsewhere"


def test_where_the_system_keeps_no_locks_rating_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(holding, "_lock", refuse)
    with create_store(f"sqlite:///{tmp_path / 'survey.sqlite'}", "survey") as store:
        store.hold("s1")
        assert store.holder("s1") == ""
