"""A database that fails says what to do, and loses nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import InputError, SurveyError
from medsr_viewer.survey.store import Store, create_store, open_store
from medsr_viewer.survey.store.head_file import read_head_file
from medsr_viewer.survey.store.migrating import MIGRATIONS


def test_a_full_disk_loses_nothing_and_can_go_on(store: Store) -> None:
    with store._database.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
    with pytest.raises(SurveyError, match="the disk is full") as raised:
        store.append("rating", {"log": "x" * 100_000})
    assert "Free some space" in raised.value.advice
    assert len(store.records()) == 5
    assert store.verify() == []
    with store._database.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    assert store.append("rating", {"log": "x" * 100_000}).sequence == 6


def test_a_head_file_that_cannot_be_written_does_not_deny_a_record(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert store.append("rating", {"value": 1}).sequence == 6
    assert "not brought up to date" in caplog.text
    monkeypatch.undo()
    assert store._database.path is not None
    assert read_head_file(store._database.path.with_suffix(".head"))[store.site].count == 5
    assert store.verify() == []


def test_a_database_that_another_program_locks(store: Store, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "study" / "survey.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SurveyError, match="another program keeps it locked"):
            store.append("rating", {"value": 1})
        assert len(store.records()) == 5, "reading does not wait"
        other.execute("ROLLBACK")
    assert store.append("rating", {"value": 1}).sequence == 6


@pytest.mark.parametrize("content", [b"", b"not a database" * 500, b"SQLite format 3\0" + b"\7" * 8000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "survey.sqlite"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=r"survey.sqlite: .*damaged") as raised:
        open_store(f"sqlite:///{path}")
    assert raised.value.advice
    assert path.read_bytes() == content


def test_another_program_s_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as other, other:
        other.execute("CREATE TABLE t (x)")
    content = (tmp_path / "a.sqlite").read_bytes()
    with pytest.raises(SurveyError, match="is not a survey's database"):
        open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert (tmp_path / "a.sqlite").read_bytes() == content


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_damaged_page(store: Store, url: str, tmp_path: Path, share: float) -> None:
    store.append_all([("rating", {"value": index}, "", f"x/{index}") for index in range(300)])
    store.close()
    path = tmp_path / "study" / "survey.sqlite"
    content = bytearray(path.read_bytes())
    place = int(len(content) * share) // 4096 * 4096
    content[place : place + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    with open_store(url) as opened:
        assert any("damaged" in problem for problem in opened.verify())


def test_a_database_that_was_cut_off(store: Store, url: str, tmp_path: Path) -> None:
    store.append_all([("rating", {"value": index}, "", f"x/{index}") for index in range(300)])
    store.close()
    path = tmp_path / "study" / "survey.sqlite"
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(SurveyError, match="damaged"), open_store(url) as opened:
        opened.append("rating", {"value": 1})


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="no such database"):
        open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    assert not list(tmp_path.iterdir())


def test_another_survey_s_database(store: Store, url: str) -> None:
    with pytest.raises(SurveyError, match="another survey"):
        open_store(url, "other")


def test_a_store_is_made_once(store: Store, url: str) -> None:
    with pytest.raises(SurveyError, match="there is a file already"):
        create_store(url, "survey")
    assert len(store.records()) == 5


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="cannot be written to"):
        create_store(f"sqlite:///{tmp_path / 'no' / 'a.sqlite'}", "survey")


@pytest.mark.parametrize("url", ["", "survey", "mysql://a/b", "sqlite://", "postgresql+nothing://a/b"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(InputError) as raised:
        create_store(url, "survey")
    assert raised.value.advice


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(SurveyError, match="does not answer") as raised:
        open_store("postgresql+psycopg://ann:s3cret@127.0.0.1:9/survey")
    assert "s3cret" not in str(raised.value)
    assert "127.0.0.1:9" in str(raised.value)


def test_a_drive_without_a_write_ahead_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("the file system without shared memory is Unix's")
    plain = sqlite3.dbapi2.connect

    def connect(path: str, **options: Any) -> sqlite3.Connection:
        return plain(f"{Path(path).as_uri()}?vfs=unix-dotfile", uri=True, **options)

    monkeypatch.setattr(sqlite3.dbapi2, "connect", connect)
    with pytest.raises(SurveyError, match="this drive cannot keep") as raised:
        create_store(f"sqlite:///{tmp_path / 'a.sqlite'}", "survey")
    assert "PostgreSQL" in raised.value.advice
    assert not list(tmp_path.glob("*.sqlite"))


@pytest.fixture
def unprivileged(store: Store, tmp_path: Path) -> Iterator[Path]:
    """Return the store's folder, which the process may read, and not write to."""
    store.close()
    folder = tmp_path / "study"
    if sys.platform == "win32":
        pytest.skip("folders are not read-only on Windows")
    modes = {path: path.stat().st_mode for path in (*tmp_path.parents, tmp_path, folder, *folder.iterdir())}
    user = os.geteuid()
    if user == 0 and not all(path.stat().st_mode & 0o005 == 0o005 for path in (MIGRATIONS, *MIGRATIONS.parents)):
        pytest.skip("the program is installed where only root can read it")
    for path in (path for path in modes if user == 0 and path.is_dir()):
        path.chmod(path.stat().st_mode | 0o055)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    for path, mode in modes.items():
        path.chmod(mode)


def test_a_folder_that_is_read_only(unprivileged: Path, url: str) -> None:
    with pytest.raises(SurveyError, match="cannot be written to") as raised, open_store(url) as store:
        store.append("rating", {"value": 1})
    assert "Copy the survey's folder" in raised.value.advice


def test_the_disk_itself_is_full(tmp_path: Path) -> None:
    """A small file system in memory, where the test may mount one."""
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(mount)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with create_store(f"sqlite:///{mount / 'a.sqlite'}", "survey") as store:
            kept = 0
            with pytest.raises(SurveyError, match="disk is full"):  # noqa: PT012
                while True:
                    store.append("rating", {"log": "x" * 2000})
                    kept += 1
            assert kept > 2
            assert len(store.records()) == kept
            assert store.verify() == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)
