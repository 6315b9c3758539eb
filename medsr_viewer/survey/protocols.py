"""Protocols: what is on one screen, what is asked of it, and what a design leaves to its protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

from medsr_viewer.survey.design import REFERENCE, Condition, Design, Protocol, Question, Texts
from medsr_viewer.survey.protocol_texts import CONSENT, INSTRUCTIONS, ON_OTHER_SCALES, TRAINED, TRAINING

Rated: TypeAlias = Literal["one", "all", "two"]

LABELLED = "(original)"
"""Stands for the labelled original among the stimuli of a case; never the name of a condition."""


@dataclass(frozen=True)
class ProtocolRules:
    """What a protocol is.

    Parameters
    ----------
    rated : {"one", "all", "two"}
        Unlabelled images of a case on one screen: one condition, all of them, or two of which one is chosen.
    labelled : bool
        Whether the original stands beside them, labelled as such: mode test alone.
    hidden_reference : bool
        Whether the original is rated too, as a condition of its own, where the design does not leave it out.
    scales : tuple of str
        Scales that its questions may have, the usual one first; empty: none, an image is chosen.
    question : Question
        Asked where the design has none.
    most_questions : int
        That are asked of one image.
    own_labels : bool
        Whether a question may have a scale of its own words.
    """

    rated: Rated
    labelled: bool
    hidden_reference: bool
    scales: tuple[str, ...]
    question: Question
    most_questions: int = 8
    own_labels: bool = False


PROTOCOLS: Mapping[Protocol, ProtocolRules] = MappingProxyType(
    {
        # ITU-T P.910: absolute category rating with hidden reference
        "acr": ProtocolRules(
            "one",
            labelled=False,
            hidden_reference=True,
            scales=("acr", "quality"),
            question=Question("quality", "How good is the quality of this image?", "acr"),
        ),
        # ITU-R BT.500: double-stimulus impairment scale, both images at once
        "dsis": ProtocolRules(
            "one",
            labelled=True,
            hidden_reference=False,
            scales=("impairment",),
            question=Question(
                "impairment", "How far is this image impaired, compared with the original?", "impairment"
            ),
        ),
        # the survey of Queen's University: a labelled original beside every condition
        "queens": ProtocolRules(
            "all",
            labelled=True,
            hidden_reference=False,
            scales=("quality", "acr"),
            question=Question("quality", "How good is the quality of each image?", "quality"),
        ),
        # ITU-T P.910: pair comparison, forced choice
        "pairs": ProtocolRules(
            "two",
            labelled=False,
            hidden_reference=False,
            scales=(),
            question=Question("preference", "Which image is better?"),
            most_questions=1,
        ),
        # visual grading characteristics: Båth and Månsson, Br. J. Radiol. 80:169 (2007)
        "vgc": ProtocolRules(
            "one",
            labelled=False,
            hidden_reference=False,
            scales=("criterion", "acr", "quality"),
            question=Question(
                "criterion", "The image shows anatomical structures sharply enough for diagnosis.", "criterion"
            ),
            most_questions=12,
            own_labels=True,
        ),
        # receiver operating characteristic: present or absent, with confidence
        "roc": ProtocolRules(
            "one",
            labelled=False,
            hidden_reference=False,
            scales=("confidence",),
            question=Question("finding", "Is the finding present?", "confidence"),
            most_questions=1,
        ),
    }
)


def complete(design: Design) -> Design:
    """Return a design with all that it leaves to its protocol: hidden reference, questions, scales and texts.

    What the coordinator wrote stays as it is; a complete design is returned unchanged.
    """
    rules = PROTOCOLS[design.protocol]
    asked = design.questions or (rules.question,)
    usual = rules.scales[0] if rules.scales else ""
    return replace(
        design,
        conditions=design.conditions + _hidden_reference(design, rules),
        questions=tuple(one if one.labels else replace(one, scale=one.scale or usual) for one in asked),
        texts=Texts(
            instructions=design.texts.instructions or own_instructions(design),
            consent=design.texts.consent or CONSENT,
        ),
    )


def own_instructions(design: Design) -> str:
    """Return the instructions of a design's protocol and scales, with those on the training phase where it has one."""
    usual = PROTOCOLS[design.protocol].scales[:1]
    others = any(one.labels or (one.scale and one.scale not in usual) for one in design.questions)
    text = ON_OTHER_SCALES.get(design.protocol, "") if others else ""
    text = text or INSTRUCTIONS[design.protocol]
    return f"{text}\n\n{TRAINING}" if design.training_cases else text


def instructions_after_training(text: str) -> str:
    """Return instructions as they read once the training is over; what a coordinator wrote of it stays as it is."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph != TRAINING]
    return "\n\n".join([TRAINED, *paragraphs])


def required_stimuli(design: Design) -> tuple[tuple[str, str], ...]:
    """Return the (case, condition) of every stimulus that a complete design shows.

    Where the protocol has a labelled original it is there for each case as `LABELLED`. It is a stimulus of its own,
    even beside a hidden reference: one identifier for both would tell the hidden one.
    """
    names = [condition.name for condition in design.conditions]
    if PROTOCOLS[design.protocol].labelled:
        names.append(LABELLED)
    return tuple((case.name, name) for case in design.cases for name in names)


def _hidden_reference(design: Design, rules: ProtocolRules) -> tuple[Condition, ...]:
    wanted = rules.hidden_reference and design.hidden_reference and design.mode == "test"
    if not wanted or any(condition.role == "reference" for condition in design.conditions):
        return ()
    return (Condition(REFERENCE, role="reference"),)
