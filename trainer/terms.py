"""The loss's terms, step by step: summed up for the log, and checked for numbers that are not finite."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from medsr_viewer.errors import MedsrError
from trainer.data import PatchSampler, TrainingImage
from trainer.distributed import World

CHECK_EVERY = {"cpu": 1}
OTHERWISE = 20
"""Steps between looks at the terms: on a GPU each look waits for all work that is under way."""


class TrainingDiverged(MedsrError):
    """Loss or gradient are not finite."""

    title = "Training diverged"
    advice = "Lower the rate, or clip the gradient more tightly, and start from the last checkpoint."


class Terms:
    """Means of the terms since the last validation.

    Parameters
    ----------
    world : World
        The means are taken over all its processes.
    where : callable
        Names the image files of a step, for the message.
    """

    def __init__(self, world: World, where: Callable[[int], str]) -> None:
        self.world = world
        self.where = where
        self._pending: list[tuple[int, list[str], Tensor]] = []
        self._sums: dict[str, float] = {}
        self._counts: dict[str, int] = {}

    def add(self, step: int, terms: Mapping[str, Tensor]) -> None:
        """Take in a step's terms.

        Raises
        ------
        TrainingDiverged
            If one is not finite.
        """
        self._pending.append((step, list(terms), torch.stack([value.detach().float() for value in terms.values()])))
        if len(self._pending) >= CHECK_EVERY.get(self.world.device.type, OTHERWISE):
            self.settle()

    def settle(self) -> None:
        """Look at all terms that were taken in; call it before anything is saved.

        Raises
        ------
        TrainingDiverged
            If one is not finite.
        """
        for step, names, values in self._pending:
            for name, value in zip(names, self.world.mean(values).tolist(), strict=True):
                if not math.isfinite(value):
                    raise TrainingDiverged(f"the {name} is {value} at step {step}, of patches from {self.where(step)}")
                self._sums[name] = self._sums.get(name, 0.0) + value
                self._counts[name] = self._counts.get(name, 0) + 1
        self._pending.clear()

    def means(self) -> dict[str, float]:
        """Return the mean of each term and forget them."""
        self.settle()
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts = {}, {}
        return means

    def state(self) -> dict[str, Any]:
        """Return all that a resume needs."""
        self.settle()
        return {"sums": dict(self._sums), "counts": dict(self._counts)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._sums, self._counts = dict(state["sums"]), dict(state["counts"])


def files_of(sampler: PatchSampler, step: int) -> list[str]:
    """Return the files that a step's patches come from."""
    again = copy.copy(sampler)
    drawn: list[str] = []

    class Noted(list[TrainingImage]):
        def __getitem__(self, index: Any) -> Any:
            drawn.append(sampler.images[index].path)
            return sampler.images[index]

    again.images = Noted(sampler.images)
    again.batch(step)
    return drawn
