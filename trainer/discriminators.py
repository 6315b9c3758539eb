"""Discriminators: (N, 1, H, W) patches to one logit each."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import normalisation

STAGES = ((1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2))
"""(multiple of the first stage's channels, stride) of the seven convolutions after the first one."""


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
        layers: list[nn.Module] = [nn.Conv2d(channels, features, 3, padding=1), nn.LeakyReLU(0.2)]
        inputs = features
        for multiple, stride in STAGES:
            outputs = multiple * features
            layers += [
                nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1),
                normalisation(norm, outputs),
                nn.LeakyReLU(0.2),
            ]
            inputs = outputs
        layers += [
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(inputs, 2 * inputs, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * inputs, 1, 1),
            nn.Flatten(),
        ]
        self.layers = nn.Sequential(*layers)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores
