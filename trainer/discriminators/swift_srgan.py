"""Swift-SRGAN's discriminator: depthwise-separable convolutions (``Koushik0901/Swift-SRGAN``)."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import normalisation

MULTIPLES = (1, 1, 2, 2, 4, 4, 8, 8)
"""Of the first block's channels; every second block halves the size."""
POOLED_SIDE = 6


class SwiftSrganDiscriminator(nn.Module):
    """Eight separable blocks, an adaptive average pool to 6 x 6, a dense layer of 1024 units; any patch size.

    Parameters
    ----------
    channels : int
        Image channels.
    features : int
        Channels of the first block: 64 as published; the dense layer has 16 times as many units, 1024.
    norm : {"batch", "instance", "none"}
        Normalisation in all but the first block; convolutions have a bias where there is none.
    """

    def __init__(self, channels: int = 1, features: int = 64, norm: str = "batch") -> None:
        super().__init__()
        blocks, inputs = list[nn.Module](), channels
        for index, multiple in enumerate(MULTIPLES):
            outputs = multiple * features
            blocks += _block(inputs, outputs, stride=1 + index % 2, norm=norm if index else "none")
            inputs = outputs
        dense = 2 * inputs
        self.layers = nn.Sequential(
            *blocks,
            nn.AdaptiveAvgPool2d(POOLED_SIDE),
            nn.Flatten(),
            nn.Linear(POOLED_SIDE**2 * inputs, dense),
            nn.LeakyReLU(0.2),
            nn.Linear(dense, 1),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores


def _block(inputs: int, outputs: int, *, stride: int, norm: str) -> list[nn.Module]:
    bias = norm == "none"
    return [
        nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=bias),
        nn.Conv2d(inputs, outputs, 1, bias=bias),
        normalisation(norm, outputs),
        nn.LeakyReLU(0.2),
    ]
