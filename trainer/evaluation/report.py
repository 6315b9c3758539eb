"""Everything that an evaluation found, in one frozen value that the table, the files and the page show."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from medsr_viewer.upscaling.devices import find_device
from medsr_viewer.upscaling.methods import Method
from trainer.degradations import describe
from trainer.evaluation.cautions import cautions
from trainer.evaluation.measuring import Plan, Row
from trainer.evaluation.summary import summarise
from trainer.images import data_name


@dataclass(frozen=True)
class Subject:
    """A method that was evaluated, as its card describes it; interpolation has a name and a kind alone.

    Attributes
    ----------
    name, kind : str
        Of the method.
    parameters, steps : int
        Of its network, and of its training.
    sha256, date : str
        Of the weights.
    data_folders : tuple of str
        Names of those that it was trained on.
    modalities : tuple of str
        That it was trained on.
    degradation, note : str
        That it was trained for; what the user must know.
    """

    name: str
    kind: str
    parameters: int = 0
    steps: int = 0
    sha256: str = ""
    date: str = ""
    data_folders: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    degradation: str = ""
    note: str = ""

    @property
    def is_learned(self) -> bool:
        """Whether a network computes it."""
        return self.kind != "interpolation"


@dataclass(frozen=True)
class Evaluation:
    """What was measured, how, and what came of it.

    Attributes
    ----------
    data : tuple of str
        Names of the data folders.
    split, scale_factor, baseline : str, int, str
        What was asked for.
    measured_on, degradation : str
        What was done to the images.
    date, version, machine : str
        When, by which version of this program, and on what.
    subjects : tuple of Subject
        The methods.
    rows : tuple of Row
        One for each method and image.
    summaries : tuple of dict
        See `summarise`.
    cautions, left_out : tuple of str
        What a reader must know; which images were not measured, and why.
    """

    data: tuple[str, ...]
    split: str
    scale_factor: int
    baseline: str
    measured_on: str
    degradation: str
    date: str
    version: str
    machine: str
    subjects: tuple[Subject, ...]
    rows: tuple[Row, ...]
    summaries: tuple[dict[str, Any], ...]
    cautions: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def learned(self) -> tuple[Subject, ...]:
        """The methods that networks compute."""
        return tuple(subject for subject in self.subjects if subject.is_learned)

    def groups(self, grouping: str) -> dict[str, list[dict[str, Any]]]:
        """Return the summaries of a grouping, by group."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for summary in self.summaries:
            if summary["grouping"] == grouping:
                groups.setdefault(summary["group"], []).append(summary)
        return groups


def evaluation_of(
    plan: Plan,
    places: Sequence[Path],
    split: str,
    baseline: str,
    rows: Sequence[Row],
    left_out: Sequence[str],
    processes: int = 1,
) -> Evaluation:
    """Return what the rows say, with all that a reader needs to judge it.

    Parameters
    ----------
    plan : Plan
        What was measured.
    places : sequence of Path
        Data folders and manifests.
    split, baseline : str
        What was tested, and against what.
    rows : sequence of Row
        As `measure` returns them.
    left_out : sequence of str
        Images that were not measured, with the reason.
    processes : int
        That shared the work.
    """
    perceptual = "; perceptual distance on the central 256 x 256 pixels" if plan.vgg else ""
    return Evaluation(
        data=tuple(dict.fromkeys(map(data_name, places))),
        split=split,
        scale_factor=plan.scale_factor,
        baseline=baseline,
        measured_on=plan.protocol.describe() + perceptual,
        degradation=describe(plan.degradation),
        date=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=metadata.version("medsr-viewer"),
        machine=_machine(processes),
        subjects=tuple(_subject(method, plan.scale_factor) for method in plan.methods),
        rows=tuple(rows),
        summaries=tuple(summarise(rows, baseline)),
        cautions=tuple(cautions(plan, places, split, rows, processes)),
        left_out=tuple(left_out),
    )


def _machine(processes: int) -> str:
    spread = f", {processes} processes" if processes > 1 else ""
    return f"{find_device('auto').label}{spread}; {platform.system()}, Python {platform.python_version()}"


def _subject(method: Method, scale_factor: int) -> Subject:
    if not method.is_learned:
        return Subject(method.name, method.kind)
    card = method.cards[scale_factor]
    return Subject(
        name=method.name,
        kind=method.kind,
        parameters=card.parameters,
        steps=card.training.get("steps", 0),
        sha256=card.sha256,
        date=card.date,
        data_folders=tuple(str(one.get("folder")) for one in card.training.get("data", [])),
        modalities=card.modalities,
        degradation=card.degradation,
        note=card.note,
    )
