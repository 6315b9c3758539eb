"""The training phase: every condition once at least, and what the observers are told that an image deserves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from medsr_viewer.survey.balance import Showing
from medsr_viewer.survey.design import Case, Design
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.protocols import LABELLED, PROTOCOLS
from medsr_viewer.survey.scales import common_values
from medsr_viewer.survey.spreading import spread_cases

Identify = Callable[[str, str], str]
"""From case and condition to the identifier of a stimulus."""


def training_trials(
    design: Design, identify: Identify, name_trial: Callable[[int], str], rng: np.random.Generator
) -> tuple[Trial, ...]:
    """Return the trials of the training phase, the same for all observers.

    Conditions are dealt out over the training cases in turn: each condition and each case comes once at least. Where a
    labelled original is part of the protocol, it is rated once too: nothing shows better that 5 is the best.

    Parameters
    ----------
    design : Design
        A complete one.
    identify : callable
        Takes the names of case and condition, or `LABELLED`.
    name_trial : callable
        Takes the place of a trial and returns its identifier.
    rng : Generator
        Of the order.
    """
    if not design.training_cases:
        return ()
    labelled = PROTOCOLS[design.protocol].labelled
    trials = []
    for place, showing in enumerate(spread_cases(_showings(design), rng)):
        case = design.training_cases[showing.case]
        shown = [_shown(design, case, showing.conditions[index]) for index in rng.permutation(len(showing.conditions))]
        expected = tuple(deserved for _, deserved in shown)
        trials.append(
            Trial(
                identifier=name_trial(place),
                rated=tuple(identify(case.name, name) for name, _ in shown),
                labelled=identify(case.name, LABELLED) if labelled else "",
                phase="training",
                expected=expected if any(expected) else (),
            )
        )
    return tuple(trials)


def _showings(design: Design) -> list[Showing]:
    """Return the screens; the number after the conditions' own stands for the original."""
    original = len(design.conditions)
    conditions = tuple(range(original))
    rules = PROTOCOLS[design.protocol]
    screens: list[tuple[int, ...]]
    match rules.rated:
        case "all":
            screens = [conditions, (*conditions[:-1], original)]
        case "two":
            screens = list(pairwise((*conditions, 0) if original > 2 else conditions))
        case "one":
            screens = [(index,) for index in (*conditions, original)[: original + rules.labelled]]
    cases = len(design.training_cases)
    return [Showing(turn % cases, screens[turn % len(screens)]) for turn in range(max(cases, len(screens)))]


def _shown(design: Design, case: Case, index: int) -> tuple[str, int]:
    """Return the name of a condition, or `LABELLED`, and the answer that it deserves; 0: none that is known."""
    if index == len(design.conditions):
        return LABELLED, _best(design)
    condition = design.conditions[index]
    match design.protocol:
        case "roc":
            return condition.name, {"present": _best(design), "absent": 1, "": 0}[case.finding]
        case "pairs":
            return condition.name, int(condition.role == "reference")
        case "vgc":  # the original itself need not fulfil a criterion
            return condition.name, 0
        case _:
            return condition.name, {"reference": _best(design), "anchor": 1, "test": 0}[condition.role]


def _best(design: Design) -> int:
    """Return the greatest value that all questions have."""
    return common_values(design.questions)[-1]
