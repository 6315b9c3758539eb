"""Each site shows its observers orders of its own, so that all sites together are balanced."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.errors import SurveyClosed
from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.design_file import survey_texts
from medsr_viewer.survey.enrolment import enrol
from medsr_viewer.survey.folder import SurveyFolder, verify_folder
from medsr_viewer.survey.new_folder import copy_for_site, new_folder
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.sealing import seal
from medsr_viewer.survey.site_blocks import Block, block_of, shared_orders
from medsr_viewer.survey.trial_list import sequence_of

from .designs import NONCE, new_design, new_stimulus, stimuli_of

DESIGN = new_design(6, 3, observers=12)


def make(path: Path, design: Design = DESIGN) -> SurveyFolder:
    stimuli = stimuli_of(design)
    plan, allocation = allocate(design, stimuli)
    text, sources = survey_texts(design, path)
    with new_folder(path) as new:
        return new.finish(design=text, plan=plan_text(plan), sealed=seal(allocation, "secret"), sources=sources)


@pytest.fixture
def folder(tmp_path: Path) -> SurveyFolder:
    return make(tmp_path / "study")


def slots(folder: SurveyFolder, count: int, prefix: str) -> list[int]:
    with folder.open() as store:
        return [enrol(store, DESIGN, f"{prefix}{number}").slot for number in range(count)]


def block(folder: SurveyFolder) -> Block:
    with folder.open() as store:
        return block_of(store.records(), store.site, 12)


def test_all_sites_together_use_each_order_once(folder: SurveyFolder, tmp_path: Path) -> None:
    assert slots(folder, 2, "a") == [0, 1]
    one = copy_for_site(folder, tmp_path / "one", 4)
    two = copy_for_site(folder, tmp_path / "two", 3)
    assert (block(folder), block(one), block(two)) == (Block(0, 5, 12), Block(8, 4, 12), Block(5, 3, 12))
    everyone = [0, 1, *slots(folder, 3, "b"), *slots(one, 4, "c"), *slots(two, 3, "d")]
    assert sorted(everyone) == list(range(12))
    with folder.open() as store, one.open() as first, two.open() as second:
        store.adopt([*first.records(), *second.records()])
        assert shared_orders(store.records(), 12) == []
    assert [problem for site in (folder, one, two) for problem in verify_folder(site)] == []


@pytest.mark.parametrize("seed", range(20))
def test_every_condition_is_first_equally_often_over_all_sites(seed: int) -> None:
    """What the blocks are for: sites of one observer each would all have begun with the same order."""
    design = new_design(6, 3, observers=12, seed=seed, repeat_share=0.2, attention_checks=1)
    stimuli = stimuli_of(design)
    plan, allocation = allocate(design, stimuli, [(new_stimulus(), 2)], nonce=NONCE)
    blocks = [Block(0, 6, 12), Block(9, 3, 12), Block(6, 3, 12)]
    shown = [[sequence_of(plan, one.slot(number)) for number in range(one.count)] for one in blocks]
    first = [Counter(allocation.meanings[trials[0].rated[0]].condition for trials in site) for site in shown]
    assert first == [dict.fromkeys(("m0", "m1", "m2"), number) for number in (2, 1, 1)]


def test_half_of_the_free_orders_are_given_where_nobody_says_how_many(folder: SurveyFolder, tmp_path: Path) -> None:
    slots(folder, 3, "a")
    assert block(copy_for_site(folder, tmp_path / "one")) == Block(7, 5, 12)
    assert block(copy_for_site(folder, tmp_path / "two")) == Block(5, 2, 12)
    assert block(folder) == Block(0, 5, 12)


def test_a_site_of_a_site_has_a_part_of_its_block(folder: SurveyFolder, tmp_path: Path) -> None:
    site = copy_for_site(folder, tmp_path / "one", 4)
    assert block(copy_for_site(site, tmp_path / "two", 1)) == Block(11, 1, 12)
    assert slots(site, 4, "a") == [8, 9, 10, 20], "the first of the block comes again: 20 is 8 of the next round"


def test_where_no_orders_are_left_they_begin_again(folder: SurveyFolder, tmp_path: Path) -> None:
    slots(folder, 10, "a")
    one, two = copy_for_site(folder, tmp_path / "one", 5), copy_for_site(folder, tmp_path / "two", 5)
    assert (block(one).first, block(two).first) == (12, 17), "one after the other, for balance"
    assert block(folder) == Block(0, 12, 12)
    assert slots(folder, 2, "b") == [10, 11]


def test_a_closed_survey_is_given_to_no_site(folder: SurveyFolder, tmp_path: Path) -> None:
    with folder.open() as store:
        store.close_survey("ab")
    with pytest.raises(SurveyClosed):
        copy_for_site(folder, tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_orders_that_two_sites_showed_are_named_unless_someone_withdrew(folder: SurveyFolder, tmp_path: Path) -> None:
    site = copy_for_site(folder, tmp_path / "one", 4)
    with folder.open() as store, site.open() as other:
        store.append("observer", {"observer": "ann", "slot": 3}, key="0")
        other.append("observer", {"observer": "bob", "slot": 15}, key="0")
        records = [*store.records(), *other.records()]
        (told,) = shared_orders(records, 12)
        assert "ann and bob" in told
        assert store.site in told
        assert other.site in told
        other.append("withdrawn", {"observer": "bob", "erase": False}, key="bob")
        assert shared_orders([*store.records(), *other.records()], 12) == []


@given(st.integers(1, 30), st.data())
def test_no_slot_of_a_block_is_given_twice(prepared: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, prepared - 1))
    one = Block(first, data.draw(st.integers(1, prepared - first)), prepared)
    given_slots = [one.slot(number) for number in range(3 * prepared)]
    assert len(set(given_slots)) == len(given_slots)
    assert {slot % prepared for slot in given_slots} == set(range(first, first + one.count))
