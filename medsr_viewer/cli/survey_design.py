"""The design that the options of `medsr survey new` describe."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from medsr_viewer.errors import InvalidDesign
from medsr_viewer.survey.design import Arrangement, Condition, Design
from medsr_viewer.survey.design_file import read_design
from medsr_viewer.workflows.survey_new import cases_of, with_training

_ALONE = ("cases", "conditions", "images", "scale", "protocol", "mode", "training_cases", "anchor", "title")
_ARRANGED = ("observers", "repeat_share", "attention_checks", "seed")


def design_of(options: argparse.Namespace) -> Design:
    """Return the design: a written one, or what the options say.

    Raises
    ------
    InvalidDesign
        If it is not valid, an option is missing, or both a file and options that describe a design are given.
    MedsrError
        If a case cannot be read.
    """
    if options.design:
        return _written(options)
    missing = [f"--{name}" for name, value in _needed(options).items() if not value]
    if missing:
        raise InvalidDesign(f"{', '.join(missing)} missing", "Give them, or a written design: --design FILE.toml.")
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
    return with_training(design)


def _written(options: argparse.Namespace) -> Design:
    given = [name for name in _ALONE if getattr(options, name)] + ["no_hidden_reference"] * options.no_hidden_reference
    if given:
        named = ", ".join(f"--{name.removesuffix('s').replace('_', '-')}" for name in given)
        raise InvalidDesign(f"{named} beside --design", "Write it into the design, or leave --design out.")
    design = read_design(options.design)
    return replace(design, arrangement=replace(design.arrangement, **_arrangement(options)))


def _needed(options: argparse.Namespace) -> dict[str, Any]:
    return {"case": options.cases, "condition": options.conditions or options.images, "scale": options.scale}


def _arrangement(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in _ARRANGED if getattr(options, name) is not None}


def _conditions(options: argparse.Namespace) -> tuple[Condition, ...]:
    conditions = [Condition(_name(method), method=method) for method in dict.fromkeys(options.conditions or ())]
    for text in options.images or ():
        name, separator, folder = text.partition("=")
        if not separator or not folder:
            raise InvalidDesign(f"--images {text!r}: not NAME=DIR", "As in --images vendor-a=results/vendor-a.")
        conditions.append(Condition(name, images=Path(folder).absolute()))
    if options.anchor:
        conditions.append(Condition(f"anchor-{_name(options.anchor)}", method=options.anchor, role="anchor"))
    return tuple(conditions)


def _name(method: str) -> str:
    return method.replace(":", "-")  # a blend's position stands behind a colon, which no name may have
