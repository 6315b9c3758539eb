"""Leaks of the stimuli's files, without a look at their pixels: names, dates, sizes, attributes, order, headers."""

from __future__ import annotations

import math
import stat
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import stats

from medsr_viewer.survey.audit.cases import Cases
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding, some
from medsr_viewer.survey.audit.listing import FileFact
from medsr_viewer.survey.plan import Plan
from medsr_viewer.survey.stimuli_check import plain_header

SUFFIX = ".npy"
_CHANCE = 1e-4
_SAVED = 1 / 8
"""What a file may take less on the disk than its size before it counts as compressed by the drive."""


def check_files(files: Sequence[FileFact], plan: Plan) -> Iterator[Finding]:
    """Find names, dates and attributes that differ among stimuli.

    Parameters
    ----------
    files : sequence of FileFact
        Of the folder of stimuli.
    plan : Plan
        What should be there.
    """
    expected = {identifier + SUFFIX for identifier in plan.stimuli}
    strange = [fact.name for fact in files if fact.name not in expected]
    if strange:
        yield Finding(
            "file names",
            "files that are no stimuli lie among the stimuli, and their names may tell what they are",
            f"stimuli: {len(strange)} files",
            "Remove them from the folder, or set the survey up again.",
        )
    known = [fact for fact in files if fact.name in expected]
    if len({fact.modified for fact in known}) > 1:
        yield Finding(
            "file dates",
            "the stimuli have different dates: they follow the order in which methods were computed",
            f"stimuli: {len({fact.modified for fact in known})} dates",
            "Give all files of the folder stimuli one date, for instance 1 January 2000.",
        )
    usual = {(fact.mode, fact.owner, fact.links, fact.attributes) for fact in known}
    linked = [fact.name for fact in known if stat.S_ISLNK(fact.mode) or fact.links > 1]
    if linked or len(usual) > 1 or any(fact.attributes for fact in known):
        yield Finding(
            "file attributes",
            "stimuli are links, or differ in permissions, owner or extended attributes",
            f"stimuli: {some(linked or [fact.name for fact in known])}",
            "Copy the stimuli as plain files with the same permissions.",
        )


def check_sizes(files: Sequence[FileFact], cases: Cases) -> Iterator[Finding]:
    """Find stimuli of one case whose files are not equally large, or take less space on a drive that compresses.

    Compressed files tell smooth images, and large ones take longer to load.
    """
    known = {fact.name.removesuffix(SUFFIX): fact for fact in files}
    unequal, compressed = [], []
    for group in cases.groups:
        facts = [known[identifier] for identifier in group if identifier in known]
        if len({fact.size for fact in facts}) > 1:
            unequal += [_odd({fact.name.removesuffix(SUFFIX): fact.size for fact in facts})]
        elif facts and max(f.allocated for f in facts) - min(f.allocated for f in facts) > _SAVED * facts[0].size:
            compressed += [min(facts, key=lambda fact: fact.allocated).name.removesuffix(SUFFIX)]
    if unequal:
        yield Finding(
            "file sizes",
            "files of one case differ in size, and so in the time that they take to load",
            f"stimuli: {some(unequal)}",
            f"Keep all stimuli as uncompressed float32 of one size. {SET_UP_AGAIN}",
            "refuse" if cases.certain else "warning",
        )
    if compressed:
        yield Finding(
            "space on the disk",
            "the drive compresses the stimuli, and smooth images take less space on it than sharp ones",
            f"stimuli: {some(compressed)}",
            "Copy the survey to a drive or folder without compression.",
            "warning",
        )


def check_written_order(files: Sequence[FileFact], cases: Cases) -> Iterator[Finding]:
    """Find files written case by case, or method by method: dates of change and inode numbers keep that order.

    Files written in the order of their random names tell nothing, whatever chance says of them.
    """
    owner = {identifier: number for number, group in enumerate(cases.groups) for identifier in group}
    facts = [fact for fact in files if fact.name.removesuffix(SUFFIX) in owner]
    for what in ("changed", "born", "inode"):
        keys = [getattr(fact, what) for fact in facts]
        if len(set(keys)) < len(keys):
            continue
        ordered = sorted(facts, key=lambda fact: getattr(fact, what))
        if [fact.name for fact in ordered] == sorted(fact.name for fact in facts):
            continue
        if order_chance([owner[fact.name.removesuffix(SUFFIX)] for fact in ordered]) < _CHANCE:
            yield Finding(
                "order of writing",
                "the files were written case by case or method by method, and the drive still knows the order",
                f"stimuli: {what}",
                "Copy the stimuli, in the order of their names, to a new folder that takes the place of the old one.",
                "refuse" if cases.certain else "warning",
            )
            return


def order_chance(owners: Sequence[int]) -> float:
    """Return how likely an order is, among random ones, that keeps cases together, or holds each once a turn.

    Parameters
    ----------
    owners : sequence of int
        The case of each file, in order.
    """
    total = len(owners)
    sizes = np.bincount(owners)
    sizes = sizes[sizes > 0]
    every = math.lgamma(total + 1)
    touching = sum(one == other for one, other in pairwise(owners))
    if total < 4 or len(sizes) < 2 or sizes.max() < 2:
        return 1.0
    if touching == total - len(sizes):
        together = math.lgamma(len(sizes) + 1) + sum(math.lgamma(size + 1) for size in sizes)
        return math.exp(together - every)
    if len(set(sizes)) == 1:
        turns = [list(owners[start : start + len(sizes)]) for start in range(0, total, len(sizes))]
        if all(len(set(turn)) == len(turn) for turn in turns):
            if all(turn == turns[0] for turn in turns):
                return math.exp(math.lgamma(len(sizes) + 1) + len(sizes) * math.lgamma(sizes[0] + 1) - every)
            in_turns = sizes[0] * math.lgamma(len(sizes) + 1) + len(sizes) * math.lgamma(sizes[0] + 1)
            return math.exp(in_turns - every)
    return float(stats.poisson.sf(touching - 1, (sizes * (sizes - 1)).sum() / total))


def check_header(identifier: str, head: bytes, size: int, shape: tuple[int, ...]) -> Iterator[Finding]:
    """Find a stimulus's file that holds anything but its pixels.

    Parameters
    ----------
    identifier : str
        The stimulus.
    head : bytes
        The first 256 bytes of its file.
    size : int
        Of the file, in bytes.
    shape : tuple of int
        That the plan says it has.
    """
    expected = plain_header(shape)
    if head[: len(expected)] != expected:
        yield Finding(
            "header of a stimulus",
            "its header is not the plain one of float32 pixels of the plan's size: it may hold a note, or tell another "
            "program or data type",
            f"stimuli: {identifier[:8]}",
            SET_UP_AGAIN,
        )
    elif size != len(expected) + 4 * math.prod(shape):
        yield Finding(
            "bytes after the pixels",
            "the file is longer or shorter than its pixels",
            f"stimuli: {identifier[:8]}",
            SET_UP_AGAIN,
        )


def _odd(sizes: Mapping[str, int]) -> str:
    """Return whose value is the rarest."""
    values = list(sizes.values())
    return min(sizes, key=lambda name: (values.count(sizes[name]), name))
