from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.analysis_input import AttentionResult, attention_results, comparison_table, rating_tables
from medsr_viewer.survey.design import Case, Question, Sitting
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.status import status
from medsr_viewer.survey.withdrawal import withdraw

from .survey_example import CONDITIONS, Example, example


def _tables(survey: Example) -> dict[str, RatingTable]:
    return rating_tables(survey.store.records(), survey.allocation, survey.design)


def _rate_all(survey: Example, observer: str, values: list[int]) -> None:
    session = survey.sitting(observer)
    for value in values:
        survey.rate(session, value, seconds=2.0 + value)


def test_answers_arrive_under_their_case_and_condition(tmp_path: Path) -> None:
    survey = example(tmp_path)
    _rate_all(survey, "R2", [1, 2, 3, 4])
    _rate_all(survey, "R1", [5, 4])
    (table,) = _tables(survey).values()
    assert (table.observers, table.cases, table.conditions) == (("R2", "R1"), ("case0", "case1"), CONDITIONS)
    assert table.best == 5
    np.testing.assert_array_equal(table.cube(), [[[1, 2], [3, 4]], [[5, 4], [np.nan, np.nan]]])
    np.testing.assert_array_equal(table.seconds, [3, 4, 5, 6, 7, 6])


def test_the_latest_revision_counts_and_repeats_are_numbered(tmp_path: Path) -> None:
    survey = example(tmp_path, repeats=2, sitting=Sitting(back=True))
    session = survey.sitting()
    survey.rate(session, 1)
    session.back()
    survey.rate(session, 2)
    for value in (3, 4, 5, 1):
        survey.rate(session, value)
    session.back()
    survey.rate(session, 3)
    survey.rate(session, 4)
    (table,) = _tables(survey).values()
    assert table.value.tolist() == [2, 3, 4, 5, 3, 4]
    assert table.repeat.tolist() == [0, 0, 0, 0, 1, 1]
    assert table.case.tolist() == [0, 0, 1, 1, 0, 0]
    np.testing.assert_array_equal(table.cube()[0], [[2, 3], [4, 5]])


def test_training_attention_checks_and_withdrawn_observers_are_left_out(tmp_path: Path) -> None:
    training = (Trial("p0", ("best",), phase="training", expected=(5,)),)
    survey = example(tmp_path, attention=1, training=training)
    for observer, check in (("R1", 2), ("R2", 3), ("R3", 2)):
        session = survey.sitting(observer)
        survey.rate(session, 5)
        for value in (1, 2, 3, 4, check):
            survey.rate(session, value)
    withdraw(survey.store, "R2", erase=False)
    withdraw(survey.store, "R3", erase=True)
    (table,) = _tables(survey).values()
    assert table.observers == ("R1",)
    assert table.value.tolist() == [1, 2, 3, 4]
    records = survey.store.records()
    assert attention_results(records, survey.allocation) == {"R1": AttentionResult(1, 1)}


def test_a_check_that_was_not_obeyed_is_counted(tmp_path: Path) -> None:
    survey = example(tmp_path, attention=2)
    _rate_all(survey, "R1", [1, 1, 1, 1, 2, 3])
    assert attention_results(survey.store.records(), survey.allocation) == {"R1": AttentionResult(1, 2)}


def test_a_check_is_counted_once_however_many_questions_it_asks(tmp_path: Path) -> None:
    questions = (Question("sharp", "?", "criterion"), Question("noise", "?", "criterion"))
    survey = example(tmp_path, protocol="vgc", questions=questions, attention=2)
    session = survey.sitting()
    for _ in range(4):
        survey.rate(session, 1)
    for second in (2, 4):  # the first is obeyed in both questions, the other in one alone
        trial = session.step.trial
        assert trial is not None
        asked = survey.allocation.expected[trial.rated[0]]
        values = {(trial.rated[0], "sharp"): asked, (trial.rated[0], "noise"): asked if second == 2 else asked % 5 + 1}
        session.answer(trial, values, 3.0, {})
    assert attention_results(survey.store.records(), survey.allocation) == {"R1": AttentionResult(1, 2)}


def test_each_question_has_a_table_of_its_own(tmp_path: Path) -> None:
    questions = (Question("sharp", "?", "criterion"), Question("noise", "?", "criterion"))
    survey = example(tmp_path, protocol="vgc", questions=questions)
    session = survey.sitting()
    trial = session.step.trial
    assert trial is not None
    session.answer(trial, {("s0b", "sharp"): 2, ("s0b", "noise"): 4}, 3.0, {})
    tables = _tables(survey)
    assert {name: table.value.tolist() for name, table in tables.items()} == {"sharp": [2], "noise": [4]}


def test_training_cases_are_no_cases_of_the_table(tmp_path: Path) -> None:
    survey = example(tmp_path)
    survey.design = replace(survey.design, cases=(*survey.design.cases, Case("x", Path("x.dcm"), training=True)))
    _rate_all(survey, "R1", [1])
    assert _tables(survey)["quality"].cases == ("case0", "case1")


def test_before_anyone_has_rated_the_tables_are_empty(tmp_path: Path) -> None:
    survey = example(tmp_path)
    (table,) = _tables(survey).values()
    assert table.cube().shape == (0, 2, 2)
    assert comparison_table([], survey.allocation, survey.design).wins().tolist() == [[0, 0], [0, 0]]


def test_ratings_of_another_survey_are_told(tmp_path: Path) -> None:
    survey = example(tmp_path)
    _rate_all(survey, "R1", [1])
    with pytest.raises(SurveyError, match="s0b"):
        rating_tables(survey.store.records(), replace(survey.allocation, meanings={}), survey.design)


def test_observers_of_one_name_at_two_sites_stay_two(tmp_path: Path) -> None:
    survey = example(tmp_path)
    other = survey.new_store()
    _rate_all(survey, "R1", [1, 2])
    first = survey.store
    survey.store = other
    _rate_all(survey, "R1", [5])
    records = sorted(first.records() + other.records(), key=lambda record: (record.site, record.sequence))
    (table,) = rating_tables(records, survey.allocation, survey.design).values()
    assert set(table.observers) == {f"R1@{first.site}", f"R1@{other.site}"}
    assert sorted(table.value.tolist()) == [1, 2, 5]
    assert sorted(one.done for one in status(records, survey.plan, survey.design)) == [1, 2]
    withdraw(first, "R1", erase=True)
    records = sorted(first.records() + other.records(), key=lambda record: (record.site, record.sequence))
    (table,) = rating_tables(records, survey.allocation, survey.design).values()
    facts = survey_facts(survey.design, records)
    assert table.observers == facts.answered == (f"R1@{other.site}",)
    assert facts.withdrawn == (f"R1@{first.site}",)
    assert set(facts.enrolled) == {*facts.answered, *facts.withdrawn}


def test_choices_arrive_with_winner_loser_and_side(tmp_path: Path) -> None:
    survey = example(tmp_path, protocol="pairs")
    survey.choose_pair = lambda wins, rng: (0, 1)
    session = survey.sitting()
    chosen, left = [], []
    for place in (0, 1, 1):
        trial = session.step.trial
        assert trial is not None
        session.choose(trial, trial.rated[place], 3.0, {})
        chosen.append(survey.allocation.meanings[trial.rated[place]])
        left.append(place == 0)
    table = comparison_table(survey.store.records(), survey.allocation, survey.design)
    assert [table.conditions[index] for index in table.winner] == [one.condition for one in chosen]
    assert [table.cases[index] for index in table.case] == [one.case for one in chosen]
    assert table.winner_left.tolist() == left
    assert (table.winner + table.loser).tolist() == [1, 1, 1]
    assert table.wins().sum() == 3


def test_the_status_tells_how_far_and_nothing_by_condition(tmp_path: Path) -> None:
    training = (Trial("p0", ("best",), phase="training"),)
    survey = example(tmp_path, training=training, sitting=Sitting(delay_ms=0))
    session = survey.sitting("R1")
    survey.rate(session, seconds=30)
    survey.rate(session, seconds=30)
    survey.begin("R2")
    withdraw(survey.store, "R2", erase=True)
    first, second = status(survey.store.records(), survey.plan, survey.design)
    assert (first.observer, first.done, first.total, first.trained, first.minutes) == ("R1", 1, 4, True, 1.0)
    assert (first.last_seen, first.sittings, first.finished) == ("2026-03-01T09:01:00+00:00", 1, False)
    assert (second.done, second.trained, second.withdrawn) == (0, False, True)
    assert not any(condition in repr((first, second)) for condition in (*CONDITIONS, "case0", "s0"))


def test_the_status_says_where_there_is_no_training(tmp_path: Path) -> None:
    training = (Trial("p0", ("best",), phase="training"),)
    survey = example(tmp_path, training=training)
    survey.store.append("simulated", {"seed": 1})
    survey.store.append("observer", {"observer": "S001", "slot": 0}, key="0")
    records = survey.store.records()
    assert [one.trained for one in status(records, survey.plan, survey.design)] == [None], "simulated"
    people = [record for record in records if record.kind != "simulated"]
    assert [one.trained for one in status(people, survey.plan, survey.design)] == [False]
    untrained = replace(survey.plan, training=())
    assert [one.trained for one in status(people, untrained, survey.design)] == [None], "the survey has none"
