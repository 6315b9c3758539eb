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
from medsr_viewer.survey.design_rules import SCALE_FACTORS
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
    conditions = [_of_method(text, "--condition") for text in options.conditions or ()]
    asked = [(one.method, one.scale_factor or options.scale) for one in conditions]
    twice = [f"{method} at x{factor}" for (method, factor), times in Counter(asked).items() if times > 1]
    if twice:
        raise WrongUsage(f"--condition {twice[0]} is given more than once", "Name each method once at each scale.")
    for text in options.images or ():
        name, separator, folder = text.partition("=")
        if not separator or not folder:
            raise WrongUsage(f"--images {text!r}: not NAME=DIR", "As in --images vendor-a=results/vendor-a.")
        conditions.append(Condition(name, images=Path(folder).absolute()))
    if options.anchor:
        anchor = _of_method(options.anchor, "--anchor")
        conditions.append(replace(anchor, name=f"anchor-{anchor.name}", role="anchor"))
    return tuple(conditions)


def _of_method(text: str, option: str) -> Condition:
    """Return the condition of METHOD or METHOD@N."""
    method, at, factor = text.partition("@")
    name = method.replace(":", "-")  # a blend's position stands behind a colon, which no name may have
    if not at:
        return Condition(name, method=method)
    if factor not in map(str, SCALE_FACTORS):
        known = ", ".join(map(str, SCALE_FACTORS))
        raise WrongUsage(f"{option} {text}: {factor!r} is no scale factor", f"METHOD@N, where N is one of {known}.")
    return Condition(f"{name}-x{factor}", method=method, scale_factor=int(factor))
