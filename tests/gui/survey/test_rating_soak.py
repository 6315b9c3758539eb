"""The rating window is killed at random moments: nothing that it showed as saved is ever lost.

``MEDSR_SOAK=200 pytest tests/gui/survey/test_rating_soak.py`` kills it so often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from medsr_viewer.survey.design import Arrangement, Case, Sitting
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.plan_file import read_plan

from .rating_study import make_study

KILLS = int(os.environ.get("MEDSR_SOAK", "8"))
CASES = 10


@dataclass
class Run:
    """What one process showed before it was killed."""

    shown: tuple[str, str] | None = None
    saved: list[tuple[str, int, int]] = field(default_factory=list)
    finished: bool = False


@pytest.mark.slow
@pytest.mark.timeout(300 + 15 * KILLS)
def test_nothing_that_was_shown_as_saved_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20)
    cases = tuple(Case(f"case{number}", Path(f"/case{number}.png")) for number in range(CASES))
    folder = make_study(
        tmp_path / "study",
        cases=(*cases, Case("trained", Path("/trained.png"), training=True)),
        arrangement=Arrangement(seed=5, observers=2 + KILLS, repeat_share=1.0),
        sitting=Sitting(minutes=30, break_minutes=1, delay_ms=15, least_view_ms=10),
    )
    sequences = read_plan(folder.plan_file).sequences
    observer, slot, acknowledged, in_middle = "R0", 0, 0, 0
    for _ in range(KILLS):
        before = saved_values(folder, observer)
        run = run_and_kill(folder, observer, chance)
        assert verify_folder(folder) == []
        after = saved_values(folder, observer)
        assert list(after) == [trial.identifier for trial in sequences[slot][: len(after)]]
        for trial, value, shown in run.saved:
            assert after[trial] == value
            assert list(after).index(trial) + 1 == shown  # the count that the window showed
        # One answer may have been saved that the window had no time left to show.
        assert len(after) - len(before) - len(run.saved) in {0, 1}
        if run.shown is not None and run.shown[0] == "main":
            assert run.shown[1] == sequences[slot][len(before)].identifier
            in_middle += bool(before)
        acknowledged += len(run.saved)
        if run.finished:
            slot += 1
            observer = f"R{slot}"
    print(f"{KILLS} kills, {acknowledged} answers acknowledged, {in_middle} sittings taken up in the middle")
    assert acknowledged > KILLS
    assert in_middle > KILLS // 4


def saved_values(folder: SurveyFolder, observer: str) -> dict[str, int]:
    """Return the values in the records, by trial, in the order of the records."""
    with folder.open() as store:
        payloads = [record.payload or {} for record in store.records(kinds=("rating",))]
    return {one["trial"]: one["answers"][0]["value"] for one in payloads if one["observer"] == observer}


def run_and_kill(folder: SurveyFolder, observer: str, chance: random.Random) -> Run:
    """Rate in a process of its own; kill it at a random moment, mostly after its first trial was shown."""
    script = Path(__file__).with_name("soaked_rater.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder.path), observer],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    run, has_begun = Run(), threading.Event()
    reader = threading.Thread(target=_read, args=(process.stdout, run, has_begun))
    reader.start()
    try:
        if chance.random() < 0.85:
            assert has_begun.wait(60), "the window showed no trial"
        time.sleep(chance.uniform(0, 3))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        reader.join()
    return run


def _read(lines: IO[str] | None, run: Run, has_begun: threading.Event) -> None:
    assert lines is not None
    with lines:
        for line in lines:
            kind, *rest = line.split()
            if kind == "shown":
                run.shown = (rest[0], rest[1])
                has_begun.set()
            elif kind == "saved":
                run.saved.append((rest[0], int(rest[1]), int(rest[2])))
            elif kind == "finished":
                run.finished = True
                has_begun.set()
