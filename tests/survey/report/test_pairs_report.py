from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.design import Question
from medsr_viewer.survey.pair_analysis import PairAnalysis, analyse_pairs
from medsr_viewer.survey.ratings import ComparisonTable
from medsr_viewer.survey.report.facts import ConditionFact, SurveyFacts
from medsr_viewer.survey.report.writing import report_files

NAMES = ("bicubic", "fmen<&>", "=srgan")
VALUES = np.array([-1.0, 0.0, 1.0])


def choices(n: int = 600, observers: int = 8, cases: int = 6) -> ComparisonTable:
    rng = np.random.default_rng(3)
    both = np.array([rng.permutation(3)[:2] for _ in range(n)], np.intp).reshape(n, 2)
    first_wins = rng.random(n) < 1 / (1 + np.exp(VALUES[both[:, 1]] - VALUES[both[:, 0]]))
    winner, loser = np.where(first_wins, both.T, both.T[::-1])
    return ComparisonTable(
        tuple(f"R{index}" for index in range(observers)),
        tuple(f"case{index}" for index in range(cases)),
        NAMES,
        rng.integers(observers, size=n).astype(np.intp),
        rng.integers(cases, size=n).astype(np.intp),
        winner.astype(np.intp),
        loser.astype(np.intp),
        first_wins,
        rng.uniform(1, 5, n),
    )


def analysed(table: ComparisonTable) -> tuple[PairAnalysis, SurveyFacts]:
    analysis = analyse_pairs(
        table, Question("preference", "Which image is better?"), dict.fromkeys(NAMES, "test"), resamples=60
    )
    conditions = tuple(ConditionFact(name, "test", "method x") for name in NAMES)
    facts = SurveyFacts(
        "ab" * 16, "Pairs", "pairs", "test", 4, conditions, (analysis.text,), 6, answered=table.observers
    )
    return analysis, facts


def test_the_scale_is_found_and_reported() -> None:
    analysis, facts = analysed(choices())
    assert not isinstance(analysis.bradley_terry, Missing)
    for each, true in zip(analysis.bradley_terry.values, VALUES, strict=True):
        assert each.ci95[0] < true < each.ci95[1]
    files = report_files([analysis], facts)
    assert "pairs chosen while rating went on" in files["report.html"]
    assert "Latin square" not in files["report.html"]
    assert "chosen by the answers before it (adaptive sampling)" in files["report.html"]
    held = json.loads(files["report.json"])
    assert [one["name"] for one in held["conditions"]] == list(NAMES)
    assert sum(one["n"] for one in held["conditions"]) == 2 * 600
    assert held["conditions"][2]["scale_value"] == pytest.approx(1, abs=0.3)
    assert "preference" in held["estimand"]
    page = "".join(ET.fromstring(files["report.html"]).itertext())  # noqa: S314 - our own
    assert re.search(
        r"By the model, =srgan is chosen over fmen<&> in \d+ % of choices \(95 % CI \d+ % to \d+ %\)", page
    )
    rows = list(csv.DictReader(io.StringIO(files["choices.csv"])))
    assert len(rows) == 600
    assert {row["chosen"] for row in rows} == {"bicubic", "fmen<&>", "'=srgan"}
    assert files["report.pdf"].startswith(b"%PDF")
    assert "600 choices" in files["methods.txt"]
    assert "Bradley" in files["methods.txt"]


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_choices_say_so(n: int) -> None:
    analysis, facts = analysed(choices(n))
    assert isinstance(analysis.bradley_terry, Missing)
    assert "choices" in analysis.bradley_terry.reason
    assert "report.html" in report_files([analysis], facts)
