"""Enrolment: pseudonyms, and a slot of the plan for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import InputError

from .survey_example import example


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
