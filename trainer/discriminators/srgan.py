"""SRGAN's discriminator as fmen compares it: pooled, so that it takes patches of any size."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.discriminators.convolutions import WIDEST, convolutions


class SrganDiscriminator(nn.Module):
    """SRGAN's discriminator with a global average pool, as fmen's (``leftthomas/SRGAN``); any patch size.

    Parameters
    ----------
    channels : int
        Image channels.
    features : int
        Channels of the first stage: 64 as published (5,215,425 parameters at three channels).
    norm : {"batch", "instance", "none"}
        Normalisation after all but the first convolution.
    """

    def __init__(self, channels: int = 1, features: int = 64, norm: str = "batch") -> None:
        super().__init__()
        widest = WIDEST * features
        self.layers = nn.Sequential(
            *convolutions(channels, features, norm),
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(widest, 2 * widest, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * widest, 1, 1),
            nn.Flatten(),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores
