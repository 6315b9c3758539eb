"""Rules that a design must keep: values that are possible, names, what goes together, and no word that unblinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from medsr_viewer.survey.design import REFERENCE, Condition, Design, Question
from medsr_viewer.survey.design_mistakes import Mistake, wrong
from medsr_viewer.survey.giveaways import names_in, telling_names
from medsr_viewer.survey.protocol_texts import CONSENT
from medsr_viewer.survey.protocols import PROTOCOLS, complete, own_instructions

SCALE_FACTORS = (2, 3, 4, 8)
MOST_BESIDE = 8
"""Conditions that one screen of protocol queens can hold beside the original."""

_RANGES: dict[str, tuple[float, float]] = {
    "edition": (1, 1_000_000),
    "arrangement.observers": (1, 1000),
    "arrangement.repeat_share": (0, 1),
    "arrangement.attention_checks": (0, 50),
    "arrangement.pairs_per_observer": (0, 100_000),
    "sitting.minutes": (1, 30),  # ITU-R BT.500
    "sitting.break_minutes": (0, 60),
    "sitting.delay_ms": (10, 10_000),  # none: the time that loading takes would show
    "sitting.least_view_ms": (0, 60_000),
    "screen.width": (320, 32_768),
    "screen.height": (240, 32_768),
}
FEWEST_LABELS, MOST_LABELS = 2, 7
"""Of a question's own scale."""
_LONGEST_LABEL = 40
"""Two lines of a button on a small screen."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAME_WORDS = 'up to 64 letters of A to Z, digits, ".", "_" and "-", a letter or a digit first'


def mistakes_in(design: Design) -> list[Mistake]:
    """Return all mistakes in a design, complete or not; none where it is valid."""
    return [
        *_numbers(design),
        *_names("cases", [case.name for case in design.cases]),
        *_names("conditions", [condition.name for condition in design.conditions]),
        *_names("questions", [question.name for question in design.questions]),
        *_cases(design),
        *_conditions(design),
        *_protocol(design),
        *_questions(design),
        *_arrangement(design),
        *_texts(design),
    ]


def _numbers(design: Design) -> Iterator[Mistake]:
    if design.scale_factor not in SCALE_FACTORS:
        yield wrong("scale_factor", design.scale_factor, "2, 3, 4, 8")
    for key, (low, high) in _RANGES.items():
        value: Any = design
        for name in key.split("."):
            value = getattr(value, name)
        if not low <= value <= high:
            yield wrong(key, value, f"{low:,} to {high:,}")
    seed = design.arrangement.seed
    if seed is not None and not 0 <= seed < 2**63:
        yield wrong("arrangement.seed", seed, "0 or a whole number above, below 2 to the power of 63")


def _names(table: str, names: Iterable[str]) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        key = f"{table}[{place}].name"
        if not _NAME.fullmatch(name):
            yield wrong(key, name, _NAME_WORDS)
            continue
        before = first.setdefault(name.casefold(), place)
        if before != place:
            other = f"{table}[{before}].name"
            yield wrong(key, name, f"a name that {other} has not, in capitals or small letters", other)


def _cases(design: Design) -> Iterator[Mistake]:
    if not design.main_cases:
        yield Mistake("cases", "has no case that is analysed", "allowed: at least one that is not for training alone")
    for place, case in enumerate(design.cases, 1):
        key = f"cases[{place}]"
        if case.frame < 1:
            yield wrong(f"{key}.frame", case.frame, "1 or above")
        if case.region and not (len(case.region) == 4 and min(case.region[:2]) >= 0 and min(case.region[2:]) >= 1):
            yield wrong(
                f"{key}.region", case.region, "[row, column, height, width] in pixels, height and width above 0"
            )
        if case.window and not (len(case.window) == 2 and _finite(*case.window) and case.window[1] > 0):
            yield wrong(f"{key}.window", case.window, "[center, width], the width above 0")
        if design.protocol == "roc" and not case.training and not case.finding:
            yield Mistake(f"{key}.finding", "is missing", 'allowed: "present", "absent" (protocol roc)', ("protocol",))
    findings = {case.finding for case in design.main_cases}
    if design.protocol == "roc" and len(findings) == 1 and "" not in findings:
        yield Mistake(
            "cases", f'are all "{findings.pop()}"', "allowed: some of each finding (protocol roc)", ("protocol",)
        )


def _conditions(design: Design) -> Iterator[Mistake]:
    references = 0
    for place, condition in enumerate(design.conditions, 1):
        key = f"conditions[{place}]"
        if condition.role == "reference":
            references += 1
            yield from _reference(design, condition, key, references)
        elif bool(condition.method) == (condition.images is not None):
            both = bool(condition.method)
            yield Mistake(
                key,
                "has both method and images" if both else "has neither method nor images",
                "allowed: exactly one of them",
                (f"{key}.role", f"{key}.method", f"{key}.images"),
            )
        if condition.role != "reference" and condition.name.casefold() == REFERENCE:
            yield wrong(
                f"{key}.name", condition.name, f"another name; this is that of the undegraded image (role {REFERENCE})",
                f"{key}.role",
            )  # fmt: skip
        yield from _factor(design, condition, key)
    if len(complete(design).conditions) < 2:
        yield Mistake(
            "conditions",
            "are fewer than two",
            "allowed: two or more, the hidden reference included",
            ("protocol", "mode"),
        )
    if design.conditions and not any(condition.role == "test" for condition in design.conditions):
        yield Mistake("conditions", 'has none of role "test"', "allowed: at least one besides reference and anchor")


def _factor(design: Design, condition: Condition, key: str) -> Iterator[Mistake]:
    factor = condition.scale_factor
    if factor is None:
        return
    key += ".scale_factor"
    if not condition.method:
        yield wrong(key, factor, "none: it is of a method", key.replace("scale_factor", "method"))
    elif factor not in SCALE_FACTORS:
        yield wrong(key, factor, "2, 3, 4, 8")
    elif design.mode == "enhance" and factor != design.scale_factor:
        yield wrong(
            key,
            factor,
            f"{design.scale_factor}, the survey's; in mode enhance another one makes an image of another size, which"
            " tells the condition",
            "mode",
            "scale_factor",
        )


def _reference(design: Design, condition: Condition, key: str, count: int) -> Iterator[Mistake]:
    if design.mode == "enhance":
        yield wrong(
            f"{key}.role", "reference", '"test", "anchor"; there is no undegraded image in mode enhance', "mode"
        )
    elif PROTOCOLS[design.protocol].labelled:
        yield wrong(
            f"{key}.role",
            "reference",
            f'"test", "anchor"; protocol {design.protocol} shows the original with its label, and the same image'
            " without one would be known by its pixels and its checksum",
            "protocol",
        )
    if count > 1:
        yield wrong(f"{key}.role", "reference", "for one condition alone", "conditions")
    if condition.method or condition.images is not None:
        name = "method" if condition.method else "images"
        yield wrong(f"{key}.{name}", getattr(condition, name), "none: the reference is the case itself", f"{key}.role")
    if condition.name != REFERENCE:
        yield wrong(f"{key}.name", condition.name, f'"{REFERENCE}" for the undegraded image', f"{key}.role")


def _protocol(design: Design) -> Iterator[Mistake]:
    rules = PROTOCOLS[design.protocol]
    if rules.labelled and design.mode != "test":
        yield wrong("mode", design.mode, f'"test"; protocol {design.protocol} shows the original', "protocol")
    if rules.rated == "all" and len(design.conditions) > MOST_BESIDE:
        yield Mistake(
            "conditions", f"are {len(design.conditions)}", f"allowed: up to {MOST_BESIDE} on one screen", ("protocol",)
        )


def _questions(design: Design) -> Iterator[Mistake]:
    rules = PROTOCOLS[design.protocol]
    if len(design.questions) > rules.most_questions:
        allowed = f"allowed: up to {rules.most_questions} (protocol {design.protocol})"
        yield Mistake("questions", f"are {len(design.questions)}", allowed, ("protocol",))
    for place, question in enumerate(design.questions, 1):
        key = f"questions[{place}]"
        if not question.text.strip():
            yield wrong(f"{key}.text", question.text, "what the observer is asked")
        if question.scale and question.scale not in rules.scales:
            allowed = ", ".join(f'"{scale}"' for scale in rules.scales) or "none, an image is chosen"
            yield wrong(f"{key}.scale", question.scale, f"{allowed} (protocol {design.protocol})", "protocol")
        if question.labels:
            yield from _labels(design, question, f"{key}.labels")


def _labels(design: Design, question: Question, key: str) -> Iterator[Mistake]:
    labels = question.labels
    if not PROTOCOLS[design.protocol].own_labels:
        yield wrong(key, labels, f"none; protocol {design.protocol} has its scales", "protocol")
    elif question.scale:
        yield wrong(key, labels, "either labels or a scale", key.replace("labels", "scale"))
    if not FEWEST_LABELS <= len(labels) <= MOST_LABELS:
        yield Mistake(key, f"are {len(labels)}", f"allowed: {FEWEST_LABELS} to {MOST_LABELS}, the best first")
    for place, label in enumerate(labels, 1):
        if not label.strip() or not label.isprintable() or len(label) > _LONGEST_LABEL:
            yield wrong(f"{key}[{place}]", label, f"one line of text, up to {_LONGEST_LABEL} letters")
        elif label.casefold() in {other.casefold() for other in labels[: place - 1]}:
            yield wrong(f"{key}[{place}]", label, "another word than those before it", key)


def _arrangement(design: Design) -> Iterator[Mistake]:
    arrangement, cases = design.arrangement, len(design.main_cases)
    if not 0 <= arrangement.cases_per_observer <= cases:
        yield wrong("arrangement.cases_per_observer", arrangement.cases_per_observer, f"0 for all, to {cases}", "cases")
    pairs = design.protocol == "pairs"
    unused = ("cases_per_observer", "repeat_share", "attention_checks") if pairs else ("pairs_per_observer",)
    for name in unused:
        if getattr(arrangement, name):
            why = "pairs are chosen while rating goes on" if pairs else "it belongs to protocol pairs"
            yield wrong(f"arrangement.{name}", getattr(arrangement, name), f"0; {why}", "protocol")


def _texts(design: Design) -> Iterator[Mistake]:
    if not design.title.strip() or not design.title.isprintable() or len(design.title) > 200:
        yield wrong("title", design.title, "one line of text, up to 200 letters")
    telling = telling_names(design.conditions)
    for key, text in _read_by_observers(design):
        for name in names_in(text, telling):
            yield Mistake(key, f'contains "{name}"', "allowed: no name of a condition or method: observers read it")


def _read_by_observers(design: Design) -> Iterator[tuple[str, str]]:
    """Return what the coordinator wrote for observers; the protocol's own texts are the same whatever is studied."""
    yield "title", design.title
    for place, question in enumerate(design.questions, 1):
        if question.text != PROTOCOLS[design.protocol].question.text:
            yield f"questions[{place}].text", question.text
        for number, label in enumerate(question.labels, 1):
            yield f"questions[{place}].labels[{number}]", label
    if design.texts.instructions != own_instructions(design):
        yield "texts.instructions", design.texts.instructions
    if design.texts.consent != CONSENT:
        yield "texts.consent", design.texts.consent


def _finite(*values: float) -> bool:
    return all(abs(value) < float("inf") for value in values)
