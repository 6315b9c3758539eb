"""Drawing some of the images at random: so many in all, or so many for each split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from trainer.prepare.options import SPLITS, PrepareOptions

Row = dict[str, str]


@dataclass(frozen=True)
class Drawn:
    """What was drawn.

    Attributes
    ----------
    rows : list of dict
        Rows of the manifest, in the splits that they are drawn for.
    left : list of dict
        The others.
    unmet : tuple of str
        What there were too few images for, in words.
    """

    rows: list[Row]
    left: list[Row]
    unmet: tuple[str, ...]


def draw(rows: Sequence[Row], taken: Sequence[Row], options: PrepareOptions) -> Drawn:
    """Draw what `options.draw` asks for; the same images and seed always give the same.

    Parameters
    ----------
    rows : sequence of dict
        Rows of the manifest to draw from.
    taken : sequence of dict
        Rows that the folder holds already: they count, and their patients stay in their splits.
    options : PrepareOptions
        How many images, of which seed, and whether patients stay together.
    """
    ordered = sorted(rows, key=lambda row: hashlib.sha256(f"{options.seed}\0{row['sha256']}".encode()).digest())
    if len(options.draw) == 1:
        return _in_all(ordered, len(taken), options.draw[0])
    return _by_split(ordered, taken, dict(zip(SPLITS, options.draw, strict=True)), options.split == "patient")


def _in_all(ordered: list[Row], taken: int, wanted: int) -> Drawn:
    room = max(0, wanted - taken)
    there = taken + min(room, len(ordered))
    unmet = (f"{there:,} images of the {wanted:,} that were to be drawn: there are no more",) if there < wanted else ()
    return Drawn(ordered[:room], ordered[room:], unmet)


def _by_split(ordered: list[Row], taken: Sequence[Row], wanted: Mapping[str, int], by_patient: bool) -> Drawn:
    """Give patient after patient to the split that lacks the largest share; of the one that fills it, some images."""
    had = Counter(row["split"] for row in taken)
    lacking = {split: max(0, count - had[split]) for split, count in wanted.items()}
    fixed = {row["patient"]: row["split"] for row in taken} if by_patient else {}
    drawn, left = list[Row](), list[Row]()
    for patient, images in _groups(ordered, "patient" if by_patient else "origin"):
        split = fixed.get(patient) or max(SPLITS, key=lambda s: (lacking[s] / (wanted[s] or 1), wanted[s]))
        count = lacking[split]
        drawn += [_moved(row, split) for row in images[:count]]
        left += images[count:]
        lacking[split] -= len(images[:count])
    unmet = tuple(
        f"{wanted[split] - missing:,} images of {wanted[split]:,} are in {split}: there are no more"
        + (" that leave patients in one split" if by_patient and left else "")
        for split, missing in lacking.items()
        if missing
    )
    return Drawn(drawn, left, unmet)


def _groups(ordered: Iterable[Row], key: str) -> Iterable[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in ordered:
        groups.setdefault(row[key], []).append(row)
    return groups.items()


def _moved(row: Row, split: str) -> Row:
    return row | {"split": split, "file": f"{split}/{PurePosixPath(row['file']).name}"}
