"""Leaks of how stimuli are shown: size, window, polarity, and images that are labelled, taught or shown twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator

from medsr_viewer.survey.audit.cases import Cases
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding, Severity, some
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Plan, Stimulus, Trial

_MEND = f"All images of a case must be shown alike. {SET_UP_AGAIN}"
_LOOKS: tuple[tuple[str, str, Callable[[Stimulus], object]], ...] = (
    ("matrix size", "have different numbers of rows and columns", lambda one: one.shape),
    ("window", "are shown with different windows", lambda one: one.window),
    ("polarity", "are not all shown with the same polarity", lambda one: one.inverted),
    ("physical size", "have pixels of different sizes in mm", lambda one: one.pixel_spacing),
)


def check_looks(plan: Plan, cases: Cases, size: int, attention: Collection[str] = ()) -> Iterator[Finding]:
    """Find stimuli of one case that are not shown alike.

    Parameters
    ----------
    plan : Plan
    cases : Cases
    size : int
        Stimuli of a case: where cases are not certain, each size, window … must be that of whole cases.
    attention : collection of str
        Stimuli that are of no case.
    """
    severity: Severity = "refuse" if cases.certain else "warning"
    for check, leak, value in _LOOKS:
        held = {name: value(one) for name, one in plan.stimuli.items() if name not in attention}
        odd = [name for group in cases.groups for name in _odd_ones(group, held)]
        counted = Counter(held.values())
        uncertain = [name for name, found in held.items() if counted[found] % size]
        if odd:
            yield Finding(check, f"images of one case {leak}", f"plan.json: {some(odd)}", _MEND, severity)
        elif uncertain:
            yield Finding(check, f"images of one case {leak}", f"plan.json: {some(uncertain)}", _MEND)


def check_roles(plan: Plan) -> Iterator[Finding]:
    """Find images that are labelled or explained on one screen and rated without a label on another."""
    main = [trial for sequence in plan.sequences for trial in sequence]
    rated = {name for trial in main for name in trial.rated} | {name for group in plan.groups for name in group}
    labelled = {trial.labelled for trial in main if trial.labelled}
    both = rated & labelled
    if both:
        yield Finding(
            "labelled and hidden",
            "an image that is shown with a label is also rated without one",
            f"plan.json: {some(both)}",
            SET_UP_AGAIN,
        )
    known = {plan.stimuli[name].digest for name in labelled - both if name in plan.stimuli}
    same = {name for name in rated - both if name in plan.stimuli and plan.stimuli[name].digest in known}
    if same:
        yield Finding(
            "labelled and hidden",
            "a rated image has the same checksum as a labelled original: whoever compares them knows it",
            f"plan.json: {some(same)}",
            f"Leave the condition out whose images are the originals themselves. {SET_UP_AGAIN}",
        )
    yield from _check_training(plan, main, rated)


def check_doubles(plan: Plan, cases: Cases) -> Iterator[Finding]:
    """Find images of one case that are the very same under two conditions."""
    rated = {name for trial in _all_trials(plan) for name in trial.rated} | {n for group in plan.groups for n in group}
    doubles = []
    for group in cases.groups:
        counted = Counter(plan.stimuli[name].digest for name in group if name in rated and name in plan.stimuli)
        doubles += [name for name in group if name in rated and counted[plan.stimuli[name].digest] > 1]
    if doubles:
        yield Finding(
            "identical images",
            "two conditions of a case are the same image, so that equal checksums tell which conditions they are",
            f"plan.json: {some(doubles)}",
            "Check the design: is one method listed twice?",
            "warning",
        )


def check_sitting(design: Design) -> Iterator[Finding]:
    """Find trials that follow one another without a pause: the time that loading takes then shows."""
    if design.sitting.delay_ms <= 0:
        yield Finding(
            "loading time",
            "there is no pause between trials, so that the time an image takes to load is seen",
            "design.toml: sitting.delay_ms",
            "Let each trial follow after the same pause, for instance 500 ms.",
        )


def _check_training(plan: Plan, main: list[Trial], rated: set[str]) -> Iterator[Finding]:
    told = [trial.identifier for trial in main if trial.expected]
    taught = {name for trial in plan.training for name in trial.rated} & rated
    if told or taught:
        yield Finding(
            "training images",
            "the plan says what rated images deserve: images of the training phase, or their answers, are rated later",
            f"plan.json: {some(taught or told)}",
            f"Train with cases of their own. {SET_UP_AGAIN}",
        )


def _odd_ones(group: tuple[str, ...], held: dict[str, object]) -> list[str]:
    found = [name for name in group if name in held]
    counted = Counter(held[name] for name in found)
    if len(counted) < 2:
        return []
    usual = counted.most_common(1)[0][0]
    return [name for name in found if held[name] != usual]


def _all_trials(plan: Plan) -> list[Trial]:
    return [*plan.training, *(trial for sequence in plan.sequences for trial in sequence)]
