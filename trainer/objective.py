"""What a generator and its discriminator minimise: the terms of a recipe, and from which step each counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from trainer.data import Batch
from trainer.losses import (
    ContentLoss,
    PerceptualDistance,
    build_content_loss,
    consistency_loss,
    discriminator_loss,
    find_weights,
    generator_loss,
    lattice_loss,
    pixel_loss,
    total_variation_loss,
)
from trainer.recipe import LossRecipe, Recipe


@dataclass(frozen=True)
class FeatureFiles:
    """Files with weights of the networks that losses look through.

    Attributes
    ----------
    vgg : Path or None
        VGG-16's features, for the perceptual distance, and for a content loss by VGG-16; None: torch's cache, or a
        download, where the recipe needs them.
    content : Path or None
        Of the recipe's content backbone; None: torch's cache, or a download.
    """

    vgg: Path | None = None
    content: Path | None = None


class Objective(nn.Module):
    """The loss of a recipe.

    Parameters
    ----------
    recipe : Recipe
        Its terms, weights and schedule.
    files : FeatureFiles
        Weights of the networks that it looks through.

    Attributes
    ----------
    perceptual : PerceptualDistance or None
        Present where the recipe needs it, and where its weights were named, for validation alone.

    Raises
    ------
    ModelError
        If such weights are needed and cannot be had.
    """

    perceptual: PerceptualDistance | None
    content: ContentLoss | None

    def __init__(self, recipe: Recipe, files: FeatureFiles) -> None:
        super().__init__()
        loss = recipe.loss
        needed = loss.perceptual_weight or recipe.validation.selection == "perceptual_distance"
        self.recipe, self.kernel = loss, recipe.degradation.kernel
        self.mixes_batch = recipe.discriminator.mixed_batch
        vgg = find_weights("vgg16", files.vgg, option="--vgg") if needed else files.vgg
        self.perceptual = PerceptualDistance(vgg) if vgg else None
        self.content = _content(loss, files) if loss.content_weight else None

    def is_adversarial(self, step: int) -> bool:
        """Return whether the adversarial term counts at a step, so that the discriminator trains."""
        return self.recipe.adversarial_weight > 0 and step >= self.recipe.adversarial_from

    def terms(self, picture: Tensor, batch: Batch, step: int, discriminator: nn.Module | None) -> dict[str, Tensor]:
        """Return the weighted terms of the generator's loss by their names; the loss is their sum.

        Parameters
        ----------
        picture : Tensor
            (N, C, H, W): the upscaled patches.
        batch : Batch
            What they were made of, and what they should be.
        step : int
            Which terms count.
        discriminator : nn.Module, optional
            Frozen by the caller; None: no adversarial term.
        """
        weights, pixels, reference = self.recipe, picture.float(), batch.reference
        terms: dict[str, Tensor] = {}
        if weights.pixel_weight:
            terms["pixel"] = weights.pixel_weight * pixel_loss(weights.pixel, pixels, reference)
        if weights.consistency_weight:
            consistency = consistency_loss(pixels, batch.degraded, self.kernel)
            terms["consistency"] = weights.consistency_weight * consistency
        if weights.total_variation_weight:
            terms["total_variation"] = weights.total_variation_weight * total_variation_loss(pixels)
        if weights.lattice_weight:
            scale_factor = pixels.shape[-1] // batch.degraded.shape[-1]
            terms["lattice"] = weights.lattice_weight * lattice_loss(pixels, reference, scale_factor)
        if step >= weights.perceptual_from:
            if weights.perceptual_weight and self.perceptual:
                shifted = self._shifted(picture, reference)
                terms["perceptual"] = weights.perceptual_weight * self.perceptual(*shifted).float()
            if self.content:
                terms["content"] = weights.content_weight * self.content(picture, reference)
        if discriminator:
            terms["adversarial"] = weights.adversarial_weight * self._adversarial(picture, reference, discriminator)
        return terms

    def discriminator_loss(self, picture: Tensor, reference: Tensor, discriminator: nn.Module) -> Tensor:
        """Return what the discriminator minimises; no gradient flows into `picture`."""
        patches = reference, picture.detach().float()
        if self.mixes_batch:
            scores = discriminator(torch.cat(patches)).float().chunk(2)
        else:
            scores = tuple(discriminator(some).float() for some in patches)
        return discriminator_loss(*scores, form=self.recipe.adversarial)

    def _shifted(self, *patches: Tensor) -> list[Tensor]:
        if not self.recipe.perceptual_shift:
            return list(patches)
        down, right = torch.randint(self.recipe.perceptual_shift + 1, (2,)).tolist()
        return [some[..., down:, right:] for some in patches]

    def _adversarial(self, picture: Tensor, reference: Tensor, discriminator: nn.Module) -> Tensor:
        reference_scores = None
        if self.recipe.adversarial == "relativistic":
            with torch.no_grad():
                reference_scores = discriminator(reference).float()
        return generator_loss(discriminator(picture).float(), reference_scores, form=self.recipe.adversarial)


def _content(loss: LossRecipe, files: FeatureFiles) -> ContentLoss:
    weights = files.content or (files.vgg if loss.content_backbone == "vgg16" else None)
    return build_content_loss(
        loss.content_backbone, loss.content_layer, before_activation=loss.content_before_activation, weights=weights
    )
