"""The training phase: who takes 1 for the best is told, and what is not expected is read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import AnswerRefused
from medsr_viewer.survey.feedback import ATTEMPTS, Feedback
from medsr_viewer.survey.plan import Trial

from .survey_example import example, shown

TRAINING = (Trial("p0", ("best", "worst"), phase="training", expected=(5, 1)), Trial("p1", ("any",), phase="training"))
PLAIN = (Trial("p0", ("any",), phase="training"), Trial("p1", ("other",), phase="training"))


def test_it_is_put_again_only_where_that_is_asked(tmp_path: Path) -> None:
    survey = example(tmp_path, training=PLAIN)
    session = survey.sitting()
    for attempt in range(1, ATTEMPTS + 1):
        told = session.answer(PLAIN[0], survey.answers(PLAIN[0], attempt), 4.0, {})
        assert told is not None
        assert (told.expected, told.given, told.turned, told.again) == ((), (attempt,), False, False)
        assert told.may_repeat == (attempt < ATTEMPTS)
        assert session.step.trial == PLAIN[1]
        if told.may_repeat:
            session.answer_again()
            assert (session.step.kind, session.step.trial, session.step.number) == ("training", PLAIN[0], 1)
            assert session.upcoming == PLAIN
    with pytest.raises(AnswerRefused):
        session.answer_again()
    keys = [record.key for record in survey.store.records(kinds=("training",))]
    assert keys == [f"R1/p0/{number}" for number in range(ATTEMPTS)]


def test_the_last_of_the_training_comes_before_the_study(tmp_path: Path) -> None:
    survey = example(tmp_path, training=PLAIN[:1])
    session = survey.sitting()
    survey.rate(session)
    assert session.training_is_over
    session.answer_again()
    assert (session.step.kind, session.step.trial) == ("training", PLAIN[0])
    assert not session.can_go_back
    survey.rate(session)
    assert session.step.kind == "main"
    survey.rate(session)
    with pytest.raises(AnswerRefused):
        session.answer_again()


def test_after_a_kill_the_study_goes_on_where_it_was(tmp_path: Path) -> None:
    survey = example(tmp_path, training=PLAIN)
    session = survey.sitting()
    survey.rate(session)
    session.answer_again()
    assert survey.sitting().step.trial == PLAIN[1]


def test_training_tells_who_takes_one_for_the_best_and_puts_the_trial_again(tmp_path: Path) -> None:
    survey = example(tmp_path, training=TRAINING)
    session = survey.sitting()
    assert (session.step.kind, session.step.number, session.step.of) == ("training", 1, 2)
    trial = session.step.trial
    assert trial is not None
    turned = {("best", "quality"): 1, ("worst", "quality"): 5}
    assert session.answer(trial, turned, 4.0, {}) == Feedback((5, 1), (1, 5), turned=True, again=True)
    assert shown(session) == "p0"
    right = {("best", "quality"): 4, ("worst", "quality"): 3}
    assert session.answer(trial, right, 4.0, {}) == Feedback((5, 1), (4, 3), turned=False, again=False)
    trial = session.step.trial
    assert trial is not None
    assert [one.identifier for one in session.upcoming] == ["p1", "t0"]
    assert session.answer(trial, {("any", "quality"): 1}, 4.0, {}) == Feedback((), (1,), False, False, may_repeat=True)
    assert session.step.kind == "main"
    keys = [record.key for record in survey.store.records(kinds=("training",))]
    assert keys == ["R1/p0/0", "R1/p0/1", "R1/p1/0"]
    assert shown(survey.sitting()) == "t0"


def test_who_never_understands_goes_on_in_the_end(tmp_path: Path) -> None:
    survey = example(tmp_path, training=TRAINING[:1])
    session = survey.sitting()
    for _ in range(ATTEMPTS):
        assert session.step.trial == TRAINING[0]
        session.answer(TRAINING[0], {("best", "quality"): 1, ("worst", "quality"): 5}, 4.0, {})
        session = survey.sitting()  # attempts count across sittings
    assert session.step.kind == "main"
