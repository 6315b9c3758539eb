from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.plan_file import plan_from, plan_text, read_plan

from .designs import NONCE, new_design, new_stimulus, stimuli_of


def plan_of(protocol: Any = "queens") -> Plan:
    design = replace(new_design(3, 3, protocol=protocol, training=1, observers=2), hidden_reference=True)
    stimuli = stimuli_of(design)
    stimuli["c0", "m0"] = replace(new_stimulus(), shape=(4, 5, 3), inverted=True, pixel_spacing=(0.5, 0.25))
    return allocate(design, stimuli, nonce=NONCE)[0]


@pytest.mark.parametrize("protocol", ["acr", "queens", "pairs"])
def test_what_is_written_is_read_again(protocol: Any, tmp_path: Path) -> None:
    plan = plan_of(protocol)
    path = tmp_path / "plan.json"
    path.write_text(plan_text(plan), "ascii")
    assert read_plan(path) == plan


def test_the_text_has_one_form() -> None:
    plan = plan_of()
    turned = replace(plan, stimuli=dict(reversed(plan.stimuli.items())))
    assert plan_text(turned) == plan_text(plan)
    assert " " not in plan_text(plan)


def first(values: dict[str, Any]) -> dict[str, Any]:
    stimulus: dict[str, Any] = next(iter(values["stimuli"].values()))
    return stimulus


DAMAGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no format": lambda values: values.pop("format"),
    "old format": lambda values: values.update(format=0),
    "no stimuli": lambda values: values.pop("stimuli"),
    "another key": lambda values: values.update(method="fmen"),
    "another key of a stimulus": lambda values: first(values).update(method="fmen"),
    "another identifier": lambda values: first(values).update(identifier="0" * 32),
    "short digest": lambda values: first(values).update(digest="00"),
    "no width": lambda values: first(values).update(window=[1.0, 0.0]),
    "window of words": lambda values: first(values).update(window=["1", "2"]),
    "two channels": lambda values: first(values).update(shape=[4, 4, 2]),
    "empty image": lambda values: first(values).update(shape=[0, 4]),
    "inverted by number": lambda values: first(values).update(inverted=1),
    "one spacing": lambda values: first(values).update(pixel_spacing=[1.0]),
    "unknown stimulus": lambda values: values["sequences"][0][0].update(rated=["0" * 32]),
    "unknown original": lambda values: values["sequences"][0][0].update(labelled="0" * 32),
    "nothing rated": lambda values: values["sequences"][0][0].update(rated=[]),
    "training among the main trials": lambda values: values["sequences"][0][0].update(phase="training"),
    "main among the training": lambda values: values["training"][0].update(phase="main"),
    "expected of others": lambda values: values["training"][0].update(expected=[5, 5]),
    "the same trial twice": lambda values: values["sequences"][0].append(values["sequences"][0][0]),
    "a trial's path": lambda values: values["sequences"][0][0].update(identifier="../x"),
    "unknown group": lambda values: values.update(groups=[["0" * 32]]),
    "a list": lambda values: values.update(stimuli=[]),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_with_the_file(name: str) -> None:
    values = json.loads(plan_text(plan_of()))
    DAMAGE[name](values)
    with pytest.raises(SurveyError, match=r"^here/plan\.json: the plan is damaged"):
        plan_from(json.dumps(values), "here/plan.json")


@pytest.mark.parametrize("content", ["", "[]", "1", b"\xff\xfe\x00", plan_text(plan_of())[:-10], "[" * 100_000])
def test_what_is_no_plan(content: str | bytes) -> None:
    with pytest.raises(SurveyError, match="damaged"):
        plan_from(content, "plan.json")


def test_a_newer_format_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="newer version"):
        plan_from('{"format": 2}', "plan.json")
    with pytest.raises(SurveyError, match=r"plan\.json: No such file"):
        read_plan(tmp_path / "plan.json")
