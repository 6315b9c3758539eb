"""What a report must not keep silent: intervals from very few people or cases, and who overlooked the low anchor."""

from __future__ import annotations

import csv
import io
import json

import pytest

from medsr_viewer.survey.report.writing import report_files
from medsr_viewer.survey.statistics.sufficiency import caution_on_choices, caution_on_ratings

from .report_example import analysed, facts_of, ratings
from .test_pairs_report import analysed as analysed_choices
from .test_pairs_report import choices

PLAIN = ("bicubic", "fmen", "@anchor")


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((), ""),
        ([(5, 5), (20, 8)], ""),
        ([(2, 20)], "about new observers: they rest on 2 observers, and fewer than 5 observers do"),
        ([(8, 3)], "about new cases: they rest on 3 cases, and"),
        ([(2, 4)], "new observers and new cases: they rest on 2 observers and on 4 cases, and"),
        ([(20, 9), (3, 9)], "they rest in part on 3 observers, and"),
        ([(8, 1)], "There is one case: every figure here is of this case alone, and says nothing about other cases."),
        ([(1, 9)], "Intervals and p values, where there are any, are over cases alone."),
        ([(1, 1)], "of this observer and this case alone, and says nothing about other observers or other cases."),
        ([(8, 9), (1, 9)], ""),
        ([(2, 1)], "about new observers: they rest on 2 observers"),
    ],
)
def test_the_caution_names_what_is_few(sizes: list[tuple[int, int]], told: str) -> None:
    caution = caution_on_ratings(sizes)
    assert told in caution
    assert bool(caution) == bool(told)


def test_choices_of_few_hold_for_these_alone() -> None:
    assert caution_on_choices(5, 5) == ""
    assert "hold for these 2 observers and these 9 cases alone" in caution_on_choices(2, 9)
    assert "hold for these 3 cases alone" in caution_on_choices(9, 3)
    assert "hold for this observer and this case alone" in caution_on_choices(1, 1)


@pytest.mark.parametrize("alike", [False, True])
def test_two_observers_are_told_beside_every_figure(alike: bool) -> None:
    table = ratings(("R1", "R2"), 4, PLAIN, repeats=0)
    if alike:
        table.value[:] = 2
    analysis = analysed(table)
    files = report_files([analysis], facts_of(analysis))
    held = json.loads(files["report.json"])
    told = "they rest on 2 observers and on 4 cases"
    for part in (held, held["questions"][0], *held["conditions"], *held["questions"][0]["differences"]):
        assert told in part["caution"]
    assert None not in held["conditions"][0]["ci95"]
    page = files["report.html"]
    assert page.count(f'<p class="caution">{analysis.caution}') == 4  # at a glance, scores, differences, ordinal
    assert "in about 95 of 100 surveys" not in page
    assert "The intervals are for new observers" not in page
    assert "rely" not in files["methods.txt"]  # cautions are of results, not of how they were made
    for name in ("conditions.csv", "differences.csv"):
        assert all(told in row["note"] for row in csv.DictReader(io.StringIO(files[name])))


def test_few_who_are_left_after_the_screening_are_cautioned_against() -> None:
    table = ratings(tuple(f"R{n}" for n in range(5)), 12, repeats=0)
    turned = table.observer == 0
    table.value[turned] = 6 - table.value[turned]
    analysis = analysed(table)
    assert analysis.caution == ""
    files = report_files([analysis], facts_of(analysis))
    question = json.loads(files["report.json"])["questions"][0]
    assert {one["caution"] for one in question["differential"]} == {""}
    assert all("they rest on 4 observers" in one["caution"] for one in question["screened"])
    assert "they rest on 4 observers" in files["report.html"]


def test_enough_of_both_are_not_cautioned_against() -> None:
    analysis = analysed(ratings())
    files = report_files([analysis], facts_of(analysis))
    held = json.loads(files["report.json"])
    parts = (held, held["questions"][0], *held["conditions"], *held["questions"][0]["differences"])
    assert {part["caution"] for part in parts} == {""}
    assert "Do not rely" not in files["report.html"] + files["methods.txt"] + files["conditions.csv"]


def test_a_small_pilot_is_no_plan() -> None:
    analysis = analysed(ratings(("R1", "R2", "R3", "R4")))
    files = report_files([analysis], facts_of(analysis))
    planned = json.loads(files["report.json"])["questions"][0]["next_survey"]
    assert "variances come from 4 observers, too few" in planned["caution"]
    assert planned["caution"] in files["report.html"]
    for row in planned["needed"]:
        for number, (few, many) in zip(row["for_difference"], row["difference_ranges"], strict=True):
            assert (few or 1e9) <= (number or 1e9) <= (many or 1e9)
    assert "with variances as small, and as large" in files["report.html"]
    enough = analysed(ratings())
    assert "Do not plan on" not in report_files([enough], facts_of(enough))["report.html"]


def test_two_observers_choices_are_told_to_hold_for_them_alone() -> None:
    analysis, facts = analysed_choices(choices(observers=2))
    files = report_files([analysis], facts)
    held, told = json.loads(files["report.json"]), "hold for these 2 observers and these 6 cases alone"
    assert all(told in part["caution"] for part in (held, held["questions"][0], *held["conditions"]))
    assert files["report.html"].count(told) == 2  # at a glance, beside the scale


def test_who_rates_the_anchor_as_good_as_the_reference_is_named_and_kept() -> None:
    table = ratings(("R1", "R2", "R3", "R4", "R5", "R6"))
    table.value[(table.observer == 3) & (table.condition == 3)] = 5
    analysis = analysed(table)
    files = report_files([analysis], facts_of(analysis))
    checks = json.loads(files["report.json"])["questions"][0]["anchor_check"]
    assert [one["observer"] for one in checks if one["flagged"]] == ["R4"]
    assert all(one["test"].startswith("Anchor:") and one["n"] == 6 for one in checks)
    assert "1 observer did not rate the low anchor below the hidden reference" in files["report.html"]
    assert "R4 did not, and was kept" in files["methods.txt"]
    assert analysis.scores[0].observers == 6


def test_without_a_hidden_reference_the_anchor_is_not_spoken_of() -> None:
    analysis = analysed(ratings(conditions=PLAIN))
    files = report_files([analysis], facts_of(analysis))
    assert "needs a low anchor and" in json.loads(files["report.json"])["questions"][0]["anchor_check"]["missing"]
    assert "Low anchor against" not in files["report.html"]
    assert "expected to rate the low anchor" not in files["methods.txt"]
