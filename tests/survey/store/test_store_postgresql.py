"""Several workstations on one PostgreSQL database."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from medsr_viewer.errors import AlreadyRecorded, SurveyError
from medsr_viewer.survey.store import Store, create_store, open_store

WORKSTATION = """
import sys
from medsr_viewer.survey.store import open_store
url, name, ratings = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_store(url, "survey") as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for index in range(ratings):
        record = store.append("rating", {"by": name, "value": index}, session=name, key=f"{name}/{index}")
        print(record.sequence, record.digest, flush=True)
"""


@pytest.fixture
def url(shared_database: str) -> str:
    return shared_database


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with create_store(url, "survey", patience=1) as store:
        store.append("created", {"survey_id": "survey"})
        store.append("rating", {"value": 3}, key="ann/1/0")
        yield store


def _workstation(url: str, name: str, ratings: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKSTATION, url, name, str(ratings)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_records_come_back_and_verify(store: Store, url: str) -> None:
    assert store.verify() == []
    with pytest.raises(AlreadyRecorded):
        store.append("rating", {"value": 5}, key="ann/1/0")
    store.erase([2])
    with open_store(url, "survey") as again:
        assert again.records() == store.records()
        assert again.verify() == []
    with pytest.raises(SurveyError, match="holds a survey already"):
        create_store(url, "survey")
    with pytest.raises(SurveyError, match="another survey"):
        open_store(url, "other")


def test_what_is_altered_shows(store: Store) -> None:
    with store._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM record WHERE sequence = 2")
    assert store.verify() == ["record 2 is missing at the end: the head counts 2"]


def test_an_empty_database_and_a_wrong_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SurveyError, match="is not a survey's database"):
        open_store(url)
    monkeypatch.setenv("MEDSR_SURVEY_PASSWORD", "wrong")
    with pytest.raises(SurveyError, match="refuses the connection") as raised:
        open_store(url)
    assert "wrong" not in str(raised.value)


def test_a_workstation_that_holds_the_head_is_waited_for_and_named(store: Store, url: str) -> None:
    with open_store(url) as other, other._database.writing() as connection:
        connection.exec_driver_sql("SELECT * FROM head FOR UPDATE")
        with pytest.raises(SurveyError, match="keeps it locked"):
            store.append("rating", {"value": 1})
    assert store.append("rating", {"value": 1}).sequence == 3


def test_two_workstations_lose_and_mix_up_nothing(store: Store, url: str) -> None:
    processes = [_workstation(url, name, 60) for name in ("ann", "bob")]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    held = {str(record.sequence): record for record in store.records()}
    acknowledged = [line.split() for output in outputs for line in output.splitlines()]
    assert len({sequence for sequence, _ in acknowledged}) == 120
    assert all(held[sequence].digest == digest for sequence, digest in acknowledged)
    for name in ("ann", "bob"):
        own = store.records(session=name)
        assert [record.payload for record in own] == [{"by": name, "value": index} for index in range(60)]
    turns = [record.session for record in store.records() if record.session]
    assert sum(before != after for before, after in pairwise(turns)) > 2, "one after the other"
    assert store.verify() == []


def test_a_killed_workstation_holds_nobody_up(store: Store, url: str) -> None:
    chance = random.Random(3)
    for run in range(5):
        process = _workstation(url, f"observer{run}", 10_000)
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(chance.random() * 0.2)
        process.kill()
        output, _ = process.communicate()
        held = {str(record.sequence): record.digest for record in store.records()}
        for line in output.splitlines(keepends=True):
            if line.endswith("\n"):
                sequence, digest = line.split()
                assert held[sequence] == digest
        store.append("pause", {})
        assert store.verify() == []
