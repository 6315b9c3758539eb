"""Standing notes: what must be known before the pictures and scores are trusted."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import math
from collections.abc import Sequence

from medsr_viewer.imaging.collect import Skipped
from medsr_viewer.ui.contents import method_of, methods_of
from medsr_viewer.ui.results import Results, input_key, result_key
from medsr_viewer.ui.state import State

_SQUARE = 0.005


def skipped_text(skipped: Sequence[Skipped]) -> str:
    """Return how many files were skipped, and how many of them are simply no images."""
    foreign = sum(one.is_foreign for one in skipped)
    text = f"{len(skipped)} file{'s' * (len(skipped) != 1)} skipped"
    return f"{text}, {foreign} of them no image{'s' * (foreign != 1)}" if foreign else text


def standing_notes(state: State, results: Results) -> tuple[str, ...]:
    """Return the notes on the image and on the results on screen, the most surprising first."""
    image, choices = state.image, state.choices
    if image is None:
        return ()
    notes = [f"A model cannot be used: {problem}" for problem in state.catalogue.problems]
    notes += [
        f"{wish} has no ×{choices.scale_factor}: {method_of(choices.contents[panel])} is shown in its place."
        for panel, wish in state.wishes.items()
    ]
    if any(not one.is_foreign for one in state.collection.skipped):
        notes.append(f"{skipped_text(state.collection.skipped)}: the list of series (F3) says why.")
    notes += [*image.series.warnings, *image.frame.warnings]
    spacing, aspect = image.frame.pixel_spacing, image.frame.pixel_aspect
    if not math.isclose(aspect, 1.0, rel_tol=_SQUARE):
        size = (
            f"{spacing[0]:.3g} mm high, {spacing[1]:.3g} mm wide" if spacing else f"{aspect:.3g} times as high as wide"
        )
        notes.append(f"Pixels are not square ({size}) but drawn square: the picture is distorted.")
    if image.frame.lossy:
        notes.append("The source was compressed with loss: its artefacts are part of the reference.")
    key = input_key(image, choices)
    for name in methods_of(choices.contents):
        method = state.catalogue.find(name, choices.scale_factor)
        entry = results.entry(result_key(key, method, choices))
        if entry is not None and entry.result is not None:
            notes += [note if method.name in note else f"{method.name}: {note}" for note in entry.result.notes]
    if (images := results.prepared_for(key)) is not None:
        notes += images.prepared.notes
    return tuple(dict.fromkeys(notes))
