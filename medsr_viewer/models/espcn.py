"""ESPCN (Shi et al., CVPR 2016): three convolutions at low resolution and a pixel shuffle."""

from __future__ import annotations

from torch import Tensor, nn

from medsr_viewer.models.layers import require_scale_factor


class Espcn(nn.Module):
    """Convolutions 5 x 5, 3 x 3 and 3 x 3 with tanh between them; the output is the picture, as published.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8.
    channels : int
        Image channels.
    features : int
        Channels after the first convolution; half as many after the second.

    Raises
    ------
    ValueError
        If the scale factor is none of the four.
    """

    def __init__(self, scale_factor: int, channels: int = 1, features: int = 64) -> None:
        super().__init__()
        require_scale_factor(scale_factor)
        self.scale_factor = scale_factor
        self.layers = nn.Sequential(
            nn.Conv2d(channels, features, 5, padding=2),
            nn.Tanh(),
            nn.Conv2d(features, features // 2, 3, padding=1),
            nn.Tanh(),
            nn.Conv2d(features // 2, channels * scale_factor**2, 3, padding=1),
            nn.PixelShuffle(scale_factor),
        )

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        output: Tensor = self.layers(degraded)
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        return 2 + 1 + 1
