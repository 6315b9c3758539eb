"""The methods text says what was done in this survey, by its protocol and its records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.survey.design import Case, Condition, Design
from medsr_viewer.survey.protocols import complete
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.methods_text import methods_text

from .report_example import analysed, facts_of, ratings


def _text(**options: Any) -> str:
    analysis = analysed(ratings())
    return methods_text([analysis], facts_of(analysis, **options))


def test_a_sitting_ends_in_a_request_not_in_a_limit() -> None:
    assert "Observers were asked to take a break after 20 minutes of a sitting." in _text(sitting_minutes=20)
    assert "lasted" not in _text()


@pytest.mark.parametrize(
    ("feedback", "words"),
    [
        ("expected", "with feedback where an answer turned the scale round, preceded the ratings"),
        ("chosen", "with feedback where a worse image was chosen over the original, preceded"),
        ("read back", "in which each answer was read back in words with what the best one is, preceded"),
        ("", "A training phase with 2 cases of its own preceded the ratings"),
    ],
)
def test_the_training_phase_is_told_as_its_protocol_has_it(feedback: str, words: str) -> None:
    assert words in _text(training_cases=2, trained=8, feedback=feedback)
    assert "training" not in _text(feedback=feedback)


@pytest.mark.parametrize(
    ("protocol", "roles", "finding", "feedback"),
    [
        ("acr", ("test", "anchor"), "", "expected"),
        ("queens", ("test", "test"), "", "expected"),
        ("dsis", ("test", "test"), "", "expected"),
        ("vgc", ("test", "anchor"), "", "read back"),
        ("pairs", ("test", "test"), "", ""),
        ("pairs", ("test", "reference"), "", "chosen"),
        ("roc", ("test", "test"), "present", "expected"),
        ("roc", ("test", "test"), "", ""),
    ],
)
def test_what_follows_an_answer_of_the_training_phase(protocol: Any, roles: Any, finding: Any, feedback: str) -> None:
    names = ("bicubic", "reference" if "reference" in roles else "fmen")
    conditions = tuple(
        Condition(name, method="" if role == "reference" else name, role=role)
        for name, role in zip(names, roles, strict=True)
    )
    cases = tuple(Case(f"c{place}", Path(f"{place}.png"), finding=finding, training=place == 1) for place in range(2))
    design = Design("T", protocol, 2, cases, conditions, ())
    assert survey_facts(complete(design), []).feedback == feedback
    assert survey_facts(complete(replace(design, cases=cases[:1])), []).feedback == ""


def test_only_what_is_spoken_of_is_cited() -> None:
    text = _text()
    body, references = text.split("References")
    assert "BT.500" in body
    assert "ITU-R Rec. BT.500" in references
    assert "Rely" not in body
    assert "rely" not in body
    for cited, spoken in (("Obuchowski NA", "Obuchowski"), ("Holm S.", "Holm"), ("Båth M", "Visual grading")):
        assert (cited in references) == (spoken in body)
