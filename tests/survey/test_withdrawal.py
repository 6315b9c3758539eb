"""Withdrawing an observer: nothing more is recorded, and what is asked is erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.withdrawal import withdraw

from .survey_example import example


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
    survey = example(tmp_path)
    session = survey.sitting()
    survey.rate(session)
    withdraw(survey.store, "R1", erase=True)
    with pytest.raises(SurveyError, match="withdrawn"):
        survey.rate(session)
    assert session.step.kind == "withdrawn"


def test_a_withdrawal_without_erasing_can_be_followed_by_erasing_once(tmp_path: Path) -> None:
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
    survey = example(tmp_path)
    survey.rate(survey.sitting())
    with pytest.raises(SurveyError, match="another site"):
        withdraw(survey.store, "R1", erase=True, site="f" * 16)
    assert survey.store.records(kinds=("rating",))[0].payload is not None
    assert survey.store.records(kinds=("withdrawn",)) == []


def test_an_answer_that_comes_just_before_a_withdrawal_is_erased_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
