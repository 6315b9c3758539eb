from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.survey.design import Condition, Design, Question, Sitting, Texts
from medsr_viewer.survey.design_rules import mistakes_in
from medsr_viewer.survey.protocols import PROTOCOLS, complete

from .designs import new_design


def told(design: Design) -> list[str]:
    return [str(mistake) for mistake in mistakes_in(design)]


def with_case(design: Design, **values: Any) -> Design:
    return replace(design, cases=(replace(design.cases[0], **values), *design.cases[1:]))


def with_condition(design: Design, **values: Any) -> Design:
    return replace(design, conditions=(replace(design.conditions[0], **values), *design.conditions[1:]))


def with_labels(*labels: str, scale: str = "", protocol: Any = "vgc") -> Design:
    design: Design = new_design(protocol=protocol)
    return replace(design, questions=(Question("q", "Sharp?", scale, labels),))


@pytest.mark.parametrize(
    "design",
    [
        with_condition(new_design(), scale_factor=2),
        with_condition(replace(new_design(), mode="enhance"), scale_factor=4),
        with_labels("Fulfilled", "Not fulfilled"),
        with_labels(*"gfedcba"),
    ],
)
def test_scales_of_a_condition_and_of_a_criterion(design: Design) -> None:
    assert told(design) == []
    assert told(complete(design)) == []
    assert complete(complete(design)) == complete(design)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_valid_design_has_no_mistakes_complete_or_not(protocol: Any) -> None:
    design = new_design(4, 3, protocol=protocol, training=1)
    assert told(design) == []
    assert told(complete(design)) == []


REFERENCE = Condition("reference", role="reference")


@pytest.mark.parametrize(
    ("design", "start"),
    [
        (with_case(new_design(), name="a b"), 'cases[1].name = "a b"; allowed: up to 64 letters'),
        (with_case(new_design(), name="../x"), 'cases[1].name = "../x"; allowed:'),
        (with_case(new_design(), name="C1"), 'cases[2].name = "c1"; allowed: a name that cases[1].name has not'),
        (with_case(new_design(), frame=0), "cases[1].frame = 0; allowed: 1 or above"),
        (with_case(new_design(), region=(0, 0, 0, 5)), "cases[1].region = [0, 0, 0, 5]; allowed: [row"),
        (with_case(new_design(), region=(-1, 0, 5, 5)), "cases[1].region = [-1, 0, 5, 5]; allowed: [row"),
        (with_case(new_design(), region=(0, 0, 5)), "cases[1].region = [0, 0, 5]; allowed: [row"),
        (with_case(new_design(), window=(1.0, 0.0)), "cases[1].window = [1.0, 0.0]; allowed: [center"),
        (with_case(new_design(), window=(float("nan"), 2.0)), "cases[1].window = [nan, 2.0]; allowed: [center"),
        (new_design(1, 2, cases_per_observer=2), "arrangement.cases_per_observer = 2; allowed: 0 for all, to 1"),
        (new_design(repeat_share=1.5), "arrangement.repeat_share = 1.5; allowed: 0 to 1"),
        (new_design(repeat_share=float("nan")), "arrangement.repeat_share = nan; allowed: 0 to 1"),
        (new_design(observers=0), "arrangement.observers = 0; allowed: 1 to 1,000"),
        (new_design(seed=-1), "arrangement.seed = -1; allowed: 0 or"),
        (new_design(pairs_per_observer=5),
         'arrangement.pairs_per_observer = 5; allowed: 0; it belongs to protocol pairs'),
        (new_design(protocol="pairs", attention_checks=1), "arrangement.attention_checks = 1; allowed: 0; pairs"),
        (replace(new_design(), sitting=Sitting(minutes=45)), "sitting.minutes = 45; allowed: 1 to 30"),
        (replace(new_design(), cases=new_design(0, training=2).cases), "cases has no case that is analysed"),
        (new_design(2, 1), "conditions are fewer than two; allowed: two or more, the hidden reference included"),
        (replace(new_design(2, 1), conditions=()), "conditions are fewer than two"),
        (with_condition(new_design(2, 2), method=""), "conditions[1] has neither method nor images"),
        (with_condition(new_design(2, 2), images=Path("/x")), "conditions[1] has both method and images"),
        (with_condition(new_design(2, 2), name="Reference"), 'conditions[1].name = "Reference"; allowed: another name'),
        (with_condition(new_design(2, 3), name="reference", role="reference"),
         'conditions[1].method = "way0"; allowed: none'),
        (
            replace(new_design(), mode="enhance", conditions=(*new_design().conditions, REFERENCE)),
            'conditions[4].role = "reference"; allowed: "test", "anchor"; there is no undegraded image in mode enhance',
        ),
        (
            replace(new_design(), conditions=tuple(replace(c, role="anchor") for c in new_design().conditions)),
            'conditions has none of role "test"',
        ),
        (replace(new_design(protocol="dsis"), mode="enhance"), 'mode = "enhance"; allowed: "test"; protocol dsis'),
        (replace(new_design(protocol="queens"), mode="enhance"),
         'mode = "enhance"; allowed: "test"; protocol queens'),
        (new_design(3, 9, protocol="queens"), "conditions are 9; allowed: up to 8 on one screen"),
        (with_case(new_design(protocol="roc"), finding=""), "cases[1].finding is missing; allowed"),
        (new_design(1, protocol="roc"), 'cases are all "present"; allowed: some of each finding'),
        (
            replace(new_design(), questions=(Question("q", "Sharp?", "impairment"),)),
            'questions[1].scale = "impairment"; allowed: "acr", "quality" (protocol acr)',
        ),
        (
            replace(new_design(protocol="pairs"), questions=(Question("q", "Sharp?", "acr"),)),
            'questions[1].scale = "acr"; allowed: none, an image is chosen',
        ),
        (
            replace(new_design(protocol="roc"), questions=(Question("q", "A?"), Question("r", "B?"))),
            "questions are 2; allowed: up to 1 (protocol roc)",
        ),
        (replace(new_design(), questions=(Question("q", " "),)), 'questions[1].text = " "; allowed: what'),
        (with_condition(new_design(), scale_factor=5), "conditions[1].scale_factor = 5; allowed: 2, 3, 4, 8"),
        (
            with_condition(new_design(), scale_factor=2, method="", images=Path("/x")),
            "conditions[1].scale_factor = 2; allowed: none: it is of a method",
        ),
        (
            with_condition(replace(new_design(), mode="enhance"), scale_factor=2),
            "conditions[1].scale_factor = 2; allowed: 4, the survey's; in mode enhance another one makes an image of"
            " another size, which tells the condition",
        ),
        (with_labels("Yes"), "questions[1].labels are 1; allowed: 2 to 7, the best first"),
        (with_labels(*"abcdefgh"), "questions[1].labels are 8; allowed: 2 to 7"),
        (with_labels("Yes", " "), 'questions[1].labels[2] = " "; allowed: one line of text, up to 40 letters'),
        (with_labels("Yes", "No\nno"), 'questions[1].labels[2] = "No\\nno"; allowed: one line'),
        (with_labels("Yes", "No", "yes"), 'questions[1].labels[3] = "yes"; allowed: another word'),
        (with_labels("Better than way2", "No"), 'questions[1].labels[1] contains "way2"'),
        (with_labels("Yes", "No", scale="criterion"), 'questions[1].labels = ["Yes", "No"]; allowed: either labels'),
        (with_labels("Yes", "No", protocol="acr"), 'questions[1].labels = ["Yes", "No"]; allowed: none; protocol acr'),
        (replace(new_design(), title=""), 'title = ""; allowed: one line'),
        (replace(new_design(), title="a\nb"), 'title = "a\\nb"; allowed: one line'),
        (replace(new_design(), title="WAY-0 against others"), 'title contains "way0"; allowed: no name'),
        (replace(new_design(), texts=Texts(instructions="Is m1 good?")), 'texts.instructions contains "m1"'),
        (replace(new_design(), texts=Texts(consent="You agree to M2.")), 'texts.consent contains "m2"'),
        (replace(new_design(), questions=(Question("q", "Way1?"),)), 'questions[1].text contains "way1"'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_alone(design: Design, start: str) -> None:
    (line,) = told(design)
    assert line.startswith(start)


@pytest.mark.parametrize("protocol", [name for name, rules in PROTOCOLS.items() if rules.labelled])
def test_no_reference_is_hidden_beside_a_labelled_original(protocol: Any) -> None:
    plain = new_design(protocol=protocol)
    (line,) = told(replace(plain, conditions=(*plain.conditions, REFERENCE)))
    assert line.startswith('conditions[4].role = "reference"; allowed: "test", "anchor"; protocol ')
    assert "known by its pixels and its checksum" in line


def test_a_hidden_reference_counts_as_the_second_condition() -> None:
    one = replace(new_design(2, 1), hidden_reference=True)
    assert told(one) == []
    assert len(told(replace(one, mode="enhance"))) == 1


def test_the_protocols_own_texts_are_no_giveaways_but_the_coordinators_are() -> None:
    design = complete(with_condition(new_design(training=1), name="quality"))
    assert "quality" in design.texts.instructions
    assert told(design) == []
    assert told(replace(design, title="Quality counts")) == [
        'title contains "quality"; allowed: no name of a condition or method: observers read it'
    ]


def test_the_reference_may_be_spoken_of() -> None:
    design = replace(new_design(2, 2), conditions=(*new_design(2, 2).conditions, REFERENCE), title="With a reference")
    assert told(design) == []
