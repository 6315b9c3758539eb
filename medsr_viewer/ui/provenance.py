"""What a saved figure says of itself, so that it can be understood and made again. Names of patients are left out."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.ui.corners import shown_through
from medsr_viewer.ui.results import Scored
from medsr_viewer.ui.state import Choices, OpenImage, View
from medsr_viewer.workflows.captions import NO_SCORE, RESEARCH_USE
from medsr_viewer.workflows.weights import network_caption


def provenance(
    image: OpenImage,
    choices: Choices,
    view: View,
    scores: Mapping[str, Scored],
    made: date,
    cards: Iterable[ModelCard] = (),
) -> tuple[str, ...]:
    """Return lines on the source, the scores, the display, and on the networks: a blend's weights, orientations.

    Parameters
    ----------
    image : OpenImage
        What was compared; only its file's name is told.
    choices, view : Choices, View
        In force.
    scores : mapping
        By method; may be empty.
    made : date
        Of the figure.
    cards : iterable of ModelCard
        Of the networks on screen.
    """
    factor = choices.scale_factor
    test = choices.mode == "test"
    task = f"Test: degraded ÷{factor}, then upscaled ×{factor}" if test else f"Enhance: upscaled ×{factor}"
    scored = next(iter(scores.values()), None)
    measured = scored.measured.describe() if scored is not None else "not scored" if test else NO_SCORE
    return (
        f"{Path(image.instance.source).name} frame {image.frame_index + 1} · {task}",
        f"Scores: {measured}" if scored is not None else measured,
        f"Shown through {shown_through(view, image.frame)} · made {made.isoformat()} by MedSR Viewer · {RESEARCH_USE}",
        *(caption for card in cards if (caption := network_caption(card))),
    )
