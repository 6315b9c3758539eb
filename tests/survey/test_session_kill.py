"""A rating program that is killed at any moment has lost nothing that it had acknowledged."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from medsr_viewer.survey.store import create_store, open_store

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from survey_example import example
from medsr_viewer.survey.store import open_store

survey = example(Path(sys.argv[1]), cases=500)
survey.close()
session = survey.sitting("R1", open_store(sys.argv[3]))
print("at", session.step.number, flush=True)
while session.step.kind == "main":
    print("kept", survey.rate(session).identifier, flush=True)
"""


@pytest.mark.slow
def test_every_acknowledged_answer_is_there_after_a_kill_and_rating_goes_on_at_the_next(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'survey.sqlite'}"
    create_store(url, "0" * 32).close()
    chance = random.Random(3)
    kept: list[str] = []
    for turn in range(6):
        folder = tmp_path / str(turn)
        folder.mkdir()
        command = [sys.executable, "-c", PROGRAM, str(folder), str(Path(__file__).parent), url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            number = int(program.stdout.readline().split()[1])
            # One answer may have been kept and not yet acknowledged when the last kill came.
            assert number - 1 in {len(kept), len(kept) + 1}
            kept += [f"t{place}" for place in range(len(kept), number - 1)]
            for _ in range(chance.randrange(12)):
                kept.append(program.stdout.readline().split()[1])
            program.send_signal(signal.SIGKILL)
            kept += [line.split()[1] for line in program.stdout.read().splitlines()]
    assert kept == [f"t{number}" for number in range(len(kept))]
    with open_store(url) as store:
        recorded = [record.key for record in store.records(kinds=("rating",))]
        assert store.verify() == []
    assert [f"R1/{name}/0" for name in kept] == recorded[: len(kept)]
    assert len(recorded) <= len(kept) + 1
