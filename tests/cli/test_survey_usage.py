"""Exit status of `medsr survey`: 0 done, 1 failed or altered, 2 wrong usage; and the findings of protocol roc."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.cli.survey import ACTIONS
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.ui.survey.exit_status import TOLD

Run = Callable[..., Any]
"""Of the fixture `medsr`."""


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Return what commands are told: images named after patients, a passphrase, files that are not there."""
    rng = np.random.default_rng(3)
    for name in ("doe-john.png", "roe-jane.png"):
        Image.fromarray(rng.integers(0, 255, (48, 64), np.uint8)).save(tmp_path / name)
    (tmp_path / "secret").write_text("correct horse\n")
    (tmp_path / "wrong").write_text("wrong\n")
    (tmp_path / "broken.zip").write_bytes(b"no zip")
    names = {"one": "doe-john.png", "two": "roe-jane.png", "zip": "broken.zip", "truth": "truth.json"}
    named = {key: tmp_path / name for key, name in names.items()}
    return {**{key: tmp_path / key for key in ("study", "out", "none", "secret", "wrong", "closed")}, **named}


def arguments(line: str, places: dict[str, Path]) -> list[str]:
    return ["survey", *(str(places.get(word.removeprefix("@"), word)) for word in line.split())]


NEW = "--case @one --case @two --scale 2 --passphrase-file @secret"

WITHOUT_A_SURVEY = [
    ("", 2),
    ("no-such-action @study", 2),
    ("new", 2),
    ("new @study --passphrase-file @secret", 2),
    (f"new @study {NEW}", 2),
    (f"new @study {NEW} --condition no-such-method", 2),
    (f"new @study {NEW} --condition bicubic --condition bicubic", 2),
    (f"new @study {NEW} --condition bicubic --images vendor", 2),
    (f"new @study {NEW} --condition bicubic --scale 5", 2),
    (f"new @study {NEW} --condition bicubic --observers 0", 2),
    (f"new @study {NEW} --condition bicubic --design @none", 2),
    (f"new @study {NEW} --condition bicubic --condition lanczos --protocol roc", 2),
    (f"new @study {NEW} --condition bicubic --finding doe-john=present", 2),
    (f"new @study {NEW} --condition fmen --device no-such-device", 2),
    ("new @study --design @none --passphrase-file @secret", 1),
    (f"new @study {NEW} --condition bicubic --case @none", 1),
    (f"new @study {NEW} --condition bicubic --title bicubic", 1),
    (f"new @study {NEW} --condition bicubic --passphrase-file @none", 1),
    *[(f"{action} @none{more}", 1) for action, more in (
        ("check", ""), ("status", ""), ("verify", ""), ("restored", ""), ("simulate", " --observers 2"),
        ("rate", " --observer R01"), ("withdraw", " --observer R01"), ("close", " --passphrase-file @secret"),
        ("report", " --out @out"), ("site", " --out @out"), ("export", " --out @out"), ("merge", " @zip"),
    )],
    *[(f"{action} @none", 2) for action in
      ("simulate", "example", "rate", "withdraw", "close", "report", "site", "export", "merge")],
    ("simulate @none --observers 0", 2),
    ("simulate @none --observers 2 --rankers 1.5", 2),
    ("site @none --out @out --observers none", 2),
    ("rate @none --observer no/name", 2),
]  # fmt: skip


@pytest.mark.parametrize(("line", "status"), WITHOUT_A_SURVEY)
def test_status_without_a_survey(medsr: Run, places: dict[str, Path], line: str, status: int) -> None:
    outcome = medsr(*arguments(line, places))
    assert outcome.status == status, outcome.err
    assert outcome.err
    assert not places["study"].exists()
    assert not places["study"].with_name("study.sources.toml").exists()


def test_status_of_every_action_on_a_survey(
    medsr: Run, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order in which they are used; each that can be refused is, too."""
    codes = iter([0, -9, TOLD])
    monkeypatch.setattr(subprocess, "call", lambda _command: next(codes))
    seen = set()
    for line, status in (
        (f"new @study {NEW} --condition bicubic", 0),
        (f"new @study {NEW} --condition bicubic", 1),
        ("check @study", 0),
        ("status @study", 0),
        ("verify @study", 0),
        ("restored @study", 0),
        ("site @study --out @out", 0),
        ("site @study --out @out", 1),
        ("rate @study --observer R01", 0),
        ("rate @study --observer R01", 1),
        ("rate @study --observer R01", 1),
        ("report @study --out @none", 1),
        ("simulate @study --observers 2 --truth @truth", 0),
        ("simulate @study --observers 2 --truth @truth", 1),
        ("withdraw @study --observer S001", 0),
        ("withdraw @study --observer S001", 1),
        ("withdraw @study --observer nobody", 1),
        ("export @out --out @closed", 0),
        ("merge @study @closed", 0),
        ("merge @study @zip", 1),
        ("close @study --passphrase-file @wrong", 1),
        ("close @study --passphrase-file @secret", 0),
        ("close @study --passphrase-file @secret", 0),
        ("rate @study --observer R01", 1),
        ("site @study --out @none", 1),
        ("report @study --out @none", 0),
        ("example @study --out @none", 1),
    ):
        seen.add(line.split()[0])
        outcome = medsr(*arguments(line, places))
        assert outcome.status == status, (line, outcome.err)
    assert seen == set(ACTIONS)
    next(SurveyFolder(places["study"]).stimuli_folder.iterdir()).unlink()
    verified = medsr("survey", "verify", places["study"])
    assert (verified.status, verified.out.strip()) == (1, f"{places['study']}: 1 problem")
    assert medsr("survey", "close", places["study"], "--passphrase-file", places["secret"]).status == 1


def test_help_says_what_the_status_means(medsr: Run) -> None:
    for action in ((), *((name,) for name in ACTIONS)):
        outcome = medsr("survey", *action, "--help")
        assert "Exit status: 0 done; 1 it failed" in " ".join(outcome.out.split())


def findings_of(places: dict[str, Path]) -> dict[str, str]:
    held = tomllib.loads((places["study"] / "design.toml").read_text("utf-8"))
    return {case["name"]: case.get("finding", "") for case in held["cases"]}


ROC = f"new @study {NEW} --condition bicubic --condition lanczos --protocol roc"


def test_findings_as_options(medsr: Run, places: dict[str, Path]) -> None:
    line = f"{ROC} --finding doe-john=present --finding roe-jane.png=absent"
    outcome = medsr(*arguments(line, places))
    assert outcome.status == 0, outcome.err
    assert findings_of(places) == {"case-01": "present", "case-02": "absent", "training-sample": ""}
    for path in places["study"].rglob("*"):
        assert not path.is_file() or b"doe" not in path.read_bytes(), path
    assert "doe-john.png" in places["study"].with_name("study.sources.toml").read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    ["file,Finding\ndoe-john.png,Present\nroe-jane.png, absent\n", "\ufeffdoe-john;present\n\nroe-jane;absent\n"],
)
def test_findings_in_a_file(medsr: Run, places: dict[str, Path], text: str) -> None:
    table = places["none"].with_suffix(".csv")
    table.write_text(text, "utf-8")
    outcome = medsr(*arguments(ROC, places), "--findings", table)
    assert outcome.status == 0, outcome.err
    assert findings_of(places) == {"case-01": "present", "case-02": "absent", "training-sample": ""}


@pytest.mark.parametrize(
    ("options", "table", "status", "told"),
    [
        (["doe-john"], "", 2, "not CASE=present"),
        (["doe-john=maybe"], "", 2, "not CASE=present"),
        (["nobody=absent"], "", 2, "names no case"),
        (["doe-john=absent", "doe-john.png=present"], "", 2, "was given before"),
        (["doe-john=absent"], "", 2, "missing: roe-jane.png"),
        (["doe-john=absent"], "doe-john,present", 1, "line 1: the finding of this case was given before"),
        ([], "doe-john,perhaps", 1, "line 1: 'perhaps' is neither"),
        ([], "nobody,present", 1, "line 1: names no case"),
        ([], "a,b,c", 1, "line 1: 3 columns"),
        (["doe-john=absent", "roe-jane=absent"], "", 1, "some of each finding"),
    ],
)
def test_findings_that_do_not_fit(
    medsr: Run, places: dict[str, Path], options: list[str], table: str, status: int, told: str
) -> None:
    file = places["none"].with_suffix(".csv")
    file.write_text(table, "utf-8")
    given = [part for option in options for part in ("--finding", option)]
    outcome = medsr(*arguments(ROC, places), *given, *(("--findings", file) if table else ()))
    assert outcome.status == status, outcome.err
    assert told in outcome.err


def test_a_server_that_the_password_is_not_for_is_told_before_anything_is_computed(
    medsr: Run, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("MEDSR_SURVEY_PASSWORD", "hunter22")
    monkeypatch.delenv("MEDSR_SURVEY_SERVER", raising=False)
    outcome = medsr(*arguments(f"new @study {NEW} --condition bicubic", places), "--store", "postgresql+psycopg://h/s")
    assert outcome.status == 1
    assert "set MEDSR_SURVEY_SERVER=h:5432" in outcome.err
    assert "case 1" not in outcome.err


@pytest.mark.parametrize(("ended", "is_told"), [(-9, True), (139, True), (0, False), (TOLD, False)])
def test_a_rating_window_that_was_killed_is_told_with_where_it_goes_on(
    medsr: Run, places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, ended: int, is_told: bool
) -> None:
    assert medsr(*arguments(f"new @study {NEW} --condition bicubic", places)).status == 0
    monkeypatch.setattr(subprocess, "call", lambda _command: ended)
    outcome = medsr(*arguments("rate @study --observer R01", places))
    assert ("the same command goes on at the very image" in outcome.err) == is_told
