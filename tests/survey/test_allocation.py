from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.audit.balance import check_balance
from medsr_viewer.survey.audit.cases import group_cases
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Meaning, Plan, Trial
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.protocols import LABELLED, required_stimuli

from .designs import NONCE, new_design, new_stimulus, stimuli_of


def drawn(design: Design, checks: int = 2) -> tuple[Plan, Allocation]:
    asked = [(new_stimulus(), 1 + turn) for turn in range(checks)]
    return allocate(design, stimuli_of(design), asked, nonce=NONCE)


def kind(allocation: Allocation, slot: int, trial: Trial) -> str:
    return allocation.kinds.get(f"{slot}/{trial.identifier}", "main")


def meanings(allocation: Allocation, slot: int, trials: tuple[Trial, ...], *kinds: str) -> list[Meaning]:
    return [allocation.meanings[one.rated[0]] for one in trials if kind(allocation, slot, one) in kinds]


SHAPES = st.fixed_dictionaries(
    {
        "cases": st.integers(2, 7),
        "conditions": st.integers(2, 5),
        "order": st.sampled_from(["latin", "random"]),
        "observers": st.integers(1, 6),
        "seed": st.integers(0, 2**63 - 1),
        "repeat_share": st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9, 1.0]),
        "attention_checks": st.integers(0, 3),
    }
)


@settings(max_examples=60)
@given(SHAPES)
def test_each_observer_sees_each_case_under_each_condition_once_and_the_repeats_again(shape: dict[str, Any]) -> None:
    plan, allocation = drawn(new_design(**shape))
    everything = {(f"c{i}", f"m{j}") for i in range(shape["cases"]) for j in range(shape["conditions"])}
    assert len(plan.sequences) == shape["observers"]
    for slot, trials in enumerate(plan.sequences):
        main = [(one.case, one.condition) for one in meanings(allocation, slot, trials, "main")]
        again = [(one.case, one.condition) for one in meanings(allocation, slot, trials, "repeat")]
        assert Counter(main) == Counter(everything)
        assert len(again) == len(set(again))
        assert set(again) <= everything
        share = shape["repeat_share"]
        assert len(again) == (max(1, round(share * len(everything))) if share else 0)
        asked = meanings(allocation, slot, trials, "attention")
        assert asked == [Meaning("", "")] * shape["attention_checks"]
        assert len(trials) == len(main) + len(again) + len(asked)


@settings(max_examples=60)
@given(SHAPES)
def test_repeats_come_a_quarter_of_the_sequence_later(shape: dict[str, Any]) -> None:
    plan, allocation = drawn(new_design(**shape))
    for slot, trials in enumerate(plan.sequences):
        first: dict[str, int] = {}
        for place, trial in enumerate(trials):
            if kind(allocation, slot, trial) == "repeat":
                assert place - first[trial.rated[0]] >= len(trials) / 4
            else:
                first[trial.rated[0]] = place


@settings(max_examples=60)
@given(SHAPES)
def test_no_case_comes_twice_in_succession(shape: dict[str, Any]) -> None:
    plan, allocation = drawn(new_design(**shape))
    for trials in plan.sequences:
        cases = [allocation.meanings[trial.rated[0]].case for trial in trials]
        assert not any(one == other != "" for one, other in pairwise(cases))


@pytest.mark.parametrize("protocol", ["acr", "queens"])
def test_a_single_case_is_allocated_though_it_follows_itself(protocol: Any) -> None:
    plan, _ = drawn(new_design(1, 3, protocol=protocol, observers=2, repeat_share=1.0))
    assert [len(trials) for trials in plan.sequences] == ([6, 6] if protocol == "acr" else [2, 2])


@pytest.mark.parametrize(("cases", "conditions", "period"), [(8, 4, 4), (7, 4, 4), (3, 4, 4), (6, 3, 6), (20, 5, 10)])
def test_conditions_are_balanced_over_blocks_and_observers(cases: int, conditions: int, period: int) -> None:
    plan, allocation = drawn(new_design(cases, conditions, observers=period))
    blocks: Counter[tuple[str, int, str]] = Counter()
    for slot, trials in enumerate(plan.sequences):
        shown = meanings(allocation, slot, trials, "main")
        for block in range(conditions):
            within = shown[block * cases : (block + 1) * cases]
            assert len({one.case for one in within}) == cases
            uses = Counter(one.condition for one in within)
            assert max(uses.values()) - min(uses[f"m{j}"] for j in range(conditions)) <= (
                1 if period == conditions else 2
            )
            blocks.update((one.case, block, one.condition) for one in within)
    assert set(blocks.values()) == {period // conditions}
    assert len(blocks) == cases * conditions * conditions


@pytest.mark.parametrize(("cases", "conditions", "observers"), [(20, 5, 20), (7, 4, 24), (10, 2, 10)])
def test_places_in_the_sequence_are_balanced_over_observers(cases: int, conditions: int, observers: int) -> None:
    plan, allocation = drawn(new_design(cases, conditions, observers=observers))
    for place in range(cases * conditions):
        shown = [allocation.meanings[trials[place].rated[0]] for trials in plan.sequences]
        uses = Counter(one.condition for one in shown)
        assert max(uses.values()) - min(uses[f"m{j}"] for j in range(conditions)) <= 3  # by chance: about 8


def test_observers_see_the_cases_in_different_orders() -> None:
    plan, allocation = drawn(new_design(6, 3, observers=8))
    orders = {
        tuple(one.case for one in meanings(allocation, slot, trials, "main")[:6])
        for slot, trials in enumerate(plan.sequences)
    }
    assert len(orders) >= 7


@settings(max_examples=25)
@given(st.integers(2, 9), st.integers(2, 4), st.integers(1, 12), st.data())
def test_balanced_blocks_of_cases(cases: int, conditions: int, observers: int, data: st.DataObject) -> None:
    each = data.draw(st.integers(1, cases))
    order = data.draw(st.sampled_from(["latin", "random"]))
    plan, allocation = drawn(new_design(cases, conditions, observers=observers, cases_per_observer=each, order=order))
    read: Counter[str] = Counter()
    for slot, trials in enumerate(plan.sequences):
        shown = Counter(meanings(allocation, slot, trials, "main"))
        own = {one.case for one in shown}
        assert len(own) == each
        assert set(shown) == {Meaning(case, f"m{j}") for case in own for j in range(conditions)}
        assert set(shown.values()) == {1}
        read.update(own)
    assert max(read.values()) - min(read[f"c{i}"] for i in range(cases)) <= 1


def test_blocks_of_some_cases_balance_conditions_too() -> None:
    plan, allocation = drawn(new_design(12, 4, observers=24, cases_per_observer=4))
    first: Counter[tuple[str, str]] = Counter()
    for slot, trials in enumerate(plan.sequences):
        block = meanings(allocation, slot, trials, "main")[:4]
        assert len({one.condition for one in block}) == 4
        first.update((one.case, one.condition) for one in block)
    assert {first[f"c{i}", f"m{j}"] for i in range(12) for j in range(4)} <= {1, 2, 3}  # 8 observers read each case


def test_queens_shows_all_conditions_in_balanced_places_beside_the_labelled_original() -> None:
    plan, allocation = drawn(new_design(5, 4, protocol="queens", observers=4))
    places: Counter[tuple[str, str, int]] = Counter()
    for slot, trials in enumerate(plan.sequences):
        assert len(meanings(allocation, slot, trials, "main")) == 5
        for trial in trials:
            (case,) = {allocation.meanings[one].case for one in trial.rated}
            assert allocation.meanings[trial.labelled] == Meaning(case, LABELLED)
            places.update((case, allocation.meanings[one].condition, place) for place, one in enumerate(trial.rated))
    assert len(places) == 5 * 4 * 4
    assert set(places.values()) == {1}


def test_a_repeat_in_queens_is_put_in_places_anew() -> None:
    plan, _ = drawn(new_design(12, 4, protocol="queens", observers=2, repeat_share=1.0))
    for trials in plan.sequences:
        shown: dict[frozenset[str], set[tuple[str, ...]]] = {}
        for trial in trials:
            shown.setdefault(frozenset(trial.rated), set()).add(trial.rated)
        assert sum(len(places) == 2 for places in shown.values()) >= 8  # 1 in 24 stays by chance


def test_dsis_shows_the_labelled_original_of_the_case() -> None:
    plan, allocation = drawn(new_design(4, 2, protocol="dsis"))
    for trial in plan.sequences[0]:
        assert allocation.meanings[trial.labelled] == Meaning(allocation.meanings[trial.rated[0]].case, LABELLED)


def test_pairs_are_groups_of_one_case_and_no_sequence() -> None:
    design = new_design(4, 3, protocol="pairs", training=1, observers=5)
    plan, allocation = drawn(design)
    assert plan.sequences == ((),) * 5
    for group in plan.groups:
        assert len({allocation.meanings[one].case for one in group}) == 1
        assert {allocation.meanings[one].condition for one in group} == {"m0", "m1", "m2"}
        assert list(group) == sorted(group)
    assert list(plan.groups) == sorted(plan.groups)
    assert len(plan.groups) == 4  # the training case is no group


def test_attention_checks_are_spread_and_say_what_they_expect() -> None:
    design = new_design(10, 4, attention_checks=4, observers=6)
    checks = [(new_stimulus(), 1 + turn) for turn in range(5)]
    plan, allocation = allocate(design, stimuli_of(design), checks)
    assert allocation.expected == {stimulus.identifier: answer for stimulus, answer in checks}
    for trials in plan.sequences:
        places = [place for place, trial in enumerate(trials) if trial.rated[0] in allocation.expected]
        assert [place * 4 // len(trials) for place in places] == [0, 1, 2, 3]
        assert places[0] > 0
        assert all(other - one > 1 for one, other in pairwise(places))
    used = {trial.rated[0] for trials in plan.sequences for trial in trials} & set(allocation.expected)
    assert len(used) == 5  # shown in turn


def test_the_same_seed_and_nonce_draw_the_same_whatever_the_order_of_the_stimuli() -> None:
    design = new_design(6, 3, repeat_share=0.3, attention_checks=2, training=2)
    stimuli = stimuli_of(design)
    checks = [(new_stimulus(), 2)]
    shuffled = list(stimuli.items())
    random.Random(4).shuffle(shuffled)
    one = allocate(design, stimuli, checks, nonce=NONCE)
    other = allocate(design, dict(shuffled), checks, nonce=NONCE)
    assert one == other
    assert plan_text(one[0]) == plan_text(other[0])


@pytest.mark.parametrize("changed", ["seed", "nonce"])
def test_another_seed_or_nonce_draws_another_order(changed: str) -> None:
    design = new_design(6, 3)
    stimuli = stimuli_of(design)
    other = replace(design, arrangement=replace(design.arrangement, seed=2)) if changed == "seed" else design
    one, _ = allocate(design, stimuli, nonce=NONCE)
    two, _ = allocate(other, stimuli, nonce="00" * 32 if changed == "nonce" else NONCE)
    assert [trial.rated for trial in one.sequences[0]] != [trial.rated for trial in two.sequences[0]]


def test_an_order_that_tells_conditions_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    design = new_design(6, 3)
    stimuli = stimuli_of(design)
    judged: list[Plan] = []

    def third(plan: Plan, _allocation: Allocation) -> bool:
        judged.append(plan)
        return len(judged) % 3 != 0

    monkeypatch.setattr("medsr_viewer.survey.allocation._tells_conditions", third)
    plan, allocation = allocate(design, stimuli, nonce=NONCE)
    assert plan == judged[2]
    assert len({plan_text(one) for one in judged}) == 3
    assert allocate(design, stimuli, nonce=NONCE) == (plan, allocation)  # seed and nonce still say it all


def test_an_order_that_cannot_but_tell_conditions_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medsr_viewer.survey.allocation._tells_conditions", lambda _plan, _allocation: True)
    plan, _ = allocate(new_design(6, 3), stimuli_of(new_design(6, 3)))
    assert plan.sequences


def test_the_order_of_a_drawn_survey_tells_no_conditions() -> None:
    design = new_design(3, 2, observers=40, cases_per_observer=2, order="random")
    stimuli = {key: replace(new_stimulus(), identifier=f"{n:032x}") for n, key in enumerate(required_stimuli(design))}
    for number in range(40):  # one in sixty of these was refused
        plan, allocation = allocate(design, stimuli, nonce=f"{number:064x}")
        cases = group_cases(plan, 2, allocation=allocation)
        assert list(check_balance(plan, cases, allocation)) == []


def test_a_seed_left_to_chance_is_drawn_and_kept() -> None:
    design = new_design(seed=None)
    stimuli = stimuli_of(design)
    (plan, one), (_, other) = allocate(design, stimuli), allocate(design, stimuli)
    assert one.seed != other.seed
    assert one.nonce != other.nonce
    known = replace(design, arrangement=replace(design.arrangement, seed=one.seed))
    assert allocate(known, stimuli, nonce=one.nonce) == (plan, one)  # the draw can be made again


def test_identifiers_of_trials_reveal_nothing() -> None:
    plan, allocation = drawn(new_design(20, 5, observers=20, repeat_share=0.2, attention_checks=4))
    trials = [(slot, place, one) for slot, all_of in enumerate(plan.sequences) for place, one in enumerate(all_of)]
    assert len({one.identifier for _, _, one in trials}) == len(trials)
    assert {len(one.identifier) for _, _, one in trials} == {16}
    numbers = [int(one.identifier, 16) for _, _, one in trials]
    conditions = [allocation.meanings[one.rated[0]].condition for _, _, one in trials]
    kinds = [kind(allocation, slot, one) for slot, _, one in trials]
    # 4 standard errors of a rank correlation of N independent values.
    limit = 4 / np.sqrt(len(trials))
    for told in (conditions, kinds, [place for _, place, _ in trials], [slot for slot, _, _ in trials]):
        codes = np.unique(np.array(told), return_inverse=True)[1]
        assert abs(spearmanr(numbers, codes).statistic) < limit


def test_the_plan_names_no_case_and_no_condition_and_lists_stimuli_by_identifier() -> None:
    design = new_design(4, 3, training=1)
    plan, _ = drawn(design)
    assert list(plan.stimuli) == sorted(plan.stimuli)
    text = plan_text(plan)
    for word in ("c0", "m0", "way0", "t0"):
        assert f'"{word}"' not in text


def test_what_is_missing_is_named() -> None:
    design = new_design(2, 2)
    stimuli = stimuli_of(design)
    del stimuli["c1", "m0"]
    with pytest.raises(ValueError, match=r"1 stimuli are missing.*'c1', 'm0'"):
        allocate(design, stimuli)
    with pytest.raises(ValueError, match="attention"):
        allocate(new_design(2, 2, attention_checks=1), stimuli_of(design))
    same = dict.fromkeys(stimuli_of(design), new_stimulus())
    with pytest.raises(ValueError, match="same identifier"):
        allocate(design, same)


@pytest.mark.parametrize("training", [1, 2, 5])
def test_training_shows_every_condition_and_every_training_case_alone(training: int) -> None:
    plan, allocation = drawn(new_design(4, 3, training=training))
    shown = [allocation.meanings[trial.rated[0]] for trial in plan.training]
    assert {one.condition for one in shown} == {"m0", "m1", "m2"}
    assert {one.case for one in shown} == {f"t{i}" for i in range(training)}
    assert {trial.phase for trial in plan.training} == {"training"}
    trained = {identifier for trial in plan.training for identifier in trial.rated}
    assert not trained & {identifier for all_of in plan.sequences for trial in all_of for identifier in trial.rated}


def test_training_says_what_the_reference_and_the_anchor_deserve() -> None:
    design = new_design(3, 2, training=2)
    anchored = (design.conditions[0], replace(design.conditions[1], role="anchor"))
    design = replace(design, conditions=anchored, hidden_reference=True)
    plan, allocation = drawn(design)
    told = {allocation.meanings[trial.rated[0]].condition: trial.expected for trial in plan.training}
    assert told == {"m0": (), "m1": (1,), "reference": (5,)}
    assert all(trial.expected == () for trials in plan.sequences for trial in trials)


@pytest.mark.parametrize(("protocol", "places"), [("dsis", 1), ("queens", 3)])
def test_training_rates_the_labelled_original_once_unlabelled(protocol: Any, places: int) -> None:
    plan, allocation = drawn(new_design(3, 3, protocol=protocol, training=1))
    rated = [
        (trial, place)
        for trial in plan.training
        for place, one in enumerate(trial.rated)
        if allocation.meanings[one].condition == LABELLED
    ]
    ((trial, place),) = rated
    assert len(trial.rated) == places
    assert trial.expected[place] == 5
    assert sum(trial.expected) == 5


def test_training_for_findings_tells_the_truth() -> None:
    design = new_design(4, 2, protocol="roc", training=2)
    told = {"t0": "present", "t1": "absent"}
    design = replace(design, cases=tuple(replace(c, finding=told.get(c.name, c.finding)) for c in design.cases))
    plan, allocation = drawn(design)
    expected = {allocation.meanings[trial.rated[0]].case: trial.expected for trial in plan.training}
    assert expected == {"t0": (5,), "t1": (1,)}


def test_training_of_pairs_expects_the_reference_to_be_chosen() -> None:
    design = new_design(2, 2, protocol="pairs", training=1)
    reference = replace(design.conditions[0], name="reference", method="", role="reference")
    plan, allocation = drawn(replace(design, conditions=(*design.conditions, reference)))
    for trial in plan.training:
        names = [allocation.meanings[one].condition for one in trial.rated]
        assert len(set(names)) == 2
        assert trial.expected == (tuple(int(name == "reference") for name in names) if "reference" in names else ())
    assert any(trial.expected for trial in plan.training)
