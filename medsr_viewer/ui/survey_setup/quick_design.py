"""A survey of what the viewer shows: its methods, its images, every choice made."""

from __future__ import annotations

from collections.abc import Sequence

from medsr_viewer.survey.design import Arrangement, Case, Condition, Design
from medsr_viewer.ui.contents import methods_of
from medsr_viewer.ui.state import State
from medsr_viewer.ui.survey_setup.condition_names import condition_of_method
from medsr_viewer.ui.survey_setup.open_images import evenly, open_inputs
from medsr_viewer.workflows.inputs import Input

MOST_IMAGES = 8
_OBSERVERS = 8


def quick_inputs(state: State, most: int = MOST_IMAGES) -> list[Input]:
    """Return the images of a quick survey: of the series on screen, evenly spread; where it is one image, one a series.

    Parameters
    ----------
    state : State
        What is open.
    most : int
        How many at most.
    """
    series = open_inputs(state, "series")
    return evenly(series if len(series) > 1 else open_inputs(state, "each"), most)


def quick_conditions(state: State) -> tuple[Condition, ...]:
    """Return the methods on the panels as conditions; the baseline beside a single one in mode enhance."""
    choices, catalogue = state.choices, state.catalogue
    names = [name for name in methods_of(choices.contents) if catalogue.has(name, choices.scale_factor)]
    if choices.mode == "enhance" and len(names) == 1:
        names.insert(0, "bicubic" if names != ["bicubic"] else "nearest")
    conditions: list[Condition] = []
    for name in names:
        conditions.append(condition_of_method(name, conditions))
    return tuple(conditions)


def quick_design(state: State, cases: Sequence[Case], conditions: tuple[Condition, ...]) -> Design:
    """Return the design of a quick survey: absolute category rating, as the viewer's mode and scale are."""
    return Design(
        title="Quick survey",
        protocol="acr",
        mode=state.choices.mode,
        scale_factor=state.choices.scale_factor,
        cases=tuple(cases),
        conditions=conditions,
        questions=(),
        arrangement=Arrangement(observers=_OBSERVERS),
    )
