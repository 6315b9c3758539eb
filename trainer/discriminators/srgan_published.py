"""SRGAN's discriminator as published: a dense layer on all places of the last feature map, so one patch size."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.discriminators.convolutions import WIDEST, convolutions, flattened_features


class PublishedSrganDiscriminator(nn.Module):
    """SRGAN's discriminator (Ledig et al. 2017, figure 4).

    Parameters
    ----------
    patch_side : int
        Side of the square patches, in reference pixels: 96 as published (23,565,505 parameters at three channels).
    channels : int
        Image channels.
    features : int
        Channels of the first stage: 64 as published; the dense layer has 16 times as many units, 1024.
    norm : {"batch", "instance", "none"}
        Normalisation after all but the first convolution.
    """

    def __init__(self, patch_side: int, channels: int = 1, features: int = 64, norm: str = "batch") -> None:
        super().__init__()
        dense = 2 * WIDEST * features
        self.layers = nn.Sequential(
            *convolutions(channels, features, norm),
            nn.Flatten(),
            nn.Linear(flattened_features(patch_side, features), dense),
            nn.LeakyReLU(0.2),
            nn.Linear(dense, 1),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores
