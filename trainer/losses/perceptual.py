"""The perceptual distance of this project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from trainer.losses.vgg import VggFeatures

PERCEPTUAL_LAYERS = ("1_2", "2_2", "3_3", "4_3", "5_3")


class PerceptualDistance(nn.Module):
    """Mean, over five layers of VGG-16, of the squared distance between channel-normalised features.

    Parameters
    ----------
    weights : Path
        VGG-16's (see `VggFeatures`). Distances through Caffe's weights and through torchvision's do not compare.

    Raises
    ------
    ModelError
        If the file is missing or is not such a file.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.features = VggFeatures(weights, "vgg16", PERCEPTUAL_LAYERS)

    def forward(self, upscaled: Tensor, reference: Tensor) -> Tensor:
        """Return the distance, a scalar; gradients flow into `upscaled` alone."""
        return self.distance(upscaled, self.target(reference))

    @torch.no_grad()
    def target(self, reference: Tensor) -> list[Tensor]:
        """Return what `distance` compares with: a reference's features, for any number of pictures of it."""
        return [F.normalize(features, dim=1) for features in self.features(reference)]

    def distance(self, upscaled: Tensor, target: Sequence[Tensor]) -> Tensor:
        """Return the distance of a picture from the reference whose `target` is given, a scalar."""
        distances = [
            (F.normalize(a, dim=1) - b).square().sum(dim=1).mean()
            for a, b in zip(self.features(upscaled), target, strict=True)
        ]
        return torch.stack(distances).mean()
