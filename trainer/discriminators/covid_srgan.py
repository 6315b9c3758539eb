"""covid-srgan's discriminator (Zhou): SRGAN's convolutions, dropout, and a decision layer of one channel."""

from __future__ import annotations

from torch import Tensor, nn

from trainer.discriminators.convolutions import WIDEST, convolutions


class CovidSrganDiscriminator(nn.Module):
    """A 3 x 3 convolution to 64 channels, seven more up to 512, dropout, a decision layer of one channel.

    The paper says so much. Strides, BatchNorm and LeakyReLU are SRGAN's; that the decision layer is a 3 x 3 convolution
    whose map of logits is averaged, and that one value in two is dropped before it, are our choices.

    Parameters
    ----------
    channels : int
        Image channels.
    features : int
        Channels of the first stage: 64 as published.
    norm : {"batch", "instance", "none"}
        Normalisation after all but the first convolution.
    dropout : float
        Share of the values that are dropped.
    """

    def __init__(self, channels: int = 1, features: int = 64, norm: str = "batch", dropout: float = 0.5) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *convolutions(channels, features, norm),
            nn.Dropout(dropout),
            nn.Conv2d(WIDEST * features, 1, 3, padding=1),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Return logits, (N, 1)."""
        scores: Tensor = self.layers(pixels)
        return scores
