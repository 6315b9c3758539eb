"""A training trial of which nothing is expected: read back, and answered again where the observer wishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import AnswerRefused
from medsr_viewer.survey.feedback import ATTEMPTS
from medsr_viewer.survey.plan import Trial

from .survey_example import example

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
