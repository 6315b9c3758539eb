"""RRDBNet, the generator of ESRGAN (Wang et al., ECCV workshops 2018): dense blocks within residual blocks."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.models.layers import reach_before_upsampling, upsampling_steps

SLOPE = 0.2
RESIDUAL_SCALE = 0.2
INITIAL_SCALE = 0.1


class Rrdb(nn.Module):
    """RRDBNet; linear output.

    Parameters
    ----------
    scale_factor : int
        2, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels.
    blocks : int
        Residual-in-residual dense blocks: 23 as published, 16.7 M parameters; 4 make 3.0 M.
    growth : int
        Channels that each convolution in a dense block adds.

    Raises
    ------
    ValueError
        If the scale factor is none of the three.
    """

    def __init__(
        self, scale_factor: int, channels: int = 1, features: int = 64, blocks: int = 23, growth: int = 32
    ) -> None:
        super().__init__()
        self.scale_factor = scale_factor
        steps = upsampling_steps(scale_factor)
        self.head = _conv3(channels, features)
        self.body = nn.Sequential(*(ResidualInResidual(features, growth) for _ in range(blocks)))
        self.trunk_end = _conv3(features, features)
        self.upsampler = nn.Sequential(
            *(
                nn.Sequential(nn.UpsamplingNearest2d(scale_factor=2), _conv3(features, features), nn.LeakyReLU(SLOPE))
                for _ in range(steps)
            )
        )
        self.tail = nn.Sequential(_conv3(features, features), nn.LeakyReLU(SLOPE), _conv3(features, channels))

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded)
        output: Tensor = self.tail(self.upsampler(features + self.trunk_end(self.body(features))))
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        # At full size the tail's two convolutions and one of the upsampler, at each lower size another.
        upsampler = reach_before_upsampling((3, 2), *[(1, 2)] * (len(self.upsampler) - 1))
        return 1 + 15 * len(self.body) + 1 + upsampler


class ResidualInResidual(nn.Module):
    """Three dense blocks, times a constant, plus the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.dense = nn.Sequential(*(DenseBlock(features, growth) for _ in range(3)))

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        output: Tensor = features + RESIDUAL_SCALE * self.dense(features)
        return output


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it made, times a constant, plus the input."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _small(_conv3(features + index * growth, growth if index < 4 else features)) for index in range(5)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        made = [features]
        for conv in self.layers[:-1]:
            made.append(F.leaky_relu(conv(torch.cat(made, 1)), SLOPE))
        output: Tensor = features + RESIDUAL_SCALE * self.layers[-1](torch.cat(made, 1))
        return output


def _conv3(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _small(conv: nn.Conv2d) -> nn.Conv2d:
    """Initialise as published: a deep residual network without normalisation starts best close to the identity."""
    nn.init.kaiming_normal_(conv.weight)
    with torch.no_grad():
        conv.weight.mul_(INITIAL_SCALE)
    nn.init.zeros_(cast(Tensor, conv.bias))
    return conv
