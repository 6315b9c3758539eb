"""Rows: every method on every image."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from medsr_viewer.errors import DeviceUnavailable, MedsrError, ModelError, NothingToOpen
from medsr_viewer.upscaling.methods import Method
from trainer.evaluation.figures import AS_VIEWED, STANDARD, image_figures, load_perceptual
from trainer.evaluation.modalities import Trained, is_trained_on, modality_of
from trainer.evaluation.protocol import Protocol
from trainer.images import SMALLEST_DEGRADED, Report, TrainingImage, read_gray, warn
from trainer.recipe import DegradationRecipe
from trainer.tolerance import LEFT_OUT

Progress = Callable[[int, int], None]
"""Takes how many images are done, of how many."""


@dataclass(frozen=True)
class Row:
    """One method on one image.

    Attributes
    ----------
    method : str
        Its name.
    parameters : int
        Of its network; 0 for interpolation.
    file, folder, source, modality : str
        The image.
    trained_on : {"yes", "no", "unknown", ""}
        Whether the image's modality is among those that the method was trained on.
    figures : dict
        What `image_figures` returns.
    """

    method: str
    parameters: int
    file: str
    folder: str
    source: str
    modality: str
    trained_on: Trained
    figures: dict[str, float]


@dataclass(frozen=True)
class Plan:
    """What is measured on each image.

    Attributes
    ----------
    methods : tuple of Method
        All of which have the scale factor.
    scale_factor : int
        Of the methods.
    vgg : Path, optional
        VGG-16's features, for the perceptual distance.
    protocol : Protocol
        What is done to the images.
    radiographs : frozenset of str
        Data folders that hold radiographs, see `radiograph_folders`.
    degradation : DegradationRecipe
        One for all methods; without chance, so that all see the same images.
    """

    methods: tuple[Method, ...]
    scale_factor: int
    vgg: Path | None = None
    protocol: Protocol = AS_VIEWED
    radiographs: frozenset[str] = field(default_factory=frozenset)
    degradation: DegradationRecipe = STANDARD


@dataclass(frozen=True)
class Outcome:
    """What came of one image: its rows, or the reason why there are none."""

    rows: tuple[Row, ...]
    left_out: str = ""


def measure_image(image: TrainingImage, plan: Plan) -> Outcome:
    """Measure every method on an image.

    Raises
    ------
    ModelError, DeviceUnavailable
        If a method can be run on no image. Where this one alone is at fault, the outcome says so.
    """
    try:
        if image.stored is None:
            image = replace(image, stored=read_gray(Path(image.path), image.size))
        rows = () if (reason := _unfit(image, plan.scale_factor)) else tuple(_row(m, image, plan) for m in plan.methods)
    except (ModelError, DeviceUnavailable):
        raise
    except MedsrError as exc:
        return Outcome((), f"{image.path}: {exc}")
    exact = [row.method for row in rows if not math.isfinite(row.figures["psnr_db"])]
    # Means over other images than the other methods' would not compare.
    reason = reason or (f"{', '.join(exact)} met it exactly, so PSNR has no value" if exact else "")
    return Outcome((), f"{image.path}: {reason}") if reason else Outcome(rows)


def measure(
    plan: Plan, images: Sequence[TrainingImage], report: Report = warn, progress: Progress | None = None
) -> list[Row]:
    """Measure every method on every image in this process, see `gather`."""
    return gather((measure_image(image, plan) for image in images), len(images), report, progress)


def gather(outcomes: Iterable[Outcome], count: int, report: Report, progress: Progress | None = None) -> list[Row]:
    """Return the rows of all images; one that could not be measured is reported by name and left out.

    Raises
    ------
    NothingToOpen
        If none could be measured.
    """
    rows: list[Row] = []
    for done, outcome in enumerate(outcomes, start=1):
        rows += outcome.rows
        if outcome.left_out:
            report(f"{LEFT_OUT}{outcome.left_out}")
        if progress:
            progress(done, count)
    if not rows:
        raise NothingToOpen(f"none of {count} images could be measured", "The reasons stand above.")
    return rows


def _unfit(image: TrainingImage, scale_factor: int) -> str:
    """Return why an image has no figures, or ""."""
    rows, columns = image.shape
    if min(image.shape) < SMALLEST_DEGRADED * scale_factor:
        return f"{rows} x {columns} pixels are too few to score at x{scale_factor}"
    pixels = image.pixels.clip(0, 1)
    return "blank: all its pixels are equal, so PSNR has no value" if np.ptp(pixels) == 0 else ""


def _row(method: Method, image: TrainingImage, plan: Plan) -> Row:
    modality = modality_of(image, plan.radiographs)
    return Row(
        method=method.name,
        parameters=method.cards[plan.scale_factor].parameters if method.is_learned else 0,
        file=image.path,
        folder=image.folder,
        source=image.source,
        modality=modality,
        trained_on=is_trained_on(method, plan.scale_factor, modality),
        figures=image_figures(
            method, plan.scale_factor, image, load_perceptual(plan.vgg), plan.protocol, plan.degradation
        ),
    )
