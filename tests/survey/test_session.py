from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import AnswerRefused, SittingOvertaken, SurveyClosed, SurveyError
from medsr_viewer.survey.design import Sitting
from medsr_viewer.survey.plan import Trial

from .survey_example import Example, example, shown


def _kinds(survey: Example) -> list[str]:
    return [record.kind for record in survey.store.records()]


def test_a_sitting_goes_from_consent_to_the_end_and_all_of_it_is_on_record(tmp_path: Path) -> None:
    survey = example(tmp_path)
    session = survey.begin()
    assert session.step.kind == "consent"
    session.consent(agreed=False, text_digest="ab")
    assert session.step.kind == "consent"
    session.consent(agreed=True, text_digest="ab")
    assert session.step.kind == "screen"
    session.screen(passed=False, facts={"width": 800})
    assert session.step.kind == "screen"
    session.screen(passed=True, facts={"width": 1920})
    assert session.step.kind == "instructions"
    session.instructions_read()
    steps = []
    while session.step.kind == "main":
        steps.append((shown(session), session.step.number, session.step.of))
        survey.rate(session)
    assert steps == [("t0", 1, 4), ("t1", 2, 4), ("t2", 3, 4), ("t3", 4, 4)]
    assert session.step.kind == "finished"
    assert _kinds(survey)[2:] == ["consent", "consent", "screen", "screen", *["rating"] * 4, "finished"]
    rating = survey.store.records(kinds=("rating",))[0]
    assert rating.key == "R1/t0/0"
    assert rating.payload == {
        "observer": "R1",
        "slot": 0,
        "trial": "t0",
        "revision": 0,
        "answers": [{"stimulus": "s0b", "question": "quality", "value": 3}],
        "seconds": 4.0,
        "shown_at": "2026-03-01T09:00:00.500+00:00",
        "log": {"zoom": []},
    }
    assert survey.store.verify() == []


def test_after_a_kill_the_very_trial_is_shown_again(tmp_path: Path) -> None:
    survey = example(tmp_path)
    killed = survey.sitting()
    survey.rate(killed)
    survey.rate(killed)
    session = survey.begin()
    assert session.step.kind == "screen"  # another screen, perhaps
    session.screen(passed=True, facts={})
    session.instructions_read()
    assert (shown(session), session.step.number) == ("t2", 3)


def test_a_wrong_answer_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(least_view_ms=1000))
    session = survey.sitting()
    first = session.step.trial
    assert first is not None
    before = len(survey.store.records())
    key = ("s0b", "quality")
    for answers, seconds, reason in (
        ({}, 4.0, "missing"),
        ({key: 6}, 4.0, "not on the scale"),
        ({key: 0}, 4.0, "not on the scale"),
        ({key: 2.5}, 4.0, "not on the scale"),
        ({key: True}, 4.0, "not on the scale"),
        ({key: 3, ("s0f", "quality"): 3}, 4.0, "not asked"),
        ({key: 3}, 0.999, "faster"),
        ({key: 3}, float("nan"), "faster"),
    ):
        with pytest.raises(AnswerRefused, match=reason):
            session.answer(first, answers, seconds, {})  # type: ignore[arg-type]
    with pytest.raises(AnswerRefused, match="not on screen"):
        session.answer(Trial("t1", ("s0f",)), {("s0f", "quality"): 3}, 4.0, {})
    with pytest.raises(AnswerRefused, match="not on screen"):
        session.choose(first, "s0f", 4.0, {})
    assert len(survey.store.records()) == before
    assert session.step.trial == first


def test_a_double_key_press_answers_one_trial(tmp_path: Path) -> None:
    survey = example(tmp_path)
    session = survey.sitting()
    trial = survey.rate(session)
    with pytest.raises(AnswerRefused, match="already"):
        session.answer(trial, survey.answers(trial), 4.0, {})
    assert shown(session) == "t1"
    assert len(survey.store.records(kinds=("rating",))) == 1


def test_step_moves_on_only_once_the_answer_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = example(tmp_path)
    session = survey.sitting()

    def full(*_: object) -> None:
        raise SurveyError("the disk is full")

    monkeypatch.setattr(survey.store, "append_all", full)
    with pytest.raises(SurveyError, match="full"):
        survey.rate(session)
    assert shown(session) == "t0"
    monkeypatch.undo()
    survey.rate(session)
    assert shown(session) == "t1"


def test_the_first_window_takes_no_more_answers_once_a_second_is_open(tmp_path: Path) -> None:
    survey = example(tmp_path)
    first = survey.sitting()
    survey.rate(first)
    second = survey.sitting()
    with pytest.raises(SittingOvertaken):
        survey.rate(first)
    survey.rate(second)
    assert shown(second) == "t2"
    assert [record.key for record in survey.store.records(kinds=("rating",))] == ["R1/t0/0", "R1/t1/0"]


def test_windows_that_answer_in_the_same_moment_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = example(tmp_path)
    first = survey.sitting()
    second = survey.sitting()
    # As if the first had asked who is the latest just before the second began.
    monkeypatch.setattr(first._records, "check_latest", lambda: None)
    survey.rate(first)
    with pytest.raises(SurveyError, match="Another window") as raised:
        survey.rate(second)
    assert not isinstance(raised.value, SittingOvertaken), "it goes on"
    assert shown(second) == "t1"
    survey.rate(second)
    assert [record.key for record in survey.store.records(kinds=("rating",))] == ["R1/t0/0", "R1/t1/0"]


def test_going_back_replaces_the_last_answer_where_the_design_allows(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(back=True))
    session = survey.sitting()
    with pytest.raises(AnswerRefused):
        session.back()
    survey.rate(session, 2)
    session.back()
    assert (shown(session), session.step.number) == ("t0", 1)
    assert [trial.identifier for trial in session.upcoming] == ["t0", "t1"]
    with pytest.raises(AnswerRefused):
        session.back()
    survey.rate(session, 5)
    assert shown(session) == "t1"
    while session.step.kind == "main":
        survey.rate(session)
    session.back()
    assert (shown(session), session.step.number) == ("t3", 4)
    survey.rate(session, 1)
    assert session.step.kind == "finished"
    ratings = survey.store.records(kinds=("rating",))
    assert [record.key for record in ratings] == [
        "R1/t0/0",
        "R1/t0/1",
        "R1/t1/0",
        "R1/t2/0",
        "R1/t3/0",
        "R1/t3/1",
    ]
    assert _kinds(survey).count("finished") == 1


def test_going_back_is_refused_where_the_design_does_not_allow_it(tmp_path: Path) -> None:
    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    assert not session.can_go_back
    with pytest.raises(AnswerRefused):
        session.back()


def test_nothing_is_rated_once_the_survey_is_closed(tmp_path: Path) -> None:
    survey = example(tmp_path)
    session = survey.sitting()
    survey.store.close_survey("ab" * 32)
    with pytest.raises(SurveyClosed):
        survey.rate(session)
    with pytest.raises(SurveyClosed):
        survey.begin("R2")


def test_simulated_ratings_and_real_ones_do_not_mix(tmp_path: Path) -> None:
    survey = example(tmp_path)
    survey.store.append("simulated", {"seed": 1, "observers": 2})
    with pytest.raises(SurveyError, match="simulated"):
        survey.begin()
