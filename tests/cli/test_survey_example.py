"""The published survey as a finished example: 68 simulated observers, three methods, its mean opinion scores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.cli import main
from medsr_viewer.survey import published
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.report.document import SIMULATED
from medsr_viewer.workflows.survey_example import example_survey

Run = Callable[..., Any]
"""Of the fixture `medsr`."""


@dataclass(frozen=True)
class Made:
    """The example: its folder, the report's, and the figures."""

    study: Path
    report: Path
    figures: dict[str, Any]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("example")
    study, report, figures = folder / "study", folder / "report", folder / "figures.json"
    assert main(["survey", "example", str(study), "--out", str(report), "--json", str(figures)]) == 0
    return Made(study, report, json.loads(figures.read_text(encoding="utf-8")))


def test_the_published_scores_are_reproduced_within_sampling_error(example: Made) -> None:
    held = example.figures
    assert (held["protocol"], held["observers"], held["simulated"]) == ("queens", 68, True)
    found = {one["name"]: one for one in held["conditions"]}
    assert found.keys() == published.MOS.keys()
    for name, mos in published.MOS.items():
        low, high = found[name]["ci95"]
        # The order of the images is drawn anew each time: three standard errors are hardly ever missed.
        assert abs(found[name]["mos"] - mos) < 3 * found[name]["standard_error"] < 0.5
        assert high - low < 0.8
        assert found[name]["n"] == 68 * held["cases"]
    assert sorted(found, key=lambda name: -found[name]["mos"]) == ["srresnet", "srgan", "bicubic"]
    truth = json.loads(example.study.with_name("study-truth.json").read_text(encoding="utf-8"))
    assert {one["name"]: one["mos"] for one in truth["conditions"]} == pytest.approx(dict(published.MOS), abs=1e-3)


def test_who_ranked_is_found_and_the_screened_scores_lie_further_apart(example: Made) -> None:
    (question,) = example.figures["questions"]
    ranked = [
        one["name"] for one in question["screening"]["observers"] if {"ranking", "inverted"} & set(one["reasons"])
    ]
    assert 2 <= len(ranked) <= 12, "8 % of 68 are 5"
    found = {one["name"]: one for one in example.figures["conditions"]}
    apart = {key: found["srresnet"][key] - found["bicubic"][key] for key in ("mos", "mos_screened")}
    assert apart["mos_screened"] > apart["mos"] + 0.1
    page = (example.report / "report.html").read_text(encoding="utf-8")
    assert f"The screening names {len(ranked)} observers of 68 who ranked" in page
    assert ranked[0] in page


def test_the_report_says_what_went_wrong_and_that_it_is_simulated(example: Made) -> None:
    page = re.sub(r"\s+", " ", (example.report / "report.html").read_text(encoding="utf-8"))
    assert "The published survey, simulated" in page
    assert "This is a made-up example" in page
    for trouble in (
        "ranked the images, 1 for the best",
        "screens of phones",
        "could not be trained",
        "without intervals",
    ):
        assert trouble in page
    texts = [path for path in example.report.iterdir() if path.suffix in {".html", ".txt", ".json"}]
    assert len(texts) == 3
    for path in texts:
        assert SIMULATED in path.read_text(encoding="utf-8"), path.name
    for path in example.report.glob("*.csv"):
        assert "SIMULATED" in path.name + path.read_text(encoding="utf-8").splitlines()[1], path.name
    methods = (example.report / "methods.txt").read_text(encoding="utf-8")
    assert "68 observers took part" in methods
    assert "the simulated observers did not go through it" in methods
    assert "preceded the ratings" not in methods


def test_the_example_is_a_survey_as_any_other(example: Made, medsr: Run) -> None:
    assert verify_folder(SurveyFolder(example.study)) == []
    again = medsr(
        "survey", "close", example.study, "--passphrase-file", example.study.with_name("study-passphrase.txt")
    )
    assert again.status == 0
    assert "it was closed already" in again.out
    assert len(list(example.study.with_name("study-images").iterdir())) == example.figures["cases"] + 1


def test_an_example_is_not_made_over_another_one(example: Made, medsr: Run, tmp_path: Path) -> None:
    passphrase = example.study.with_name("study-passphrase.txt").read_bytes()
    refused = medsr("survey", "example", example.study, "--out", tmp_path / "report")
    assert refused.status == 1
    assert "it is there already" in refused.err
    assert example.study.with_name("study-passphrase.txt").read_bytes() == passphrase
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    refused = medsr("survey", "example", tmp_path / "full", "--out", tmp_path / "report")
    assert refused.status == 1
    assert [path.name for path in tmp_path.iterdir()] == ["full"], "nothing is left beside a survey that was not made"


def test_nothing_is_left_of_an_example_that_was_stopped(tmp_path: Path) -> None:
    token = CancelToken()

    def stop(line: str) -> None:
        if line.startswith("recognising"):
            assert (tmp_path / "study").exists()
            token.cancel()

    with pytest.raises(Cancelled):
        example_survey(tmp_path / "study", tmp_path / "report", report=stop, token=token)
    assert list(tmp_path.iterdir()) == []
