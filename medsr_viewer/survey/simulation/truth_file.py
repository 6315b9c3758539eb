"""What an analysis of a simulated survey should find, as a file: written, and read to simulate such people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np

from medsr_viewer.errors import InputError
from medsr_viewer.survey.design import Design, Protocol, Question
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.survey.simulation.population import Population
from medsr_viewer.survey.simulation.true_area import population_with_areas, true_areas, true_confidences
from medsr_viewer.survey.simulation.true_scale import population_with_scale, true_scale
from medsr_viewer.survey.simulation.truth import population_with, true_mos

Figure: TypeAlias = Literal["mos", "auc", "scale_value"]
Given: TypeAlias = tuple[Figure, dict[str, float]]
"""Which figure a file gives of every condition, and its values."""

_PLAUSIBLE: Mapping[Figure, tuple[float, float, float, float]] = MappingProxyType(
    {"mos": (1.6, 2.6, 3.8, 4.7), "auc": (0.65, 0.75, 0.88, 0.93)}
)
"""Of the anchor; of the least and the best test condition, between which the others are spread; of the reference.

MOS are those of a scale of five steps.
"""

_MEANING: Mapping[Figure, str] = MappingProxyType(
    {
        "mos": "mos: expected rating over all observers and cases of the population, after rounding to the scale;"
        " the report's mos, with ci95.",
        "auc": "auc: expected area under an observer's ROC curve, over all observers and cases of the population; the"
        " report's auc, with auc_ci95. mos: expected confidence over cases of which as many are present as in this"
        " survey; the report's mos, with ci95. It says nothing of quality.",
        "scale_value": "scale_value: place on the Bradley-Terry scale, in logits with mean 0, that fits the"
        " population's chances of being chosen best; the report's scale_value, with ci95_scale. Nothing is rated:"
        " mos is null.",
    }
)


def figure_of(protocol: Protocol) -> Figure:
    """Return which figure the conditions of a protocol are compared by."""
    return "auc" if protocol == "roc" else "scale_value" if protocol == "pairs" else "mos"


def truth_of(population: Population, design: Design) -> dict[str, Any]:
    """Return the true figures of a population as JSON has them: those that the report's intervals are about.

    Parameters
    ----------
    population : Population
        Of the design's conditions, on the first question's scale.
    design : Design
        Complete.

    Returns
    -------
    dict
        ``conditions`` are of the first question; where there are several, each of ``questions`` has its own.
    """
    figure = figure_of(design.protocol)
    told = {"figure": figure, "meaning": _MEANING[figure], "conditions": _conditions(population, design, figure)}
    if len(design.questions) > 1:
        told["questions"] = [
            {"question": one.name, "conditions": _conditions(_on_scale(population, one), design, figure)}
            for one in design.questions
        ]
    return told


def _conditions(population: Population, design: Design, figure: Figure) -> list[dict[str, Any]]:
    columns: dict[str, dict[str, float]] = {}
    if figure == "auc":
        columns["auc"] = true_areas(population)
        findings = [case.finding == "present" for case in design.main_cases]
        columns["mos"] = true_confidences(population, sum(findings) / len(findings))
    elif figure == "scale_value":
        columns["scale_value"] = true_scale(population)
    else:
        columns["mos"] = true_mos(population, together=PROTOCOLS[design.protocol].rated == "all")
    return [
        {"name": name, "mos": None, **{key: values[name] for key, values in columns.items()}}
        for name in population.quality
    ]


def _on_scale(population: Population, question: Question) -> Population:
    """Return the same people and images where a scale has another number of steps: all that they see grows with it."""
    best = scale_of(question).best
    times = (best - 1) / (population.best - 1)
    return replace(
        population,
        quality={name: 1 + (value - 1) * times for name, value in population.quality.items()},
        best=best,
        case_sd=population.case_sd * times,
        case_condition_sd=population.case_condition_sd * times,
        bias_sd=population.bias_sd * times,
        inconsistency=population.inconsistency * times,
        fatigue=population.fatigue * times,
    )


def truth_text(truth: Mapping[str, Any]) -> str:
    """Return it as text."""
    return json.dumps(truth, indent=2) + "\n"


def read_truth(path: Path, protocol: Protocol) -> Given:
    """Read the true figures of a population.

    Parameters
    ----------
    path : Path
        JSON file ``{"conditions": [{"name": …, "mos": …}]}``; ``auc`` in place of ``mos`` for protocol roc, or
        ``scale_value`` for protocol pairs, where the first condition has it.
    protocol : str
        Of the survey.

    Raises
    ------
    InputError
        If it is no such file, or names a condition twice.
    """
    try:
        held = json.loads(path.read_text("utf-8"))["conditions"]
        own = figure_of(protocol)
        figure: Figure = own if held and own in held[0] else "mos"
        named = [(str(one["name"]), float(one[figure])) for one in held]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"{path}: not a file of true figures", 'It holds {"conditions": [{"name": "bicubic", "mos": 2.6}, …]}.'
        ) from exc
    twice = sorted(name for name, times in Counter(name for name, _ in named).items() if times > 1)
    if twice:
        raise InputError(f"{path}: it names {', '.join(twice)} more than once", "Give each condition one figure.")
    return figure, dict(named)


def population_of(design: Design, given: Given | None, *, rankers: float = 0.0) -> Population:
    """Return people and images with the figures given, or with plausible ones where none are.

    Parameters
    ----------
    design : Design
        Complete.
    given : (figure, values) or None
        Of every condition. MOS of protocols roc and pairs, which have none: what ratings of the images' quality would
        give.
    rankers : float
        Share of people who take 1 for the best.

    Raises
    ------
    InputError
        If the figures are not of the design's conditions, or cannot be.
    """
    names = [condition.name for condition in design.conditions]
    figure, values = given or _plausible(design)
    _check_named(values, names, figure)
    values = {name: values[name] for name in names}
    best = _best(design)
    if figure == "auc":
        return population_with_areas(values, best=best, rankers=rankers)
    if figure == "scale_value":
        return population_with_scale(values, best=best, rankers=rankers)
    together = PROTOCOLS[design.protocol].rated == "all"
    return population_with(values, together=together, best=best, rankers=rankers)


def _plausible(design: Design) -> Given:
    figure: Figure = "auc" if figure_of(design.protocol) == "auc" else "mos"
    anchor, least, most, reference = _PLAUSIBLE[figure]
    tests = [condition.name for condition in design.conditions if condition.role == "test"]
    values = dict(zip(tests, np.linspace(least, most, len(tests)).tolist(), strict=True))
    values |= {one.name: reference for one in design.conditions if one.role == "reference"}
    values |= {one.name: anchor for one in design.conditions if one.role == "anchor"}
    if figure == "mos":
        values = {name: 1 + (value - 1) / 4 * (_best(design) - 1) for name, value in values.items()}
    return figure, values


def _best(design: Design) -> int:
    return scale_of(design.questions[0]).best if PROTOCOLS[design.protocol].scales else 5


def _check_named(given: Mapping[str, float], names: Sequence[str], figure: Figure) -> None:
    unknown = sorted(set(given) - set(names))
    missing = [name for name in names if name not in given]
    advice = f"The survey's conditions are {', '.join(names)}: give each one's {figure}."
    if unknown:
        raise InputError(f"the truth names {', '.join(unknown)}, which the survey has not", advice)
    if missing:
        raise InputError(f"the truth does not name {', '.join(missing)}", advice)
