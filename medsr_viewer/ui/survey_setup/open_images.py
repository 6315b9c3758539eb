"""Cases from the images that the viewer has open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from medsr_viewer.imaging.frame import Window
from medsr_viewer.imaging.study import Series
from medsr_viewer.survey.design import Case
from medsr_viewer.ui.state import State
from medsr_viewer.workflows.inputs import Input

Which: TypeAlias = Literal["image", "series", "each"]
"""The image on screen; all of the series on screen; the middle image of every series."""


@dataclass(frozen=True)
class OpenCases:
    """Cases, and the files that can be none.

    Parameters
    ----------
    cases : tuple of Case
        Named by their files.
    left_out : tuple of str
        Members of zip archives: a case is a file that stays where it is.
    unread : tuple of str
        Files that cannot be read, each with the reason.
    """

    cases: tuple[Case, ...]
    left_out: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def open_inputs(state: State, which: Which) -> list[Input]:
    """Return the frames that are open."""
    image = state.image
    if image is None:
        return []
    if which == "image":
        return [Input(image.instance, image.frame_index)]
    if which == "series":
        return _frames(image.series)
    every = [series for study in state.collection.studies for series in study.series]
    return [frames[len(frames) // 2] for frames in map(_frames, every)]


def cases_of_open(state: State, inputs: Sequence[Input], taken: Sequence[Case] = ()) -> OpenCases:
    """Return a case for each open frame, with the window that the user chose for its series.

    Parameters
    ----------
    state : State
        Knows the window in force.
    inputs : sequence of Input
        The frames.
    taken : sequence of Case
        Whose names are not given again.
    """
    from medsr_viewer.workflows.survey_new import named_cases  # loads the database's library

    files = [one for one in inputs if Path(one.instance.source).is_file()]
    left_out = tuple(one.instance.source for one in inputs if one not in files)
    window, series = _chosen_window(state), state.image.series.instances if state.image else ()
    cases = [
        replace(case, window=window) if one.instance in series else case
        for case, one in zip(named_cases(files, taken=taken), files, strict=True)
    ]
    return OpenCases(tuple(cases), left_out)


def evenly(inputs: Sequence[Input], most: int) -> list[Input]:
    """Return at most so many, evenly spread: the middle of each of equal parts."""
    count = min(most, len(inputs))
    return [inputs[int((place + 0.5) * len(inputs) / count)] for place in range(count)]


def _frames(series: Series) -> list[Input]:
    return [Input(instance, frame) for instance in series.instances for frame in range(instance.frame_count)]


def _chosen_window(state: State) -> tuple[float, ...]:
    """Return the window in force where the user chose it; the file's own is found again when the survey is made."""
    voi = state.view.voi
    is_linear = isinstance(voi, Window) and voi.function != "SIGMOID"
    if state.view.is_own_voi or not is_linear or (state.image is not None and state.image.frame.is_colour):
        return ()
    assert isinstance(voi, Window)  # noqa: S101 - for the type checker
    return (voi.center, voi.width)
