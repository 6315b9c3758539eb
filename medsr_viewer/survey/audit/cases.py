"""Which stimuli are of one case: known from the allocation, from what is shown together, or from the images."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.attention import ATTENTION_WINDOW
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Plan, Stimulus
from medsr_viewer.survey.protocols import PROTOCOLS, complete

_SIDE = 12
_OTHER_LOOK = 0.08  # between what methods differ by at this size (0.01) and cases do (0.2 and more)
_ATTENTION_GROUND = np.float32(90) / np.float32(255)

Look = tuple[object, ...]


@dataclass(frozen=True)
class Cases:
    """Stimuli by case; no case is named.

    Parameters
    ----------
    groups : tuple of tuple of str
        Identifiers; attention checks are in none.
    certain : bool
        Whether the groups are known, or their images are so unlike those of the others that they can be taken as known.
    """

    groups: tuple[tuple[str, ...], ...]
    certain: bool


def stimuli_per_case(design: Design) -> int:
    """Return how many stimuli each case has: one a condition, and the labelled original."""
    return len(complete(design).conditions) + PROTOCOLS[design.protocol].labelled


def look_of(stimulus: Stimulus) -> Look:
    """Return all that must be the same for the stimuli of a case."""
    return stimulus.shape, stimulus.window, stimulus.inverted, stimulus.pixel_spacing


def fingerprint(pixels: FloatArray) -> NDArray[np.float64]:
    """Return the image at a very small size: (144,) float64, in the unit of its values, whatever its shape."""
    gray = pixels if pixels.ndim == 2 else pixels.mean(2)
    small = cv2.resize(np.nan_to_num(gray), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return small.astype(np.float64).ravel()


def is_attention_check(stimulus: Stimulus, pixels: FloatArray) -> bool:
    """Whether a stimulus is a picture that asks for an answer, and so of no case."""
    drawn = stimulus.window == ATTENTION_WINDOW and stimulus.shape == (512, 512) and pixels.shape == (512, 512)
    return drawn and bool((pixels == _ATTENTION_GROUND).mean() > 0.5)


def group_cases(
    plan: Plan,
    size: int,
    *,
    fingerprints: Mapping[str, NDArray[np.float64]] | None = None,
    attention: Collection[str] = (),
    allocation: Allocation | None = None,
) -> Cases:
    """Find the stimuli of each case.

    Parameters
    ----------
    plan : Plan
        Stimuli that are shown on one screen, or compared, are of one case.
    size : int
        Stimuli of a case.
    fingerprints : mapping, optional
        By identifier: of `fingerprint`. Without them only what the plan itself tells is grouped.
    attention : collection of str
        Attention checks.
    allocation : Allocation, optional
        Where it is known, it decides.
    """
    if allocation is not None:
        named: dict[str, list[str]] = {}
        for identifier, meaning in allocation.meanings.items():
            if meaning.case:
                named.setdefault(meaning.case, []).append(identifier)
        return Cases(tuple(tuple(sorted(group)) for group in named.values()), certain=True)
    union = _Union(identifier for identifier in plan.stimuli if identifier not in attention)
    for shown in _shown_together(plan):
        for other in shown[1:]:
            union.join(shown[0], other)
    linked = all(len(group) >= size for group in union.groups())
    certain = linked or (fingerprints is not None and _join_alike(union, plan, size, fingerprints))
    return Cases(union.groups(), certain)


def _shown_together(plan: Plan) -> Iterable[tuple[str, ...]]:
    yield from plan.groups
    for trial in (*plan.training, *(trial for sequence in plan.sequences for trial in sequence)):
        yield (*trial.rated, trial.labelled) if trial.labelled else trial.rated


def _join_alike(union: _Union, plan: Plan, size: int, fingerprints: Mapping[str, NDArray[np.float64]]) -> bool:
    """Join the most alike first, up to the size of a case; return whether cases are well apart."""
    names = [name for name in union.names if name in fingerprints]
    if len(names) < 2:
        return False
    distances = _distances([fingerprints[name] for name in names], [look_of(plan.stimuli[name]) for name in names])
    rows, columns = np.triu_indices(len(names), 1)
    apart = distances[rows, columns]
    for at in np.argsort(apart, kind="stable"):
        one, other = names[rows[at]], names[columns[at]]
        if union.size(one) + union.size(other) <= size:
            union.join(one, other)
    roots = np.array([names.index(union.find(name)) if union.find(name) in fingerprints else -1 for name in names])
    same = roots[rows] == roots[columns]
    full = all(len(group) == size for group in union.groups())
    return full and bool(same.any()) and (bool(same.all()) or bool(apart[same].max() < apart[~same].min()))


def _distances(fingerprints: list[NDArray[np.float64]], looks: list[Look]) -> NDArray[np.float64]:
    images = np.stack(fingerprints)
    spread = np.maximum(images.std(1), 1e-9)
    squares = (images**2).sum(1)
    between = np.maximum(squares[:, None] + squares - 2 * images @ images.T, 0) / images.shape[1]
    kinds = {look: number for number, look in enumerate(dict.fromkeys(looks))}
    kind = np.array([kinds[look] for look in looks])
    distances = np.sqrt(between) / np.maximum(spread[:, None], spread) + _OTHER_LOOK * (kind[:, None] != kind)
    return np.asarray(distances)


class _Union:
    """Disjoint sets."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self._parent = {name: name for name in self.names}
        self._size = dict.fromkeys(self.names, 1)

    def find(self, name: str) -> str:
        while self._parent[name] != name:
            self._parent[name] = name = self._parent[self._parent[name]]
        return name

    def size(self, name: str) -> int:
        return self._size[self.find(name)]

    def join(self, one: str, other: str) -> None:
        if one not in self._parent or other not in self._parent:
            return
        first, second = self.find(one), self.find(other)
        if first != second:
            self._parent[second] = first
            self._size[first] += self._size[second]

    def groups(self) -> tuple[tuple[str, ...], ...]:
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(self.find(name), []).append(name)
        return tuple(tuple(group) for group in found.values())
