"""Batches of patches, drawn from training images. `trainer.images` reads them, `trainer.augmentation` varies them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medsr_viewer.errors import InvalidRecipe, UnreadableFile
from medsr_viewer.models.layers import bicubic
from trainer.augmentation import draw_patch
from trainer.degradations import degrade_patch, is_standard
from trainer.images import Report, TrainingImage, load_images, warn
from trainer.recipe import DataRecipe, DegradationRecipe

__all__ = ["Batch", "PatchSampler", "TrainingImage", "load_images"]

MARGIN = 4
"""Degraded pixels around a patch, cut off after resampling: two for each kernel's reach, so that no border shows."""
_DEGRADATION_STREAM = 1
"""Degradations draw from a generator of their own: recipes that differ in them alone see the same references."""
_REPLACEMENT_STREAM = 2
"""So does what is drawn in place of a file that can no longer be read."""
_REPLACEMENTS = 8
"""Draws in place of one: where they fail too, it is not the file but the disk."""


@dataclass(frozen=True)
class Batch:
    """Patches of one step, (N, 1, h, w) float32: `degraded`, its bicubic upscaling `base`, and `reference`.

    `unreadable` holds the data folders and errors of the files that others were drawn in place of.
    """

    degraded: Tensor
    base: Tensor
    reference: Tensor
    unreadable: tuple[tuple[str, UnreadableFile], ...] = ()

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return replace(
            self,
            degraded=self.degraded.to(device),
            base=self.base.to(device),
            reference=self.reference.to(device),
        )

    def part(self, part: slice) -> Batch:
        """Return some of the patches."""
        return replace(self, degraded=self.degraded[part], base=self.base[part], reference=self.reference[part])


class PatchSampler:
    """Draws the batch of a step; the same seed and step always draw the same batch, so a run resumes exactly.

    Parameters
    ----------
    images : sequence of TrainingImage
        What to draw from.
    recipe : DataRecipe
        Size, shares and weights.
    scale_factor : int
        Of the network.
    seed : int
        Of the run.
    degradation : DegradationRecipe
        The standard one where it is left out.
    report : callable
        Takes a line about folders that the recipe does not weigh.

    Raises
    ------
    InvalidRecipe
        If `recipe.folder_weights` names some of the data folders, and one that no image is of.
    """

    def __init__(
        self,
        images: Sequence[TrainingImage],
        recipe: DataRecipe,
        scale_factor: int,
        seed: int,
        degradation: DegradationRecipe = DegradationRecipe(),  # noqa: B008 - frozen
        report: Report = warn,
    ) -> None:
        self.images = images
        self.recipe = recipe
        self.scale_factor = scale_factor
        self.seed = seed
        self.degradation = degradation
        self._weights = _sampling_weights(images, recipe, report)

    def batch(self, step: int) -> Batch:
        """Return the patches of a step.

        Raises
        ------
        UnreadableFile
            If a file can no longer be read, nor those that are drawn in its place.
        """
        rng = np.random.default_rng((self.seed, step))
        chosen = [self.images[i] for i in rng.choice(len(self.images), self.recipe.batch, p=self._weights)]
        unreadable: list[tuple[str, UnreadableFile]] = []
        drawn = [self._draw(image, rng, (step, place), unreadable) for place, image in enumerate(chosen)]
        patches = np.stack([patch for _, patch in drawn])
        reference = torch.from_numpy(patches)[:, None]
        degraded = self._degrade(patches, [image.modality for image, _ in drawn], step)
        base = bicubic(degraded, self.scale_factor)
        outer = MARGIN * self.scale_factor
        return Batch(
            degraded[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous(),
            base[..., outer:-outer, outer:-outer].contiguous(),
            reference[..., outer:-outer, outer:-outer].contiguous(),
            tuple(unreadable),
        )

    def _draw(
        self,
        image: TrainingImage,
        rng: np.random.Generator,
        place: tuple[int, int],
        unreadable: list[tuple[str, UnreadableFile]],
    ) -> tuple[TrainingImage, NDArray[np.float32]]:
        """Return a patch of an image, and the image: another one where the file can no longer be read."""
        side = (self.recipe.patch + 2 * MARGIN) * self.scale_factor
        step, position = place
        for attempt in range(_REPLACEMENTS):
            try:
                return image, draw_patch(image, side, self.recipe, rng)
            except UnreadableFile as exc:
                unreadable.append((image.folder, exc))
            rng = np.random.default_rng((self.seed, step, _REPLACEMENT_STREAM, position, attempt))
            image = self.images[int(rng.choice(len(self.images), p=self._weights))]
        raise unreadable[-1][1]

    def _degrade(self, patches: NDArray[np.float32], modalities: Sequence[str], step: int) -> Tensor:
        if is_standard(self.degradation):
            return bicubic(torch.from_numpy(patches)[:, None], 1 / self.scale_factor)
        rng = np.random.default_rng((self.seed, step, _DEGRADATION_STREAM))
        degraded = [
            degrade_patch(patch, self.scale_factor, self.degradation, rng, modality)
            for patch, modality in zip(patches, modalities, strict=True)
        ]
        return torch.from_numpy(np.stack(degraded))[:, None]


def _sampling_weights(images: Sequence[TrainingImage], recipe: DataRecipe, report: Report) -> NDArray[np.float64]:
    folders = {image.folder for image in images}
    unknown = sorted(set(recipe.folder_weights) - folders)
    if unknown == sorted(recipe.folder_weights) and unknown:
        # A recipe that was made for other folders altogether, as those that ship are: it weighs these alike.
        report(f"data.folder_weights names {', '.join(unknown)} alone: the data folders given are drawn alike")
    elif unknown:
        raise InvalidRecipe(
            f"data.folder_weights names {', '.join(unknown)}, which is not among the data folders",
            f"Given: {', '.join(sorted(folders))}. Remove the name from the recipe, or add its folder to --data.",
        )
    per_source = Counter((image.folder, image.source) for image in images)
    weights = np.array([per_source[image.folder, image.source] ** (recipe.source_balance - 1) for image in images])
    for folder in folders:
        members = np.array([image.folder == folder for image in images])
        weights[members] *= recipe.folder_weights.get(folder, 1.0) / weights[members].sum()
    if not weights.sum() > 0:
        raise InvalidRecipe("data.folder_weights are all 0", "Give at least one data folder a weight above 0.")
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
