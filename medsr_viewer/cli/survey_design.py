"""The design that the options of `medsr survey new` describe."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from medsr_viewer.cli.survey_findings import with_findings
from medsr_viewer.errors import WrongUsage
from medsr_viewer.survey.design import Arrangement, Condition, Design
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.workflows.survey_new import cases_of, with_training

_ALONE = {
    "cases": "--case",
    "conditions": "--condition",
    "images": "--images",
    "scale": "--scale",
    "protocol": "--protocol",
    "mode": "--mode",
    "training_cases": "--training-case",
    "anchor": "--anchor",
    "title": "--title",
    "findings": "--finding",
    "findings_file": "--findings",
    "no_hidden_reference": "--no-hidden-reference",
}
"""Options that describe a design, beside which no file may."""
_ARRANGED = ("observers", "repeat_share", "attention_checks", "seed")


def design_of(options: argparse.Namespace) -> Design:
    """Return the design: a written one, or what the options say.

    Raises
    ------
    WrongUsage
        If an option is missing or malformed, or both a file and options that describe a design are given.
    InvalidDesign
        If the design is not valid.
    MedsrError
        If a case cannot be read.
    """
    if options.design:
        return _written(options)
    missing = [f"--{name}" for name, value in _needed(options).items() if not value]
    if missing:
        raise WrongUsage(f"{', '.join(missing)} missing", "Give them, or a written design: --design FILE.toml.")
    cases = cases_of(options.cases)
    training = cases_of(options.training_cases, training=True, taken=cases) if options.training_cases else ()
    design = Design(
        title=options.title or "Reader survey",
        protocol=options.protocol or "acr",
        mode=options.mode or "test",
        scale_factor=options.scale,
        cases=(*cases, *training),
        conditions=_conditions(options),
        questions=(),
        hidden_reference=not options.no_hidden_reference,
        arrangement=Arrangement(**_arrangement(options)),
    )
    return with_findings(with_training(design), options.findings or (), options.findings_file)


def _written(options: argparse.Namespace) -> Design:
    given = [option for name, option in _ALONE.items() if getattr(options, name)]
    if given:
        raise WrongUsage(f"{', '.join(given)} beside --design", "Write it into the design, or leave --design out.")
    design = read_design(options.design)
    return replace(design, arrangement=replace(design.arrangement, **_arrangement(options)))


def _needed(options: argparse.Namespace) -> dict[str, Any]:
    return {"case": options.cases, "condition": options.conditions or options.images, "scale": options.scale}


def _arrangement(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _ARRANGED if getattr(options, name) is not None}


def _conditions(options: argparse.Namespace) -> tuple[Condition, ...]:
    methods = options.conditions or ()
    twice = [method for method, times in Counter(methods).items() if times > 1]
    if twice:
        raise WrongUsage(f"--condition {twice[0]} is given more than once", "Name each method once.")
    conditions = [Condition(_name(method), method=method) for method in methods]
    for text in options.images or ():
        name, separator, folder = text.partition("=")
        if not separator or not folder:
            raise WrongUsage(f"--images {text!r}: not NAME=DIR", "As in --images vendor-a=results/vendor-a.")
        conditions.append(Condition(name, images=Path(folder).absolute()))
    if options.anchor:
        conditions.append(Condition(f"anchor-{_name(options.anchor)}", method=options.anchor, role="anchor"))
    return tuple(conditions)


def _name(method: str) -> str:
    return method.replace(":", "-")  # a blend's position stands behind a colon, which no name may have
