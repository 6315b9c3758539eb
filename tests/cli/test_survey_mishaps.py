"""What may happen to a survey's files, disk and clock, as the command tells it."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.store import open_store, opening

Run = Callable[..., Any]
"""Of the fixture `medsr`."""


@pytest.fixture
def study(medsr: Run, tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    Image.fromarray(rng.integers(0, 255, (48, 64), np.uint8)).save(tmp_path / "case.png")
    (tmp_path / "secret").write_text("correct horse\n")
    options = ("--condition", "bicubic", "--scale", 2, "--passphrase-file", tmp_path / "secret", "--observers", 2)
    made = medsr("survey", "new", tmp_path / "study", "--case", tmp_path / "case.png", *options)
    assert made.status == 0, made.err
    return tmp_path / "study"


def json_of(medsr: Run, action: str, study: Path, *more: object, status: int = 0) -> tuple[dict[str, Any], str]:
    path = study.with_name("told.json")
    outcome = medsr("survey", action, study, *more, "--json", path)
    assert outcome.status == status, outcome.err
    held: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return held, outcome.err


def test_check_names_every_stimulus_that_is_missing_or_changed(medsr: Run, study: Path) -> None:
    assert json_of(medsr, "check", study)[0]["passed"] is True
    missing, changed, cut = sorted(SurveyFolder(study).stimuli_folder.iterdir())[:3]
    missing.unlink()
    content = changed.read_bytes()
    changed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    size = cut.stat().st_size
    cut.write_bytes(cut.read_bytes()[:-4])
    held, told = json_of(medsr, "check", study, status=1)
    assert held["passed"] is False
    assert f"stimuli/{missing.name} is missing" in told
    assert f"stimuli/{changed.name} was changed after the survey was set up" in told
    assert f"stimuli/{cut.name} was changed: it has {size - 4} bytes, not {size}" in told
    assert "Restore it from a backup" in told


def test_a_clock_that_was_moved_back_is_told_by_every_action_and_is_no_alteration(medsr: Run, study: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=5)
    file = SurveyFolder(study).database_file
    with open_store(f"sqlite:///{file}", clock=lambda: later.isoformat(timespec="microseconds")) as store:
        store.append("rating", {"observer": "R1", "trial": "x", "revision": 0, "seconds": 1.0, "answers": []})
    for action, more in (("status", ()), ("verify", ())):
        assert json_of(medsr, action, study, *more)[0]["clock_changes"] == []
    with open_store(f"sqlite:///{file}") as store:
        store.append("pause", {"observer": "R1"})
        site = store.site
    secret = ("--passphrase-file", study.with_name("secret"))
    for action, more in (("status", ()), ("verify", ()), ("close", secret), ("verify", ())):
        if action == "close":
            outcome = medsr("survey", action, study, *more)
            assert outcome.status == 0, outcome.err
            told = outcome.err
        else:
            held, told = json_of(medsr, action, study, *more)
            (change,) = held["clock_changes"]
            assert (change["site"], change["before"][:16]) == (site, later.isoformat()[:16])
            assert change["after"] < change["before"]
        assert f"site {site}: the clock was moved back by 5 days" in told
        assert "times between them are not reliable" in told


def test_verify_says_that_it_could_not_look_where_the_database_is_locked(
    medsr: Run, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening.open_store, "__kwdefaults__", {"patience": 0.1, "clock": None})
    assert medsr("survey", "verify", study).status == 0
    with closing(sqlite3.connect(SurveyFolder(study).database_file, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        outcome = medsr("survey", "verify", study)
    assert outcome.status == 3
    assert "it was not found out whether anything was altered" in outcome.err
    assert "locked" in outcome.err
    assert "altered" not in outcome.out


def test_verify_says_that_its_figures_could_not_be_written(medsr: Run, study: Path, tmp_path: Path) -> None:
    """On a disk in memory that is full, where the test may mount one; else into a folder that is not there."""
    mount = tmp_path / "small"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    is_mounted = sys.platform == "linux" and os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0
    try:
        if is_mounted:
            with (mount / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
        target = mount / "verify.json" if is_mounted else mount / "none" / "verify.json"
        outcome = medsr("survey", "verify", study, "--json", target)
        assert (outcome.status, "nothing was altered" in outcome.out) == (3, True)
        assert "verify.json" in outcome.err
        next(SurveyFolder(study).stimuli_folder.iterdir()).unlink()
        assert medsr("survey", "verify", study, "--json", target).status == 1, "what was altered counts more"
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(mount)], check=True)


def test_export_and_merge_print_the_same_end_and_an_older_bundle_is_told(
    medsr: Run, study: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    assert medsr("survey", "site", study, "--out", site).status == 0
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    medsr("survey", "export", site, "--out", first)
    with SurveyFolder(site).open() as store:
        store.append("pause", {"observer": "R1"})
    exported = medsr("survey", "export", site, "--out", second)
    end = exported.out.strip().partition("; ")[2]
    assert end.startswith("site ")
    assert "ends with record 3, digest " in end
    assert medsr("survey", "merge", study, second).out.strip().endswith(end)
    held, told = json_of(medsr, "merge", study, first)
    assert "it is older than what is here: it has 2 records of site" in told
    assert held["merged"] == {str(first): 0}
    assert list(held["older"]) == [str(first)]
    assert held["failed"] == {}
