"""A kill at any moment loses no acknowledged record."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medsr_viewer.survey.store import create_store, open_store

APPENDER = """
import sys, itertools
from medsr_viewer.survey.store import open_store
with open_store(sys.argv[1]) as store:
    for index in itertools.count():
        record = store.append("rating", {"value": index, "by": sys.argv[2]}, key=f"{sys.argv[2]}/{index}")
        print(record.sequence, record.digest, flush=True)
"""


def _kill(url: str, run: int, chance: random.Random) -> list[list[str]]:
    """Return what a process that appends acknowledged before it was killed."""
    command = [sys.executable, "-c", APPENDER, url, str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randrange(6))]
        time.sleep(chance.random() * 0.05)
        process.kill()
        rest, errors = process.communicate()
        assert errors == ""
    # The line that the kill cut was not acknowledged.
    return [line.split() for line in (*lines, *rest.splitlines(keepends=True)) if line.endswith("\n")]


def _soak(path: Path, kills: int) -> None:
    url = f"sqlite:///{path / 'survey.sqlite'}"
    create_store(url, "survey").close()
    chance = random.Random(5)
    acknowledged = 0
    for run in range(kills):
        lines = _kill(url, run, chance)
        with open_store(url) as store:
            digests = {record.sequence: record.digest for record in store.records()}
            for sequence, digest in lines:
                assert digests[int(sequence)] == digest
            assert store.verify() == []
            assert store.append("pause", {"after": run}).sequence == len(digests) + 1
            assert store.verify() == []
        acknowledged += len(lines)
    assert acknowledged > kills


def test_twenty_kills(tmp_path: Path) -> None:
    _soak(tmp_path, 20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_hundred_kills(tmp_path: Path) -> None:
    _soak(tmp_path, 200)
