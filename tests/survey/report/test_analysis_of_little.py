"""Surveys that hold too little for some statistics, or for all: the analysis says so, and a report is still written."""

from __future__ import annotations

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
