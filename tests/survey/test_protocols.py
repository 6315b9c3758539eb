from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from medsr_viewer.survey.design import Condition, Question, Texts
from medsr_viewer.survey.protocols import LABELLED, PROTOCOLS, complete, required_stimuli
from medsr_viewer.survey.scales import SCALES

from .designs import new_design


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_completed_design_has_all_it_needs_and_stays_as_it_is(protocol: Any) -> None:
    design = complete(new_design(protocol=protocol, training=1))
    assert design.questions
    assert design.texts.consent
    assert complete(design) == design
    for question in design.questions:
        assert question.scale in (PROTOCOLS[protocol].scales or ("",))


@pytest.mark.parametrize("protocol", ["acr", "dsis", "queens", "vgc"])
def test_the_instructions_say_which_end_is_the_best(protocol: Any) -> None:
    instructions = complete(new_design(protocol=protocol)).texts.instructions
    assert "5 is the best" in instructions
    assert "not asked to put images in order" in instructions


@pytest.mark.parametrize("protocol", ["acr", "dsis"])
def test_the_instructions_quote_the_scale_that_is_used(protocol: Any) -> None:
    scale = SCALES[PROTOCOLS[protocol].scales[0]]
    instructions = complete(new_design(protocol=protocol)).texts.instructions
    for value in scale.values:
        assert f"{value} {scale.label(value)}" in instructions


def test_training_is_announced_where_there_is_some() -> None:
    assert "training" not in complete(new_design()).texts.instructions
    assert "training" in complete(new_design(training=1)).texts.instructions


def test_acr_rates_the_reference_too_where_there_is_one_and_it_is_wanted() -> None:
    design = replace(new_design(2, 2), hidden_reference=True)
    assert complete(design).conditions == (*design.conditions, Condition("reference", role="reference"))
    for other in (
        replace(design, mode="enhance"),
        replace(design, protocol="vgc"),
        replace(design, hidden_reference=False),
        complete(design),
    ):
        assert complete(other).conditions == other.conditions


def test_what_the_coordinator_wrote_stays() -> None:
    asked = (Question("noise", "How noisy?", "quality"), Question("sharp", "How sharp?"))
    written = replace(new_design(), questions=asked, texts=Texts("Look.", "Agree?"))
    design = complete(written)
    assert design.texts == written.texts
    assert design.questions == (asked[0], replace(asked[1], scale="acr"))


def test_a_labelled_original_is_a_stimulus_beside_the_hidden_one() -> None:
    design = new_design(1, 2, protocol="dsis", training=1)
    reference = Condition("reference", role="reference")
    required = required_stimuli(replace(design, conditions=(*design.conditions, reference)))
    assert required == tuple((case, name) for case in ("c0", "t0") for name in ("m0", "m1", "reference", LABELLED))
    assert required_stimuli(new_design(1, 2)) == (("c0", "m0"), ("c0", "m1"))
