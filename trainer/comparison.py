"""Compare methods on a set of images: a row for each method and image, and what the rows say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medsr_viewer.errors import MedsrError
from medsr_viewer.upscaling.methods import Method
from trainer.evaluation import image_figures
from trainer.images import TrainingImage, warn
from trainer.losses import PerceptualDistance
from trainer.significance import mean_with_interval, signed_rank_p

TESTED = ("psnr_db", "ssim", "ms_ssim", "uqi", "perceptual_distance")
"""Figures that are tested against the baseline's on the same images."""
GROUPINGS = ("all", "folder", "source", "modality")


@dataclass(frozen=True)
class Row:
    """One method on one image.

    Parameters
    ----------
    method : str
        Its name.
    parameters : int
        Of its network; 0 for interpolation.
    file, folder, source, modality : str
        The image.
    figures : dict
        What `trainer.evaluation.image_figures` returns.
    """

    method: str
    parameters: int
    file: str
    folder: str
    source: str
    modality: str
    figures: dict[str, float]

    def group(self, grouping: str) -> str:
        """Return the name of the group that the row belongs to under one of `GROUPINGS`."""
        return "all" if grouping == "all" else getattr(self, grouping)


def measure(
    methods: Sequence[Method],
    scale_factor: int,
    images: Sequence[TrainingImage],
    perceptual: PerceptualDistance | None = None,
    report: Callable[[str], None] = warn,
) -> list[Row]:
    """Measure every method on every image; an image that cannot be measured is reported by name and left out."""
    rows: list[Row] = []
    for image in images:
        try:
            rows += [_row(method, scale_factor, image, perceptual) for method in methods]
        except MedsrError as exc:
            report(f"left out: {image.path}: {exc}")
    return rows


def _row(method: Method, scale_factor: int, image: TrainingImage, perceptual: PerceptualDistance | None) -> Row:
    return Row(
        method=method.name,
        parameters=method.cards[scale_factor].parameters if method.is_learned else 0,
        file=image.path,
        folder=image.folder,
        source=image.source,
        modality=image.modality,
        figures=image_figures(method, scale_factor, image, perceptual),
    )


def summarise(rows: Sequence[Row], baseline: str) -> list[dict[str, Any]]:
    """Return the means of every method in every group.

    Parameters
    ----------
    rows : sequence of Row
        As `measure` returns them: every method on the same images.
    baseline : str
        Method that the others are tested against.

    Returns
    -------
    list of dict
        ``grouping``, ``group``, ``method``, ``parameters``, ``figures`` (name to ``value``, ``low``, ``high``,
        ``count``) and ``p`` (name to the signed-rank p against the baseline, None where undefined).
    """
    return [
        _summary(grouping, group, method, members, baseline)
        for grouping in GROUPINGS
        for group in dict.fromkeys(row.group(grouping) for row in rows)
        for members in [[row for row in rows if row.group(grouping) == group]]
        for method in dict.fromkeys(row.method for row in members)
    ]


def _summary(grouping: str, group: str, method: str, members: list[Row], baseline: str) -> dict[str, Any]:
    own = [row for row in members if row.method == method]
    others = {row.file: row.figures for row in members if row.method == baseline}
    names = own[0].figures
    return {
        "grouping": grouping,
        "group": group,
        "method": method,
        "parameters": own[0].parameters,
        "figures": {name: asdict(mean_with_interval([row.figures[name] for row in own])) for name in names},
        "p": {
            name: signed_rank_p([row.figures[name] for row in own], [others[row.file][name] for row in own])
            for name in TESTED
            if name in names and method != baseline and others
        },
    }
