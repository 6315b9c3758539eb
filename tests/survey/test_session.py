from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import AnswerRefused, InputError, SittingOvertaken, SurveyClosed, SurveyError
from medsr_viewer.survey.design import Sitting
from medsr_viewer.survey.feedback import ATTEMPTS, Feedback
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.session import Session

from .survey_example import Example, example

TRAINING = (Trial("p0", ("best", "worst"), phase="training", expected=(5, 1)), Trial("p1", ("any",), phase="training"))


def _shown(session: Session) -> str:
    trial = session.step.trial
    assert trial is not None
    return trial.identifier


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
        steps.append((_shown(session), session.step.number, session.step.of))
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


@pytest.mark.parametrize("name", ["", "R 1", "a/b", "Zoë", "x" * 33, "R1\n"])
def test_names_that_are_no_pseudonyms_are_refused(tmp_path: Path, name: str) -> None:
    survey = example(tmp_path)
    with pytest.raises(InputError) as caught:
        survey.begin(name)
    assert name not in str(caught.value) or not name
    assert survey.store.records() == []


def test_each_observer_is_given_a_slot_once_and_sequences_come_again_beyond_those_prepared(tmp_path: Path) -> None:
    survey = example(tmp_path, observers=2)
    first = survey.sitting("R1").step.trial
    for name in ("R2", "R1", "R2"):
        survey.begin(name)
    assert survey.sitting("R3").step.trial == first
    enrolled = [record.payload for record in survey.store.records(kinds=("observer",))]
    assert enrolled == [{"observer": name, "slot": slot} for slot, name in enumerate(("R1", "R2", "R3"))]


def test_two_workstations_that_enrol_at_once_share_no_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = example(tmp_path)
    append = survey.store.append
    late: list[object] = []

    def append_after_another(kind: str, payload: object, **places: str) -> object:
        if kind == "observer" and not late:
            late.append(append("observer", {"observer": "R2", "slot": 0}, key="0"))
        return append(kind, payload, **places)  # type: ignore[arg-type]

    monkeypatch.setattr(survey.store, "append", append_after_another)
    survey.begin("R1")
    enrolled = [record.payload for record in survey.store.records(kinds=("observer",))]
    assert enrolled == [{"observer": "R2", "slot": 0}, {"observer": "R1", "slot": 1}]


def test_after_a_kill_the_very_trial_is_shown_again(tmp_path: Path) -> None:
    survey = example(tmp_path)
    killed = survey.sitting()
    survey.rate(killed)
    survey.rate(killed)
    session = survey.begin()
    assert session.step.kind == "screen"  # another screen, perhaps
    session.screen(passed=True, facts={})
    session.instructions_read()
    assert (_shown(session), session.step.number) == ("t2", 3)


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
    assert _shown(session) == "t1"
    assert len(survey.store.records(kinds=("rating",))) == 1


def test_step_moves_on_only_once_the_answer_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = example(tmp_path)
    session = survey.sitting()

    def full(*_: object) -> None:
        raise SurveyError("the disk is full")

    monkeypatch.setattr(survey.store, "append_all", full)
    with pytest.raises(SurveyError, match="full"):
        survey.rate(session)
    assert _shown(session) == "t0"
    monkeypatch.undo()
    survey.rate(session)
    assert _shown(session) == "t1"


def test_the_first_window_takes_no_more_answers_once_a_second_is_open(tmp_path: Path) -> None:
    survey = example(tmp_path)
    first = survey.sitting()
    survey.rate(first)
    second = survey.sitting()
    with pytest.raises(SittingOvertaken):
        survey.rate(first)
    survey.rate(second)
    assert _shown(second) == "t2"
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
    assert _shown(second) == "t1"
    survey.rate(second)
    assert [record.key for record in survey.store.records(kinds=("rating",))] == ["R1/t0/0", "R1/t1/0"]


def test_going_back_replaces_the_last_answer_where_the_design_allows(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(back=True))
    session = survey.sitting()
    with pytest.raises(AnswerRefused):
        session.back()
    survey.rate(session, 2)
    session.back()
    assert (_shown(session), session.step.number) == ("t0", 1)
    assert [trial.identifier for trial in session.upcoming] == ["t0", "t1"]
    with pytest.raises(AnswerRefused):
        session.back()
    survey.rate(session, 5)
    assert _shown(session) == "t1"
    while session.step.kind == "main":
        survey.rate(session)
    session.back()
    assert (_shown(session), session.step.number) == ("t3", 4)
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
    assert _shown(session) == "t3"
    assert _kinds(survey)[4:] == ["rating", "pause", "resume", "rating", "rating", "break"]


def test_a_break_goes_on_after_a_kill_and_is_over_the_next_day(tmp_path: Path) -> None:
    survey = example(tmp_path, sitting=Sitting(minutes=1.0, break_minutes=2.0))
    session = survey.sitting()
    survey.rate(session, seconds=61)
    survey.clock.go_on(30)
    session = survey.sitting()
    assert (session.step.kind, session.step.rest_seconds) == ("break", 90)
    survey.clock.go_on(86_400)
    session = survey.sitting()
    assert _shown(session) == "t1"


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
    assert survey.store.verify() == []


def test_training_tells_who_takes_one_for_the_best_and_puts_the_trial_again(tmp_path: Path) -> None:
    survey = example(tmp_path, training=TRAINING)
    session = survey.sitting()
    assert (session.step.kind, session.step.number, session.step.of) == ("training", 1, 2)
    trial = session.step.trial
    assert trial is not None
    turned = {("best", "quality"): 1, ("worst", "quality"): 5}
    assert session.answer(trial, turned, 4.0, {}) == Feedback((5, 1), (1, 5), turned=True, again=True)
    assert _shown(session) == "p0"
    right = {("best", "quality"): 4, ("worst", "quality"): 3}
    assert session.answer(trial, right, 4.0, {}) == Feedback((5, 1), (4, 3), turned=False, again=False)
    trial = session.step.trial
    assert trial is not None
    assert [one.identifier for one in session.upcoming] == ["p1", "t0"]
    assert session.answer(trial, {("any", "quality"): 1}, 4.0, {}) == Feedback((), (1,), False, False, may_repeat=True)
    assert session.step.kind == "main"
    keys = [record.key for record in survey.store.records(kinds=("training",))]
    assert keys == ["R1/p0/0", "R1/p0/1", "R1/p1/0"]
    assert _shown(survey.sitting()) == "t0"


def test_who_never_understands_goes_on_in_the_end(tmp_path: Path) -> None:
    survey = example(tmp_path, training=TRAINING[:1])
    session = survey.sitting()
    for _ in range(ATTEMPTS):
        assert session.step.trial == TRAINING[0]
        session.answer(TRAINING[0], {("best", "quality"): 1, ("worst", "quality"): 5}, 4.0, {})
        session = survey.sitting()  # attempts count across sittings
    assert session.step.kind == "main"


def test_withdrawing_ends_the_session_and_erases_what_is_asked(tmp_path: Path) -> None:
    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    session.withdraw(erase=True)
    assert session.step.kind == "withdrawn"
    assert survey.store.records(kinds=("rating",))[0].payload is None
    assert survey.store.records(kinds=("consent",))[0].payload is not None
    assert survey.store.verify() == []
    with pytest.raises(SurveyError, match="withdrawn"):
        survey.begin()


def test_an_observer_who_was_withdrawn_elsewhere_rates_no_more(tmp_path: Path) -> None:
    from medsr_viewer.survey.withdrawal import withdraw

    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    withdraw(survey.store, "R1", erase=True)
    with pytest.raises(SurveyError, match="withdrawn"):
        survey.rate(session)
    assert session.step.kind == "withdrawn"


def test_a_withdrawal_without_erasing_can_be_followed_by_erasing_once(tmp_path: Path) -> None:
    from medsr_viewer.survey.withdrawal import withdraw

    survey = example(tmp_path)
    survey.rate(survey.sitting())
    withdraw(survey.store, "R1", erase=False)
    assert survey.store.records(kinds=("rating",))[0].payload is not None
    withdraw(survey.store, "R1", erase=True)
    assert survey.store.records(kinds=("rating",))[0].payload is None
    with pytest.raises(SurveyError, match="already"):
        withdraw(survey.store, "R1", erase=True)
    with pytest.raises(SurveyError, match="no observer"):
        withdraw(survey.store, "R9", erase=False)
    assert survey.store.verify() == []


def test_an_observer_of_another_site_is_not_withdrawn_in_place_of_one_of_the_same_name(tmp_path: Path) -> None:
    from medsr_viewer.survey.withdrawal import withdraw

    survey = example(tmp_path)
    survey.rate(survey.sitting())
    with pytest.raises(SurveyError, match="another site"):
        withdraw(survey.store, "R1", erase=True, site="f" * 16)
    assert survey.store.records(kinds=("rating",))[0].payload is not None
    assert survey.store.records(kinds=("withdrawn",)) == []


def test_an_answer_that_comes_just_before_a_withdrawal_is_erased_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medsr_viewer.survey.withdrawal import withdraw

    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    append = survey.store.append

    def append_after_an_answer(kind: str, payload: object, **places: str) -> object:
        monkeypatch.undo()
        survey.rate(session)
        return append(kind, payload, **places)  # type: ignore[arg-type]

    monkeypatch.setattr(survey.store, "append", append_after_an_answer)
    withdraw(survey.store, "R1", erase=True)
    assert [record.payload for record in survey.store.records(kinds=("rating",))] == [None, None]
    assert survey.store.verify() == []


def test_an_answer_that_is_on_its_way_when_the_observer_withdraws_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medsr_viewer.survey.withdrawal import withdraw

    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    append_all = survey.store.append_all

    def append_after_a_withdrawal(entries: object) -> object:
        monkeypatch.undo()
        withdraw(survey.store, "R1", erase=True)
        return append_all(entries)  # type: ignore[arg-type]

    monkeypatch.setattr(survey.store, "append_all", append_after_a_withdrawal)
    with pytest.raises(SurveyError, match="withdrawn"):
        survey.rate(session)
    assert [record.payload for record in survey.store.records(kinds=("rating",))] == [None]
    with pytest.raises(SurveyError, match="withdrawn"):
        survey.rate(session)
    assert session.step.kind == "withdrawn"


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
