"""What a run is judged by at every validation: scores of validation and training images, and sample pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from trainer.images import Report, TrainingImage, large_enough, unheard
from trainer.log_columns import column_of
from trainer.losses import PerceptualDistance
from trainer.recipe import Recipe
from trainer.samples import draw_samples, spread, write_samples
from trainer.validation import FolderScore, Task, upscale_images, validate

_DIGITS = {"psnr_db": 4, "gain_db": 4, "ssim": 5, "perceptual_distance": 5, "consistency": 5}
"""Figures of a `FolderScore` that the log holds, and their decimal places there."""


class Examiner:
    """Scores the same images every time.

    Parameters
    ----------
    recipe : Recipe
        What the network does, and how many images are taken.
    validation_images, training_images : sequence of TrainingImage
        Those of too few pixels are left out. A few training images are scored as well, so that overfitting shows.
    perceptual : PerceptualDistance or None
        Measured where it is given; else left out of the figures, which is said.
    report : callable
        Takes a line about what is left out.
    """

    def __init__(
        self,
        recipe: Recipe,
        validation_images: Sequence[TrainingImage],
        training_images: Sequence[TrainingImage],
        perceptual: PerceptualDistance | None,
        report: Report,
    ) -> None:
        network = recipe.network
        self.task = Task(network.scale_factor, network.output, recipe.precision, recipe.degradation)
        self.perceptual = perceptual
        if perceptual is None:
            report("the perceptual distance is left out of the figures: name VGG-16's features with --vgg for it")
        self.images = large_enough(validation_images, network.scale_factor, report)
        self.samples = spread(self.images, recipe.validation.sample_images)
        self.training_sample: list[TrainingImage] = []
        if recipe.validation.train_images:
            fitting = large_enough(training_images, network.scale_factor, unheard)
            self.training_sample = spread(fitting, recipe.validation.train_images)

    def scores(self, network: nn.Module) -> dict[str, FolderScore]:
        """Return the validation images' scores by data folder."""
        return validate(network, self.images, self.task, self.perceptual)

    def figures(self, network: nn.Module, scores: Mapping[str, FolderScore]) -> dict[str, Any]:
        """Return scores as columns of the log, see `column_of`, with those of the training sample."""
        seen = validate(network, self.training_sample, self.task, self.perceptual)
        return {
            column_of(folder, figure, training=training): round(getattr(score, figure), digits)
            for training, found in ((False, scores), (True, seen))
            for folder, score in found.items()
            for figure, digits in _DIGITS.items()
            if self.perceptual or figure != "perceptual_distance"
        }

    def draw(self, network: nn.Module, run: Path, step: int) -> NDArray[np.uint8] | None:
        """Draw the sample images into the run folder; return the sheet, or None where there are none.

        Raises
        ------
        CannotWrite
            If the disk is full, or the folder may not be written to.
        """
        if not self.samples:
            return None
        sheet = draw_samples(upscale_images(network, self.samples, self.task))
        write_samples(run / "samples" / f"step-{step:06d}.png", sheet)
        return sheet
