"""Leaks planted in what is shown, when and where; in identifiers; and in texts."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.audit import Finding, balance, identifiers, presentation, words
from medsr_viewer.survey.audit.cases import Cases, group_cases
from medsr_viewer.survey.design import Protocol, Question, Sitting, Texts
from medsr_viewer.survey.plan import Allocation, Plan, Stimulus, Trial
from medsr_viewer.survey.protocols import LABELLED, required_stimuli

from .surveys import AlterPlan, image, new_design, new_survey, with_stimuli


def checks(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings}


def drawn(
    protocol: Protocol = "acr", *, name: Callable[[str, str], str] | None = None, **more: Any
) -> tuple[Plan, Allocation]:
    """Return an allocation of stimuli without pixels; their identifiers may be given."""
    design = new_design(protocol, **{"cases": 8, "training": 0, **more})
    rng = np.random.default_rng(5)
    identify = name or (lambda _case, _condition: rng.bytes(16).hex())
    stimuli = {
        key: Stimulus(identify(*key), rng.bytes(32).hex(), (8, 8), (0.0, 1.0)) for key in required_stimuli(design)
    }
    return allocate(design, stimuli, nonce="5a" * 32)


def in_all(condition: str, **values: Any) -> AlterPlan:
    def alter(plan: Plan, allocation: Allocation) -> Plan:
        names = [name for name, meaning in allocation.meanings.items() if meaning.condition == condition]
        return with_stimuli(plan, names, **values)

    return alter


def in_one(condition: str, **values: Any) -> AlterPlan:
    def alter(plan: Plan, allocation: Allocation) -> Plan:
        names = [name for name, meaning in allocation.meanings.items() if meaning.condition == condition]
        return with_stimuli(plan, names[:1], **values)

    return alter


@pytest.mark.parametrize("where", [in_one, in_all])
@pytest.mark.parametrize("protocol", ["acr", "queens", "pairs"])
@pytest.mark.parametrize(
    ("check", "values"),
    [
        ("window", {"window": (40.0, 401.0)}),
        ("polarity", {"inverted": True}),
        ("physical size", {"pixel_spacing": (0.7, 0.71)}),
        ("physical size", {"pixel_spacing": ()}),
    ],
)
def test_images_that_are_not_shown_alike(
    protocol: Protocol, where: Callable[..., AlterPlan], check: str, values: dict[str, Any], tmp_path: Path
) -> None:
    survey = new_survey(tmp_path / "study", protocol, alter_plan=where("bicubic", **values), cases=3, training=0)
    refused = [finding.check for finding in survey.audit() if finding.severity == "refuse"]
    assert refused == [check]


@pytest.mark.parametrize("protocol", ["acr", "dsis"])
def test_matrix_size(protocol: Protocol, tmp_path: Path) -> None:
    def alter(case: str, condition: str, pixels: FloatArray) -> FloatArray:
        return pixels[:-1] if condition == "swift-srgan" else pixels

    survey = new_survey(tmp_path / "study", protocol, alter=alter)
    assert {"matrix size", "file sizes"} <= checks([f for f in survey.audit() if f.severity == "refuse"])


def test_a_method_with_other_sizes_in_as_many_cases_as_conditions() -> None:
    plan, allocation = drawn(cases=4)
    plan = in_all("nearest", shape=(9, 8))(plan, allocation)
    cases = group_cases(plan, 4, allocation=allocation)
    assert checks(list(presentation.check_looks(plan, cases, 4))) == {"matrix size"}
    one = in_one("nearest", shape=(9, 9))(plan, allocation)
    unknown = Cases((), certain=False)
    assert checks(list(presentation.check_looks(one, unknown, 4))) == {"matrix size"}


def test_one_stimulus_labelled_and_rated() -> None:
    plan, _ = drawn("dsis")
    assert list(presentation.check_roles(plan)) == []
    first = plan.sequences[0][0]
    changed = replace(first, rated=(plan.sequences[0][1].labelled,))
    plan = replace(plan, sequences=((changed, *plan.sequences[0][1:]), *plan.sequences[1:]))
    assert checks(list(presentation.check_roles(plan))) == {"labelled and hidden"}


def test_a_condition_with_the_original_s_checksum(tmp_path: Path) -> None:
    """Images enhanced elsewhere that were not enhanced; a hidden reference is refused by the design's rules."""
    survey = new_survey(
        tmp_path / "study",
        "dsis",
        alter=lambda case, condition, pixels: image(case, "reference") if condition == "bicubic" else pixels,
    )
    assert {finding.check for finding in survey.audit() if finding.severity == "refuse"} == {"labelled and hidden"}


def test_two_conditions_that_are_one() -> None:
    plan, allocation = drawn()
    plan = with_stimuli(plan, list(plan.stimuli)[:0], digest="")
    cases = group_cases(plan, 4, allocation=allocation)
    assert list(presentation.check_doubles(plan, cases)) == []
    same = with_stimuli(plan, cases.groups[0][:2], digest="ab" * 32)
    assert [finding.severity for finding in presentation.check_doubles(same, cases)] == ["warning"]


def test_training_images_that_are_rated_later() -> None:
    plan, _ = drawn()
    again = replace(plan, training=(Trial("ff", plan.sequences[0][0].rated, phase="training", expected=(5,)),))
    assert checks(list(presentation.check_roles(again))) == {"training images"}
    told = replace(plan.sequences[0][0], expected=(5,))
    plan = replace(plan, sequences=((told, *plan.sequences[0][1:]), *plan.sequences[1:]))
    assert checks(list(presentation.check_roles(plan))) == {"training images"}


def test_no_pause_between_trials() -> None:
    assert list(presentation.check_sitting(new_design())) == []
    hasty = replace(new_design(), sitting=Sitting(delay_ms=0))
    assert checks(list(presentation.check_sitting(hasty))) == {"loading time"}


@pytest.mark.parametrize(
    "name",
    [
        lambda case, condition: hashlib.md5(f"{case}/{condition}".encode()).hexdigest(),  # noqa: S324
        lambda case, condition: hashlib.sha256(f"{condition}_{case}".encode()).hexdigest()[:32],
        lambda case, condition: f"{int(case[-1]):02x}{condition.encode().hex():0<30.30}",
        lambda case, condition: uuid.uuid1().hex,
        lambda case, condition: (
            hashlib.sha1(condition.encode()).hexdigest()[:16] + hashlib.sha1(case.encode()).hexdigest()[:16]  # noqa: S324
        ),
    ],
    ids=["md5", "sha256", "hex of the name", "time and machine", "halves"],
)
def test_identifiers_that_can_be_worked_out(name: Callable[[str, str], str]) -> None:
    plan, _ = drawn(name=name)
    assert checks(list(identifiers.check_identifiers(plan, new_design(cases=8, training=0)))) >= {"identifiers"}


def test_identifiers_that_count() -> None:
    plan, _ = drawn()
    start = int("7a3f5b" + "0" * 26, 16)
    names = {old: f"{start + number * 16**25:032x}" for number, old in enumerate(plan.stimuli)}
    stimuli = {names[old]: replace(one, identifier=names[old]) for old, one in plan.stimuli.items()}
    counted = replace(plan, stimuli=stimuli, sequences=())
    assert checks(list(identifiers.check_identifiers(counted, new_design()))) == {"identifiers"}


def test_identifiers_of_content() -> None:
    plan, _ = drawn()
    stimuli = {one.digest[:32]: replace(one, identifier=one.digest[:32]) for one in plan.stimuli.values()}
    plan = replace(plan, stimuli=dict(sorted(stimuli.items())))
    assert checks(list(identifiers.check_identifiers(plan, new_design()))) == {"identifiers"}


def test_random_uuids_are_no_leak() -> None:
    rng = np.random.default_rng(2)
    plan, _ = drawn(name=lambda case, condition: uuid.UUID(bytes=rng.bytes(16), version=4).hex)
    assert list(identifiers.check_identifiers(plan, new_design(cases=8, training=0))) == []


def test_few_random_identifiers_may_lie_evenly() -> None:
    # of eight random numbers one set in a thousand is as even as this
    starts = [0x12, 0x2F, 0x4A, 0x6B, 0x83, 0xA6, 0xC1, 0xDE]
    ends = np.random.default_rng(4)
    names = [f"{start:02x}" + ends.bytes(15).hex() for start in starts]
    assert identifiers._look_random(names)


def test_order_of_identifiers_by_condition() -> None:
    rng = np.random.default_rng(2)
    first = {name: digit for digit, name in enumerate(("bicubic", "swift-srgan", "nearest", "reference", LABELLED))}
    plan, allocation = drawn(cases=12, name=lambda _, condition: f"{first[condition]}{rng.bytes(16).hex()[1:]}")
    assert checks(list(identifiers.check_identifier_order(plan, allocation))) == {"identifiers"}


def test_order_in_the_plan() -> None:
    plan, allocation = drawn()
    computed = replace(plan, stimuli={name: plan.stimuli[name] for name in allocation.meanings})
    assert checks(list(identifiers.check_identifiers(computed, new_design()))) == {"order in the plan"}
    plan, _ = drawn("pairs")
    swapped = replace(plan, groups=tuple(group[::-1] for group in plan.groups))
    assert checks(list(identifiers.check_identifiers(swapped, new_design("pairs")))) == {"order in the plan"}


def rearranged(plan: Plan, allocation: Allocation, key: Callable[[int, str], int]) -> Plan:
    """Return a plan with the images of each trial, or the trials of each observer, ordered by condition."""

    def by(slot: int) -> Callable[[str], int]:
        return lambda name: key(slot, allocation.meanings[name].condition)

    sequences = []
    for slot, sequence in enumerate(plan.sequences):
        if len(sequence[0].rated) > 1:
            sequences.append(tuple(replace(t, rated=tuple(sorted(t.rated, key=by(slot)))) for t in sequence))
        else:
            sequences.append(tuple(sorted(sequence, key=lambda trial, slot=slot: by(slot)(trial.rated[0]))))  # type: ignore[misc]
    return replace(plan, sequences=tuple(sequences))


@pytest.mark.parametrize(("protocol", "check"), [("queens", "position on screen"), ("acr", "order"), ("vgc", "order")])
def test_conditions_always_in_one_place(protocol: Protocol, check: str) -> None:
    plan, allocation = drawn(protocol)
    names = sorted({meaning.condition for meaning in allocation.meanings.values()})
    planted = rearranged(plan, allocation, lambda _, condition: names.index(condition))
    cases = group_cases(plan, 4, allocation=allocation)
    assert checks(list(balance.check_balance(planted, cases, allocation))) == {check}
    assert checks(list(balance.check_balance(planted, cases))) == {check}
    per_observer = rearranged(plan, allocation, lambda slot, condition: (names.index(condition) + slot) % len(names))
    assert checks(list(balance.check_balance(per_observer, cases, allocation))) == {check}


def test_one_condition_always_after_another() -> None:
    plan, allocation = drawn(cases=12)
    names = sorted({meaning.condition for meaning in allocation.meanings.values()})
    sequences = []
    for sequence in plan.sequences:
        kinds = [[t for t in sequence if allocation.meanings[t.rated[0]].condition == name] for name in names]
        sequences.append(tuple(trial for turn in zip(*kinds, strict=True) for trial in turn))
    planted = replace(plan, sequences=tuple(sequences))
    cases = group_cases(plan, 4, allocation=allocation)
    assert checks(list(balance.check_balance(planted, cases, allocation))) == {"order"}


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Swift-SRGAN against the others"},
        {"questions": (Question("quality", "Better than bicubic?", "acr"),)},
        {"questions": (Question("nearest", "How good?", "acr"),)},
        {"texts": Texts(instructions="Some are upscaled by swift srgan.")},
        {"texts": Texts(consent="I agree to see BICUBIC images.")},
    ],
)
def test_names_in_texts_of_the_design(values: dict[str, Any]) -> None:
    design = new_design()
    assert list(words.check_design_texts(design, words.secrets_of(design))) == []
    design = replace(design, **values)
    assert checks(list(words.check_design_texts(design, words.secrets_of(design)))) == {"texts of the design"}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Study - bicubic", "texts of the window"),
        ("Panel 2: Swift SRGAN (x4)", "texts of the window"),
        ("srgan-x4.safetensors", "texts of the window"),
        ("fmen", "texts of the window"),
        ("/study/stimuli/{stimulus}.npy", "texts of the window"),
        ("{short}", "texts of the window"),
        ("patient-3.dcm", "texts of the window"),
        ("PSNR 31.20", "scores"),
        ("MS-SSIM: 0.98", "scores"),
        ("31.2 dB", "scores"),
    ],
)
def test_texts_of_the_window(text: str, check: str) -> None:
    plan, _ = drawn()
    design = new_design(cases=8)
    secrets = words.secrets_of(design, plan, ["fmen", "srgan", "lanczos"])
    stimulus = next(iter(plan.stimuli))
    text = text.format(stimulus=stimulus, short=stimulus[:8].upper())
    (finding,) = words.check_exposed([text, "Progress: 3 of 40", "", design.texts.consent], design, secrets)
    assert finding.check == check
    told = finding.where.casefold()
    assert not any(secret in told for secret in ("bicubic", "srgan", "fmen", "patient-3", stimulus[:8]))


def test_words_that_only_hold_a_name_are_no_names() -> None:
    design = new_design()
    texts = ["Fmental state", "The bicubical", "Nearestness", "dBase", "Original", "Reference", "0a1b2c3"]
    assert list(words.check_exposed(texts, design, words.secrets_of(design, None, ["fmen"]))) == []


@pytest.mark.parametrize(
    ("held", "found"),
    [
        ({"a": ["main", 1]}, []),
        ({"a": [{"nearest": 1}]}, [("name of a condition", "refuse")]),
        ({"nearest": ["main"]}, [("name of a condition", "refuse")]),
        ({"a": "the nearest one"}, [("name of a condition", "refuse")]),
        # a name and a number to read, and what every thousandth identifier is like
        (["fab" + "0123456789" * 2 + "012345678", {"fab0123456789012": "R1/fab0123456789012"}], []),
        (["fab01234567890123"], [("name of a condition", "refuse")]),
    ],
)
def test_a_name_in_the_plan(held: Any, found: list[tuple[str, str]]) -> None:
    secrets = words.Secrets(("nearest", "fab"), ())
    findings = words.check_texts(words.texts_in(held), "plan.json", secrets)
    assert [(finding.check, finding.severity) for finding in findings] == found
