"""What a reader must know before he believes the figures: leaks, other modalities, how times were taken."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from medsr_viewer.upscaling.methods import Method
from trainer.degradations import describe
from trainer.evaluation.leaks import TRAIN, Leak, find_leaks
from trainer.evaluation.measuring import Plan, Row
from trainer.evaluation.modalities import named
from trainer.images import data_name

_LISTED = 5


def cautions(plan: Plan, places: Sequence[Path], split: str, rows: Sequence[Row], processes: int) -> list[str]:
    """Return a sentence for each thing to know.

    Parameters
    ----------
    plan : Plan
        What was measured.
    places : sequence of Path
        Data folders and manifests.
    split : str
        That was tested.
    rows : sequence of Row
        What was measured.
    processes : int
        That shared the work; 1 where nothing was spread.
    """
    learned = [method for method in plan.methods if method.is_learned]
    return [
        *(_of_leak(leak, learned, plan.scale_factor) for leak in find_leaks(places, split)),
        *_of_own_data(learned, plan.scale_factor, places, split),
        *_of_degradation(learned, plan),
        *_of_modalities(learned, plan.scale_factor, rows),
        *_of_training(learned, plan.scale_factor),
        *_of_times(rows, processes),
    ]


def _of_leak(leak: Leak, learned: Sequence[Method], scale_factor: int) -> str:
    parts = []
    if leak.patients:
        parts.append(f"{leak.patients} {'patient is' if leak.patients == 1 else 'patients are'}")
    if leak.images:
        names = ", ".join(leak.images[:_LISTED]) + (" …" if len(leak.images) > _LISTED else "")
        parts.append(f"{len(leak.images)} {'image' if len(leak.images) == 1 else 'images'} ({names}) are")
    methods = [m.name for m in learned if leak.trained in _folders(m, scale_factor)]
    of = f"cards that name {leak.trained}: {', '.join(methods)}" if methods else f"no card names {leak.trained}"
    return (
        f"Leak: {' and '.join(parts)} both tested in {leak.tested} and in the training images of {leak.trained} ({of})."
    )


def _of_own_data(learned: Sequence[Method], scale_factor: int, places: Iterable[Path], split: str) -> list[str]:
    """Say where weights were trained or chosen on the very split that is tested; cards name folders, not images."""
    role = {TRAIN: "trained", "val": "chosen (best validation)"}.get(split)
    tested = {data_name(place) for place in places}
    found = {method.name: sorted(tested & _folders(method, scale_factor)) for method in learned if role}
    return [
        f"{', '.join(methods)}: the weights were {role} on the {split} images of {' and '.join(folders)}, as far as "
        "folders' names tell; unseen images score lower."
        for folders in dict.fromkeys(tuple(names) for names in found.values() if names)
        for methods in [[name for name, names in found.items() if tuple(names) == folders]]
    ]


def _of_degradation(learned: Sequence[Method], plan: Plan) -> list[str]:
    """Say where weights were trained for inputs that were made otherwise; of imported ones their note says so."""
    measured = describe(plan.degradation)
    cards = {method.name: method.cards[plan.scale_factor] for method in learned}
    return [
        f"{name}: trained for another degradation ({card.degradation or 'its card does not say which'}) than is "
        f"measured here ({measured}): its figures say little of it."
        for name, card in cards.items()
        if card.degradation != measured and not card.is_imported
    ]


def _of_modalities(learned: Sequence[Method], scale_factor: int, rows: Sequence[Row]) -> list[str]:
    said = []
    for method in learned:
        known = method.cards[scale_factor].modalities
        foreign = Counter(row.modality for row in rows if row.method == method.name and row.trained_on == "no")
        if foreign:
            counted = ", ".join(f"{named([name])} ({count} images)" for name, count in sorted(foreign.items()))
            said.append(f"{method.name}: trained on {named(known)}, tested on {counted}.")
        elif not known:
            said.append(f"{method.name}: its card does not say what it was trained on.")
    return said


def _of_training(learned: Sequence[Method], scale_factor: int) -> list[str]:
    notes = {method.name: method.cards[scale_factor].note for method in learned}
    return [f"{name}: {note}." for name, note in notes.items() if note]


def _of_times(rows: Sequence[Row], processes: int) -> list[str]:
    said = []
    if processes > 1:
        said.append(
            f"Seconds and peak memory were taken while {processes} processes shared the work, each with one thread: "
            "compare methods with each other, not with other runs."
        )
    if all(math.isnan(row.figures["peak_memory_mib"]) for row in rows):
        said.append("Peak memory could not be measured here: that takes Linux with glibc, or an NVIDIA GPU.")
    return said


def _folders(method: Method, scale_factor: int) -> set[str]:
    return {str(one.get("folder")) for one in method.cards[scale_factor].training.get("data", [])}
