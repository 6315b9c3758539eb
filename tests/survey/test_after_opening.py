"""What comes when the allocation is open already is told, in words and in figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from medsr_viewer.survey.after_opening import AfterOpening, after_opening
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.writing import report_files
from medsr_viewer.survey.store import Store
from medsr_viewer.survey.whole_analysis import analyse_survey
from medsr_viewer.survey.withdrawal import withdraw

from .survey_example import Example, example


def _rate(made: Example, observer: str, store: Store | None = None, offset: int = 0) -> None:
    session = made.sitting(observer, store)
    for place in range(len(made.plan.sequences[0])):
        made.rate(session, 1 + (place + offset) % 5)


def _report(made: Example, records: list[Record]) -> tuple[dict[str, object], str, str]:
    analyses = analyse_survey(records, made.allocation, made.design)
    files = report_files(analyses, survey_facts(made.design, records))
    return json.loads(str(files["report.json"])), str(files["methods.txt"]), str(files["report.html"])


def test_before_the_closing_there_is_nothing(tmp_path: Path) -> None:
    made = example(tmp_path)
    _rate(made, "R0")
    withdraw(made.store, "R0", erase=False)
    assert after_opening(made.store.records()) == AfterOpening()


def test_a_withdrawal_after_the_opening_is_told_with_the_scores_without_and_with(tmp_path: Path) -> None:
    made = example(tmp_path, observers=3)
    for number in range(3):
        _rate(made, f"R{number}", offset=number)
    withdraw(made.store, "R0", erase=False)
    made.store.close_survey("ab" * 32)
    made.clock.go_on(3600)
    withdraw(made.store, "R1", erase=False)
    records = made.store.records()
    (late,) = after_opening(records).withdrawals
    assert (late.observer, late.has_answers) == ("R1", True)
    assert late.time > after_opening(records).opened
    held, methods, page = _report(made, records)
    first, second = held["excluded"]
    assert (first["observer"], first["after_opening"]) == ("R0", False)
    assert (second["observer"], second["after_opening"], second["answers_kept"]) == ("R1", True, True)
    for text in (methods, page):
        assert "Observer R1 withdrew on 2026-03-01 10:" in text
        assert "after the allocation had been opened" in text
        assert "Observer R0 withdrew" not in text
    assert "without and with observers who withdrew after the allocation was opened" in page
    (analysis,) = analyse_survey(records, made.allocation, made.design)
    assert analysis.table.observers == ("R2",)
    assert not isinstance(analysis.scores_with_withdrawn, Missing)
    assert [score.n for score in analysis.scores_with_withdrawn] == [4, 4]  # R1 and R2, not R0
    answers = [1 + (place + offset) % 5 for offset in (1, 2) for place in (0, 2)]
    assert held["conditions"][0]["mos_with_withdrawn"] == np.mean(answers)


def test_erased_answers_are_told_to_be_gone(tmp_path: Path) -> None:
    made = example(tmp_path)
    for number in range(3):
        _rate(made, f"R{number}")
    made.store.close_survey("ab" * 32)
    withdraw(made.store, "R1", erase=True)
    records = made.store.records()
    (late,) = after_opening(records).withdrawals
    assert not late.has_answers
    held, methods, _ = _report(made, records)
    assert "answers are erased" in methods
    assert held["conditions"][0]["mos_with_withdrawn"] is None
    assert "missing" in held["questions"][0]["with_withdrawn"]


def test_choices_are_told_without_and_with_too(tmp_path: Path) -> None:
    made = example(tmp_path, protocol="pairs")
    made.choose_pair = lambda _wins, _rng: (0, 1)
    for observer in ("R0", "R1"):
        session = made.sitting(observer)
        for place in (0, 1):
            trial = session.step.trial
            assert trial is not None
            session.choose(trial, trial.rated[place], 3.0, {})
    made.store.close_survey("ab" * 32)
    withdraw(made.store, "R1", erase=False)
    (analysis,) = analyse_survey(made.store.records(), made.allocation, made.design)
    assert analysis.n == 2
    assert not isinstance(analysis.scale_with_withdrawn, Missing)
    assert analysis.scale_with_withdrawn.n == 4
    held, methods, page = _report(made, made.store.records())
    assert "Observer R1 withdrew" in methods
    assert "with the observers who withdrew after the allocation was opened" in page
    assert held["questions"][0]["with_withdrawn"]["n"] == 4


def test_answers_of_another_site_that_are_merged_after_the_closing_are_told(tmp_path: Path) -> None:
    made = example(tmp_path)
    other = made.new_store()
    for store in (made.store, other):  # a bundle of another survey would be refused
        store.append("created", {"survey_id": "0" * 32, "commitment": "cd" * 32}, key="survey")
    _rate(made, "R0")
    _rate(made, "S0", other)
    made.store.close_survey("ab" * 32)
    _, methods, _ = _report(made, made.store.records())
    assert "and opened after the last." in methods
    made.clock.go_on(60)
    _rate(made, "S1", other)
    made.store.adopt(other.records(), {"bundle": "other.zip"})
    records = made.store.records()
    later = after_opening(records)
    assert (later.merged, later.given) == (8, 4)
    held, methods, page = _report(made, records)
    assert "opened after the last" not in methods
    assert "8 answers of other sites were taken in only after that, and 4 were given after it" in methods
    assert "8 answers of other sites came in after the allocation was opened" in page
    assert held["survey"]["after_opening"]["merged"] == 8
    assert held["observers"] == 3
