"""Breaks: when one is due, what is rest, and that closing and opening the window is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import AnswerRefused
from medsr_viewer.survey.design import Sitting

from .survey_example import example, shown

MINUTE_THEN_TWO = Sitting(minutes=1.0, break_minutes=2.0, delay_ms=0)


def test_closing_and_opening_again_evades_no_break(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=MINUTE_THEN_TWO)
    session = survey.sitting()
    for spent in (25, 50):
        survey.rate(session, seconds=25)
        survey.clock.go_on(60)
        session = survey.sitting()
        assert session.active_seconds == spent
    survey.rate(session, seconds=10)
    assert session.step.kind == "break"


def test_a_sitting_after_a_long_rest_begins_at_zero(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=MINUTE_THEN_TWO)
    survey.rate(survey.sitting(), seconds=50)
    survey.clock.go_on(121)
    assert survey.sitting().active_seconds == 0


def test_a_rest_begins_with_the_pause_not_with_the_answer_before(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=MINUTE_THEN_TWO)
    session = survey.sitting()
    survey.rate(session, seconds=50)
    survey.clock.go_on(110)  # looking at the next image
    session.pause()
    survey.clock.go_on(20)
    assert survey.sitting().active_seconds == 50


def test_a_pause_as_long_as_a_break_is_one_at_once(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=MINUTE_THEN_TWO)
    session = survey.sitting()
    survey.rate(session, seconds=50)
    session.pause()
    survey.clock.go_on(121)
    session.resume()
    assert session.active_seconds == 0


def test_a_clock_that_was_moved_back_and_set_right_is_no_rest(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=MINUTE_THEN_TWO)
    session = survey.sitting()
    survey.rate(session, seconds=25)
    survey.clock.go_on(-3600)
    survey.rate(session, seconds=25)
    survey.clock.go_on(3600)
    session = survey.sitting()
    assert session.active_seconds == 50
    survey.rate(session, seconds=10)
    assert session.step.kind == "break"


def test_a_break_is_due_after_so_many_minutes_of_rating_and_lasts_its_time(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(minutes=1.0, break_minutes=2.0, delay_ms=0))
    session = survey.sitting()
    survey.rate(session, seconds=50)
    session.pause()
    assert session.step.kind == "paused"
    survey.clock.go_on(100)  # shorter than a break: does not count, neither as rating nor as rest
    session.resume()
    survey.rate(session, seconds=9)
    assert session.step.kind == "main"
    survey.rate(session, seconds=1)
    assert session.step.kind == "break"
    assert session.step.rest_seconds == 120
    survey.clock.go_on(119)
    with pytest.raises(AnswerRefused):
        session.end_break()
    survey.clock.go_on(1)
    assert session.step.kind == "break"
    session.end_break()
    assert shown(session) == "t3"
    assert [record.kind for record in survey.store.records()][4:] == [
        "rating",
        "pause",
        "resume",
        "rating",
        "rating",
        "break",
    ]


def test_a_break_goes_on_after_a_kill_and_is_over_the_next_day(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(minutes=1.0, break_minutes=2.0))
    session = survey.sitting()
    survey.rate(session, seconds=61)
    survey.clock.go_on(30)
    session = survey.sitting()
    assert (session.step.kind, session.step.rest_seconds) == ("break", 90)
    survey.clock.go_on(86_400)
    session = survey.sitting()
    assert shown(session) == "t1"


def test_a_long_pause_is_a_rest(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(minutes=1.0, break_minutes=2.0))
    session = survey.sitting()
    survey.rate(session, seconds=50)
    session.pause()
    survey.clock.go_on(121)
    session.resume()
    survey.rate(session, seconds=50)
    assert session.step.kind == "main"


def test_a_clock_that_is_moved_back_lengthens_no_break(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(minutes=1.0, break_minutes=2.0))
    session = survey.sitting()
    survey.rate(session, seconds=61)
    survey.clock.go_on(-3600)
    assert session.step.rest_seconds == 120
    survey.clock.go_on(119)
    assert session.step.rest_seconds == 1
    survey.clock.go_on(1)
    session.end_break()
    assert session.step.kind == "main"
    assert survey.store.verify() == []
