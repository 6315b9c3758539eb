"""A survey without a leak: the auditor says nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.audit import balance, identifiers
from medsr_viewer.survey.audit.cases import fingerprint, group_cases
from medsr_viewer.survey.design import Order, Protocol
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.protocols import required_stimuli

from .surveys import new_design, new_survey

PROTOCOLS: tuple[Protocol, ...] = ("acr", "dsis", "queens", "pairs", "vgc", "roc")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_finding_in_a_sound_survey(protocol: Protocol, tmp_path: Path) -> None:
    extras = {} if protocol == "pairs" else {"repeat_share": 0.1, "attention_checks": 2}
    survey = new_survey(tmp_path / "study", protocol, **extras)
    with survey.folder.open() as store:
        store.append("observer", {"observer": "R1", "slot": 0}, key="R1")
        store.append("session", {"observer": "R1", "display": {"width": 1920}, "version": "1"}, session="ab")
    texts = ["Study", "5 Excellent", "Trial 3 of 16", survey.design.title, survey.design.texts.instructions, "Zoom 2.0"]
    assert survey.audit(exposed=texts, methods=["lanczos", "fmen"]) == []
    assert survey.audit(exposed=texts, allocation=survey.allocation) == []
    assert survey.audit(exposed=texts, look_at_pixels=False) == []


def test_after_closing_the_open_allocation_is_no_leak(tmp_path: Path) -> None:
    survey = new_survey(tmp_path / "study")
    survey.folder.write_allocation(survey.allocation)
    assert [finding.check for finding in survey.audit()] == ["open allocation"]
    with survey.folder.open() as store:
        store.close_survey("0" * 64)
    assert survey.audit() == []


def test_cases_are_found_by_their_images(tmp_path: Path) -> None:
    survey = new_survey(tmp_path / "study", cases=6)
    prints = {name: fingerprint(survey.folder.load_stimulus(name)) for name in survey.plan.stimuli}
    found = group_cases(survey.plan, 4, fingerprints=prints)
    assert found.certain
    assert set(found.groups) == set(group_cases(survey.plan, 4, allocation=survey.allocation).groups)


@pytest.mark.parametrize("order", ["latin", "random"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_drawn_orders_are_no_leak(protocol: Protocol, order: Order) -> None:
    rng = np.random.default_rng(1)
    for observers, cases, seed in (
        (1, 40, 1),
        (40, 1, 7),
        (40, 2, 8),
        (2, 9, 2),
        (24, 20, 3),
        (24, 3, 4),
        (60, 6, 5),
        (7, 4, 6),
    ):
        design = new_design(protocol, cases=cases, training=0, observers=observers, seed=seed, order=order)
        if protocol != "pairs":
            design = new_design(
                protocol, cases=cases, training=0, observers=observers, seed=seed, order=order, repeat_share=0.2
            )
        stimuli = {
            key: Stimulus(rng.bytes(16).hex(), rng.bytes(32).hex(), (8, 8), (0.0, 1.0))
            for key in required_stimuli(design)
        }
        plan, allocation = allocate(design, stimuli, nonce=rng.bytes(32).hex())
        grouped = group_cases(plan, 4, allocation=allocation)
        assert list(balance.check_balance(plan, grouped, allocation)) == []
        assert list(balance.check_balance(plan, grouped)) == []
        assert list(identifiers.check_identifiers(plan, design)) == []
        assert list(identifiers.check_identifier_order(plan, allocation)) == []
