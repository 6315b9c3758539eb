"""Surveys that hold too little for some statistics, or for all: the analysis says so, and a report is still written."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.question_analysis import default_baseline
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.report.writing import report_files

from .report_example import analysed, facts_of, ratings


def _thinned(table: RatingTable, kept: np.ndarray) -> RatingTable:
    columns = (table.observer, table.case, table.condition, table.value, table.repeat, table.seconds)
    return RatingTable(table.observers, table.cases, table.conditions, *(column[kept] for column in columns))


def _all_alike() -> RatingTable:
    table = ratings()
    table.value[:] = 3
    return table


LITTLE = {
    "nothing": lambda: _thinned(ratings(), np.zeros(len(ratings().value), bool)),
    "one rating": lambda: _thinned(ratings(), np.arange(len(ratings().value)) == 0),
    "one observer": lambda: ratings(("R1",)),
    "one case": lambda: ratings(cases=1, repeats=0),
    "one condition": lambda: ratings(conditions=("bicubic",), repeats=0),
    "two of each": lambda: ratings(("R1", "R2"), 2, ("bicubic", "fmen"), repeats=0),
    "all alike": _all_alike,
    "one condition unrated": lambda: _thinned(ratings(), ratings().condition != 2),
    "every observer another case": lambda: _thinned(ratings(), ratings().observer % 6 == ratings().case),
    "sparse": lambda: _thinned(ratings(), np.random.default_rng(5).random(len(ratings().value)) < 0.2),
    "two ends": lambda: ratings(means=(9, -9, -9, -9)),
}


@pytest.mark.parametrize("what", LITTLE)
def test_little_is_analysed_and_reported(what: str) -> None:
    analysis = analysed(LITTLE[what]())
    files = report_files([analysis], facts_of(analysis))
    assert files["report.pdf"].startswith(b"%PDF")
    parts = [value for value in vars(analysis).values() if isinstance(value, Missing)]
    assert all(part.reason.endswith((".", ":")) or " " in part.reason for part in parts)
    # What TooFewRatings does not foresee shows as this; it is a gap in a statistic, not in the ratings.
    assert not [part.reason for part in parts if "could not be computed" in part.reason]
    assert "nan" not in files["methods.txt"]


def test_one_observer_is_told_to_say_nothing_of_others() -> None:
    analysis = analysed(LITTLE["one observer"]())
    assert not analysis.has_interval
    files = report_files([analysis], facts_of(analysis))
    held = json.loads(files["report.json"])
    assert held["interval"].startswith("none: 1 observer and 6 cases say nothing of new ones")
    assert held["conditions"][0]["ci95"] == held["conditions"][0]["ci95_bootstrap"] == [None, None]
    for text in (files["report.html"], files["methods.txt"]):
        assert "There is no interval for new observers and new cases: 1 observer and 6 cases say nothing" in text
        assert "new observers and new cases; 1 observer rated" not in text
        assert "confidence interval is for new observers" not in text
    assert held["questions"][0]["between"]["missing"]
    assert held["questions"][0]["next_survey"]["missing"]


def test_an_area_of_1_has_a_lower_limit_and_words() -> None:
    table = ratings(("R1", "R2", "R3"), 8, ("bicubic", "fmen"), repeats=0, means=(3, 3))
    truth = {name: place % 2 == 0 for place, name in enumerate(table.cases)}
    table.value[:] = np.where(table.condition == 1, np.where(table.case % 2 == 0, 5, 1), table.value)
    files = report_files([analysis := analysed(table, "roc", findings=truth)], facts_of(analysis))
    told = json.loads(files["report.json"])["conditions"]
    assert [one["auc"] for one in told if one["name"] == "fmen"] == [1.0]
    (interval,) = (one["auc_ci95"] for one in told if one["name"] == "fmen")
    assert 0.5 < interval[0] < 0.9
    assert interval[1] == 1
    assert "The area of fmen is the same whoever is left out" in files["report.html"]
    assert "on the logit" in files["methods.txt"]
    assert "Newcombe" in files["methods.txt"]


def test_agreement_from_few_repeats_is_told_in_words() -> None:
    analysis = analysed(ratings(repeats=3))  # three repeats an observer, 24 together
    files = report_files([analysis], facts_of(analysis))
    within = json.loads(files["report.json"])["questions"][0]["within"]
    assert [one["n"] for one in within] == [24] + [3] * 8
    assert all(one["icc"] is None and one["kappa"] is None for one in within[1:])
    page = files["report.html"]
    assert page.count("<td>too few</td>") >= 2 * 8
    assert "A coefficient needs 10 pairs" in page
    text = " ".join(ET.fromstring(page).itertext())  # noqa: S314 - our own
    assert "infinite" not in text
    cells = re.findall(r"<td>\N{MINUS SIGN}(\d+\.\d+)</td>", page)
    assert all(float(cell) < 10 for cell in cells)


def test_every_planned_size_has_its_power() -> None:
    analysis = analysed(ratings(tuple(f"R{n}" for n in range(10)), 5, repeats=2))
    planned = analysis.next_survey
    assert not isinstance(planned, Missing)
    assert all(0 < row.power <= 1 for row in planned.rows)
    assert planned.pilot.repeats == 20
    page = report_files([analysis], facts_of(analysis))["report.html"]
    table = page[page.index("What a survey of this size would give") :]
    assert "<td>\N{EN DASH}</td>" not in table[: table.index("</table>")]
    assert "Observers needed" in page
    assert "own inconsistency, from repeats" in page


def test_the_baseline_is_bicubic_or_the_anchor_or_the_first() -> None:
    assert default_baseline(("reference", "fmen", "bicubic"), {"reference": "reference"}) == "bicubic"
    assert default_baseline(("reference", "fmen", "low"), {"reference": "reference", "low": "anchor"}) == "low"
    assert default_baseline(("reference", "fmen", "srgan"), {"reference": "reference"}) == "fmen"
    assert default_baseline((), {}) == ""


def test_screened_scores_leave_out_who_turned_the_scale_round() -> None:
    table = ratings(tuple(f"R{n}" for n in range(12)), repeats=0)
    turned = table.observer == 0
    table.value[turned] = 6 - table.value[turned]
    analysis = analysed(table)
    assert analysis.screening.recommended == {"R0"}
    assert not isinstance(analysis.scores_screened, Missing)
    assert [score.n for score in analysis.scores_screened] == [11 * 6] * 4
    assert analysis.scores_screened[0].mean > analysis.scores[0].mean
