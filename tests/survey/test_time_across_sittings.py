"""Rating time and rest across sittings: closing and opening the window is no break."""

from __future__ import annotations

from pathlib import Path

from medsr_viewer.survey.design import Sitting

from .survey_example import example

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
