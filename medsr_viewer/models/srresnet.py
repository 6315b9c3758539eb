"""SRResNet, the generator of SRGAN (Ledig et al., CVPR 2017), with the variants that the source papers use."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor, nn

from medsr_viewer.models.layers import PUBLISHED_TAIL_KERNEL, PolyphaseConv2d, normalisation, upsampling_steps

CACHE_TILE = 64
UPSAMPLER_HALO = 3
"""Trunk pixels around a tile that upsampler and tail reach: 1 + 1/2 + 1/4, and 4 at full size."""


class SrResNet(nn.Module):
    """Residual trunk at low resolution, sub-pixel upsampling, wide last convolution; linear output.

    Parameters
    ----------
    scale_factor : int
        2, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels.
    blocks : int
        Residual blocks: 16 as published by Ledig et al., 5 (fmen), 8 (covid-srgan).
    norm : {"batch", "instance", "none"}
        Normalisation after the trunk's convolutions. The shipped weights use ``"none"`` (as EDSR, Lim et al. 2017):
        batch statistics of small patches are a source of artefacts.
    head_kernel : int
        9 as published; 3 for covid-srgan and queens.
    trunk_norm : {"", "batch", "instance", "none"}
        Normalisation after the convolution that ends the trunk, where it is another one: ``"instance"`` for
        covid-srgan.
    """

    def __init__(
        self,
        scale_factor: int,
        channels: int = 1,
        features: int = 64,
        blocks: int = 16,
        norm: str = "batch",
        head_kernel: int = 9,
        trunk_norm: str = "",
    ) -> None:
        super().__init__()
        self.scale_factor = scale_factor
        self.head_kernel = head_kernel
        self.head = nn.Sequential(nn.Conv2d(channels, features, head_kernel, padding=head_kernel // 2), nn.PReLU())
        self.body = nn.Sequential(*(ResidualBlock(features, norm) for _ in range(blocks)))
        self.trunk_end = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), normalisation(trunk_norm or norm, features)
        )
        self.upsampler = nn.Sequential(
            *(
                layer
                for _ in range(upsampling_steps(scale_factor))
                for layer in (nn.Conv2d(features, 4 * features, 3, padding=1), nn.PReLU(), nn.PixelShuffle(2))
            )
        )
        self.tail = PolyphaseConv2d(features, channels, PUBLISHED_TAIL_KERNEL, phases=min(scale_factor, 4))

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded)
        features = features + self.trunk_end(self.body(features))
        if self.training:
            output: Tensor = self.tail(self.upsampler(features))
            return output
        return self._enlarge_in_tiles(features)

    def _enlarge_in_tiles(self, features: Tensor) -> Tensor:
        """Upsample tile by tile, exactly: a tile's enlarged features stay in the processor's cache."""
        batch, _, rows, columns = features.shape
        scale = self.scale_factor
        output = features.new_empty(batch, self.tail.out_channels, rows * scale, columns * scale)
        for top, left in product(range(0, rows, CACHE_TILE), range(0, columns, CACHE_TILE)):
            bottom, right = min(top + CACHE_TILE, rows), min(left + CACHE_TILE, columns)
            outer_top, outer_left = max(0, top - UPSAMPLER_HALO), max(0, left - UPSAMPLER_HALO)
            outer = features[..., outer_top : bottom + UPSAMPLER_HALO, outer_left : right + UPSAMPLER_HALO]
            tile = self.tail(self.upsampler(outer.contiguous(memory_format=torch.channels_last)))
            inner_top, inner_left = (top - outer_top) * scale, (left - outer_left) * scale
            height, width = (bottom - top) * scale, (right - left) * scale
            output[..., top * scale : bottom * scale, left * scale : right * scale] = tile[
                ..., inner_top : inner_top + height, inner_left : inner_left + width
            ]
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        trunk = 2 * len(self.body) + 1
        # Each upsampling convolution reaches a pixel at its own size (1 + 1/2 + 1/4), the tail its radius at full size.
        return self.head_kernel // 2 + trunk + 2 + -(-(PUBLISHED_TAIL_KERNEL // 2) // self.scale_factor)


class ResidualBlock(nn.Module):
    """conv 3 x 3, norm, PReLU, conv 3 x 3, norm, plus the input."""

    def __init__(self, features: int, norm: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            normalisation(norm, features),
            nn.PReLU(),
            nn.Conv2d(features, features, 3, padding=1),
            normalisation(norm, features),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        output: Tensor = features + self.layers(features)
        return output
