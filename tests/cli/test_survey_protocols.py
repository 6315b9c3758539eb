"""Every protocol from end to end by commands alone: new, simulate, close, report; and what its report holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

METHODS = ("nearest", "bicubic", "lanczos")
OBSERVERS, CASES = 6, 4
PROTOCOLS = ("acr", "dsis", "queens", "pairs", "vgc", "roc")
FIGURES = {"roc": ("auc", "auc_ci95"), "pairs": ("scale_value", "ci95_scale")}
"""What the conditions are compared by, and its interval, where it is not the MOS."""

Run = Callable[..., Any]
"""Of the fixture `medsr`."""


@pytest.fixture
def made(medsr: Run, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a survey of a protocol, and lets simulated observers rate it."""
    rng = np.random.default_rng(8)
    for number in range(CASES + 1):
        pixels = np.kron(rng.random((8, 10)), np.ones((4, 4))) * 180 + rng.random((32, 40)) * 40
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"case{number}.png")
    (tmp_path / "passphrase").write_text("correct horse\n")
    (tmp_path / "findings.csv").write_text(
        "".join(f"case{n}.png,{'present' if n % 2 else 'absent'}\n" for n in range(CASES))
    )

    def make(protocol: str) -> Path:
        study = tmp_path / "study"
        options = [part for number in range(CASES) for part in ("--case", tmp_path / f"case{number}.png")]
        options += [part for method in METHODS for part in ("--condition", method)]
        options += ["--findings", tmp_path / "findings.csv"] if protocol == "roc" else []
        done(medsr, "new", study, *options, "--scale", 2, "--protocol", protocol, "--seed", 5,
             "--training-case", tmp_path / f"case{CASES}.png",
             "--passphrase-file", study.with_name("passphrase"))  # fmt: skip
        done(medsr, "simulate", study, "--observers", OBSERVERS, "--seed", 4, "--truth", tmp_path / "truth.json")
        return study

    return make


def done(medsr: Run, *arguments: object) -> Any:
    outcome = medsr("survey", *arguments)
    assert outcome.status == 0, outcome.err
    return outcome


def closed(medsr: Run, study: Path) -> None:
    done(medsr, "close", study, "--passphrase-file", study.with_name("passphrase"))


def reported(medsr: Run, study: Path) -> tuple[dict[str, Any], str]:
    """Return the figures and the page of a survey's report."""
    out, figures = study.with_name("report"), study.with_name("figures.json")
    done(medsr, "report", study, "--out", out, "--json", figures)
    held: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    assert held == json.loads((out / "report.json").read_text(encoding="utf-8"))
    return held, (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_survey_of_each_protocol_is_reported(medsr: Run, made: Callable[[str], Path], protocol: str) -> None:
    study = made(protocol)
    closed(medsr, study)
    held, page = reported(medsr, study)
    names = [*METHODS, *(["reference"] if protocol == "acr" else [])]
    assert [one["name"] for one in held["conditions"]] == names
    assert (held["protocol"], held["observers"], held["cases"], held["simulated"]) == (protocol, OBSERVERS, CASES, True)
    assert held["survey"]["problems"] == []
    (question,) = held["questions"]
    trials = OBSERVERS * CASES
    if protocol == "pairs":
        assert sum(one["chosen"] for one in held["conditions"]) == held["ratings"]
        assert question["sides"]["n"] == held["ratings"] >= trials
    else:
        assert held["ratings"] == trials * len(names)
        assert {one["n"] for one in held["conditions"]} == {trials}
        assert all(one["ci95"][0] < one["mos"] < one["ci95"][1] for one in held["conditions"])
        assert len(question["screening"]["observers"]) == OBSERVERS
    figure, interval = FIGURES.get(protocol, ("mos", "ci95"))
    assert {held["figure"], question["figure"]} == {figure}
    truth = json.loads(study.with_name("truth.json").read_text(encoding="utf-8"))
    assert truth["figure"] == figure
    for one, true in zip(held["conditions"], truth["conditions"], strict=True):
        low, high = one[interval]
        if low is not None:  # none where every observer tells all cases apart
            assert low <= one[figure] <= high
            assert 2 * low - high < true[figure] < 2 * high - low, "few observers and cases: near"
        assert (one["mos"] is None) == (one["ci95"] is None) == (true["mos"] is None) == (protocol == "pairs")
    assert any(one[interval][0] is not None for one in held["conditions"])
    assert_each_figure_is_explained(question, protocol)
    after = held["survey"]["after_opening"]
    assert (after["withdrawals"], after["merged"], after["given"]) == ([], 0, 0)
    assert after["opened"][:4].isdigit()
    headings = {"pairs": "Preference", "roc": "Receiver operating characteristic"}
    for words in (headings.get(protocol, "Mean opinion scores"), "SIMULATED OBSERVERS", "Methods, for a paper", *names):
        assert words in page
    assert "Verified: the chain of records is whole" in page
    for name in ("report.pdf", "methods.txt", "choices.csv" if protocol == "pairs" else "ratings.csv"):
        assert (study.with_name("report") / name).stat().st_size > 200


def assert_each_figure_is_explained(question: dict[str, Any], protocol: str) -> None:
    """Which test, of how many, under which assumptions."""
    parts = {
        "pairs": ("conditions", "bradley_terry", "thurstone", "sides", "neighbours"),
        "roc": ("conditions", "screening", "differences", "roc"),
    }.get(protocol, ("conditions", "screening", "biases", "differences", "vgc", "next_survey"))
    for name in parts:
        for one in question[name] if isinstance(question[name], list) else [question[name]]:
            assert one["n"] > 0, name
            assert len(one["test"]) > 20, name
            assert len(one["assumptions"]) > 10, name


@pytest.mark.parametrize("protocol", ["acr", "pairs"])
def test_who_withdraws_after_the_opening_is_named(medsr: Run, made: Callable[[str], Path], protocol: str) -> None:
    study = made(protocol)
    done(medsr, "withdraw", study, "--observer", "S001", "--erase")
    closed(medsr, study)
    done(medsr, "withdraw", study, "--observer", "S002")
    done(medsr, "withdraw", study, "--observer", "S003", "--erase")
    held, page = reported(medsr, study)
    late = {one["observer"]: one["has_answers"] for one in held["survey"]["after_opening"]["withdrawals"]}
    assert late == {"S002": True, "S003": False}, "S001 withdrew before"
    assert {one["observer"]: one["after_opening"] for one in held["excluded"]} == {
        "S001": False,
        "S002": True,
        "S003": True,
    }
    assert held["observers"] == OBSERVERS - 3
    assert "missing" not in held["questions"][0]["with_withdrawn"], "one withdrew whose answers are kept"
    assert "Observer S002 withdrew on" in page
    assert "Observer S001 withdrew on" not in page
