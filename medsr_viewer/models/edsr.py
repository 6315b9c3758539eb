"""EDSR (Lim et al., CVPR workshops 2017): residual blocks without normalisation."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from medsr_viewer.models.layers import reach_before_upsampling, require_scale_factor, upsampling_steps


class Edsr(nn.Module):
    """EDSR; with the default options its baseline of 1.5 M parameters at x4.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels; 256 in the large network.
    blocks : int
        Residual blocks; 32 in the large network.
    residual_scale : float
        What each block's residual is multiplied by; 0.1 in the large network, which does not train without.
    mean_shift : bool
        Whether a mean of each image channel, kept with the weights, is taken off the input and added to the output, as
        published weights expect. One that is trained here has no need of it.

    Raises
    ------
    ValueError
        If the scale factor is none of the four.
    """

    mean: Tensor

    def __init__(
        self,
        scale_factor: int,
        channels: int = 1,
        features: int = 64,
        blocks: int = 16,
        residual_scale: float = 1.0,
        mean_shift: bool = False,
    ) -> None:
        super().__init__()
        require_scale_factor(scale_factor)
        self.scale_factor = scale_factor
        self.factors = (3,) if scale_factor == 3 else (2,) * upsampling_steps(scale_factor)
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1), persistent=mean_shift)
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.body = nn.Sequential(*(ScaledResidualBlock(features, residual_scale) for _ in range(blocks)))
        self.trunk_end = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = nn.Sequential(
            *(
                layer
                for factor in self.factors
                for layer in (nn.Conv2d(features, factor**2 * features, 3, padding=1), nn.PixelShuffle(factor))
            )
        )
        self.tail = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded - self.mean)
        features = features + self.trunk_end(self.body(features))
        output: Tensor = self.tail(self.upsampler(features)) + self.mean
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        upsampler = reach_before_upsampling(*((1, factor) for factor in reversed(self.factors)), (1, 1))
        return 1 + 2 * len(self.body) + 1 + upsampler


class ScaledResidualBlock(nn.Module):
    """conv 3 x 3, ReLU, conv 3 x 3, times a constant, plus the input."""

    def __init__(self, features: int, residual_scale: float) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), nn.ReLU(), nn.Conv2d(features, features, 3, padding=1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        output: Tensor = features + self.residual_scale * self.layers(features)
        return output
