"""A clock that is moved back is told, and nothing that was answered is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from medsr_viewer.survey.clock_changes import ClockChange, clock_changes
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.writing import report_files
from medsr_viewer.survey.whole_analysis import analyse_survey

from .survey_example import Example, example


def rated_with_the_clock_moved(folder: Path, seconds: float) -> Example:
    """Return a survey of one observer, with the clock moved back after half of the trials."""
    made = example(folder)
    session = made.sitting()
    trials = len(made.plan.sequences[0])
    for place in range(trials):
        if place == trials // 2:
            made.clock.now -= timedelta(seconds=seconds)
        made.rate(session, 1 + place % 5)
    return made


def test_it_is_told_with_site_times_and_the_answers_between(tmp_path: Path) -> None:
    made = rated_with_the_clock_moved(tmp_path, 5 * 86400)
    assert made.store.verify() == []
    records = made.store.records()
    (change,) = clock_changes(records)
    assert change.site == made.store.site
    assert change.amount == "5 days"
    times = [record.time for record in records if record.kind == "rating"]
    assert times[1] == change.before, "the last one before"
    assert change.answers == sum(change.after <= time <= change.before for time in times) == 4
    assert made.store.last_clock_back is not None
    assert made.store.last_clock_back.sequence == change.sequence
    assert "moved back by 5 days, from 2026-03-01 09:00:" in change.sentence
    assert f"site {made.store.site}" in change.sentence


def test_the_report_says_it_and_what_the_times_are_worth(tmp_path: Path) -> None:
    made = rated_with_the_clock_moved(tmp_path, 3600)
    records = made.store.records()
    facts = survey_facts(made.design, records)
    files = report_files(analyse_survey(records, made.allocation, made.design), facts)
    methods, page = str(files["methods.txt"]), str(files["report.html"])
    assert "The clock of 1 site was moved back once by" in methods
    assert "the recorded times of 4 answers are unreliable" in methods
    assert "the clock was moved back by 59" in page or "the clock was moved back by 1 hour" in page
    (told,) = json.loads(str(files["report.json"]))["survey"]["clock_changes"]
    assert told["site"] == made.store.site
    assert told["after"] < told["before"]


def test_a_time_server_s_correction_is_told_nowhere(tmp_path: Path) -> None:
    made = rated_with_the_clock_moved(tmp_path, 4.9)  # less is left of it once the next answer has taken its time
    records = made.store.records()
    assert [record.kind for record in records].count("clock_back") == 1
    assert clock_changes(records) == ()
    assert survey_facts(made.design, records).clock_changes == ()


@pytest.mark.parametrize(
    ("after", "amount"),
    [
        ("2026-03-01T08:59:57", "3 seconds"),
        ("2026-03-01T08:58:30", "1.5 minutes"),
        ("2026-03-01T08:00:00", "1 hour"),
        ("2026-02-27T21:00:00", "1.5 days"),
    ],
)
def test_amounts_in_words(after: str, amount: str) -> None:
    change = ClockChange("ab", "2026-03-01T09:00:00.000000+00:00", f"{after}.000000+00:00", 3)
    assert change.amount == amount
