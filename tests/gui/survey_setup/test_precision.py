# ruff: noqa: RUF001 - the multiplication sign is meant

"""What the wizard says of the number of observers and cases."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from scipy import stats

from medsr_viewer.survey.design import Arrangement, Case, Design
from medsr_viewer.survey.statistics.crossed import crossed_spread
from medsr_viewer.ui.survey_setup.observers_page import ObserversPage
from medsr_viewer.ui.survey_setup.precision import CASES_SD, OBSERVERS_SD, RATINGS_SD, half_width, told_precision

CASES = tuple(Case(f"c{number}", Path(f"/{number}.png")) for number in range(12))
DESIGN = Design("A study", "acr", 4, CASES, (), (), arrangement=Arrangement(observers=24))


@pytest.mark.parametrize(("observers", "cases"), [(12, 10), (6, 30)])
def test_the_interval_is_the_one_that_surveys_so_made_have(observers: int, cases: int) -> None:
    rng, halves = np.random.default_rng(5), []
    for _ in range(300):
        scores = (
            OBSERVERS_SD * rng.standard_normal((observers, 1))
            + CASES_SD * rng.standard_normal((1, cases))
            + RATINGS_SD * rng.standard_normal((observers, cases))
        )
        spread = crossed_spread(scores)
        halves.append(stats.t.ppf(0.975, spread.df) * np.sqrt(spread.variance))
    assert half_width(observers, cases) == pytest.approx(np.mean(halves), rel=0.1)


def test_how_many_more_are_needed_is_said_and_is_enough() -> None:
    text = told_precision("acr", 8, 12, 0.35)
    assert text.startswith(f"8 observers × 12 cases: a condition's MOS within ±{half_width(8, 12):.2f}")
    assert half_width(8, 12) > 0.35
    assert told_precision("acr", 8, 4, 0.2).endswith("For ±0.20: more of both.")
    assert told_precision("acr", 24, 12, 0.3).endswith("; no number of observers alone is enough.")
    assert "would do with these cases" in told_precision("acr", 24, 40, 0.3)


def test_the_numbers_named_are_the_smallest_that_do() -> None:
    text = told_precision("acr", 10, 20, 0.3)
    found = re.search(r"(\d+) observers with these cases or (\d+) cases with these observers", text)
    assert found is not None, text
    observers, cases = map(int, found.groups())
    assert half_width(observers, 20) <= 0.3 < half_width(observers - 1, 20)
    assert half_width(10, cases) <= 0.3 < half_width(10, cases - 1)


def test_what_cannot_be_told_is_not() -> None:
    assert "±" not in told_precision("pairs", 24, 12, 0.3)
    assert "±" not in told_precision("acr", 1, 12, 0.3)
    assert told_precision("acr", 24, 2, 0.3).startswith("24 observers × 2 cases tell nothing of others: ")
    assert "±" not in told_precision("acr", 12, 1, 0.3)


def test_the_page_follows_its_fields(qtbot: QtBot) -> None:
    page = ObserversPage()
    qtbot.addWidget(page)
    page.show_design(DESIGN)
    assert page.precision.words.text().startswith("24 observers × 12 cases: ")
    page.observers.setValue(9)
    page.cases.setValue(6)
    assert page.precision.words.text().startswith("9 observers × 6 cases: ")
    page.precision.wanted.setValue(0.5)
    assert "For ±0.50" in page.precision.words.text()
    for protocol in ("pairs", "vgc", "acr"):
        page.show_design(replace(DESIGN, protocol=protocol))
        for field in (page.precision.wanted, page.precision.assumed):
            assert field.isVisibleTo(page) == (protocol == "acr"), "nothing is assumed or wanted of no mean rating"
        assert ("±" in page.precision.words.text()) == (protocol == "acr")
