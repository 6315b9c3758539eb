"""Which modality an image is of, and whether a method was trained on it: a claim across modalities must show as one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from medsr_viewer.models.cards import RADIOGRAPHY
from medsr_viewer.upscaling.methods import Method
from trainer.images import TrainingImage, data_name, manifest_rows

RADIOGRAPH = "/".join(RADIOGRAPHY)
_SAYS_SO = re.compile(r"x[-_ ]?ray|radiograph|(?<![a-z])cxr(?![a-z])", re.IGNORECASE)
Trained: TypeAlias = Literal["yes", "no", "unknown", ""]
"""Whether the modality is among those of a method's card; "" for interpolation, which is not trained."""


def radiograph_folders(places: Iterable[Path]) -> frozenset[str]:
    """Return the names of the data folders that hold radiographs, see `holds_radiographs`."""
    return frozenset(data_name(place) for place in places if holds_radiographs(place))


def holds_radiographs(place: Path) -> bool:
    """Return whether a data folder says that it holds radiographs, by its name or in every row's ``source``.

    Where its manifest has a column ``modality``, that counts and nothing else does.
    """
    rows = manifest_rows(place)
    if rows and "modality" in rows[0]:
        return False
    sources = [row.get("source", "") for row in rows]
    return bool(_SAYS_SO.search(data_name(place)) or (sources and all(map(_SAYS_SO.search, sources))))


def modality_of(image: TrainingImage, radiographs: frozenset[str]) -> str:
    """Return the DICOM modality that the manifest states, "" where it is not known.

    Radiographs are one modality here, ``CR/DX``, however their pictures were read out.
    """
    if image.modality in RADIOGRAPHY:
        return RADIOGRAPH
    return image.modality or (RADIOGRAPH if image.folder in radiographs else "")


def is_trained_on(method: Method, scale_factor: int, modality: str) -> Trained:
    """Return whether a method's card says that it was trained on a modality."""
    if not method.is_learned:
        return ""
    card = method.cards[scale_factor]
    if not card.modalities or not modality:
        return "unknown"
    return "yes" if any(map(card.is_trained_on, modality.split("/"))) else "no"


def named(modalities: Sequence[str]) -> str:
    """Return modalities in words: ``radiographs, CT``."""
    others = [name for name in modalities if name not in (*RADIOGRAPHY, RADIOGRAPH)]
    return ", ".join((["radiographs"] if len(others) < len(modalities) else []) + others)
