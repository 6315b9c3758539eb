"""FMEN: fast and memory-efficient network (Du et al., NTIRE 2022), in its folded form.

Source: the paper's table 2 (341,066 parameters at three channels, x4) and the authors' public code, ``NJU-Jet/FMEN``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from medsr_viewer.models.layers import require_scale_factor

SLOPE = 0.1


@dataclass(frozen=True)
class Convolutions:
    """What stands where the folded network has a 3 x 3 convolution inside a block, by input and output channels."""

    rrrb: Callable[[int], nn.Module]
    squeeze: Callable[[int, int], nn.Module]
    excite: Callable[[int, int], nn.Module]


class Fmen(nn.Module):
    """FMEN as it runs at inference: every re-parameterised block is one 3 x 3 convolution.

    Parameters
    ----------
    scale_factor : int
        2, 3, 4 or 8.
    channels : int
        Image channels.
    features : int
        Feature channels.
    blocks : int
        Pairs of ERB and HFAB.
    attention_features : int
        Channels inside HFAB; the one after the warm-up convolution has four fewer.

    Raises
    ------
    ValueError
        If the scale factor is none of the four.
    """

    def __init__(
        self, scale_factor: int, channels: int = 1, features: int = 50, blocks: int = 4, attention_features: int = 16
    ) -> None:
        super().__init__()
        convolutions = self.convolutions()
        require_scale_factor(scale_factor)
        self.scale_factor = scale_factor
        self.attention_features = attention_features
        self.head = conv3(channels, features)
        self.warmup = nn.Sequential(
            conv3(features, features),
            HighFrequencyAttention(features, attention_features - 4, 2, convolutions),
        )
        self.body = nn.Sequential(
            *(
                layer
                for _ in range(blocks)
                for layer in (
                    enhanced_residual_block(features, convolutions),
                    HighFrequencyAttention(features, attention_features, 1, convolutions),
                )
            )
        )
        self.trunk_end = conv3(features, features)
        self.tail = nn.Sequential(conv3(features, channels * scale_factor**2), nn.PixelShuffle(scale_factor))

    @staticmethod
    def convolutions() -> Convolutions:
        """Return what the blocks are made of."""
        return Convolutions(rrrb=folded_rrrb, squeeze=conv3, excite=conv3)

    def forward(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""
        features = self.head(degraded)
        deep = self.trunk_end(self.body(self.warmup(features)))
        output: Tensor = self.tail(deep + features)
        return output

    @property
    def halo(self) -> int:
        """Half of the receptive field, in input pixels: the border that an exact tile needs."""
        return sum(layer.kernel_size[0] // 2 for layer in self.modules() if isinstance(layer, nn.Conv2d))


class HighFrequencyAttention(nn.Module):
    """HFAB: a gate in (0, 1) computed in few channels, times the input."""

    def __init__(self, features: int, squeezed: int, blocks: int, convolutions: Convolutions) -> None:
        super().__init__()
        self.squeeze = convolutions.squeeze(features, squeezed)
        self.blocks = nn.Sequential(*(enhanced_residual_block(squeezed, convolutions) for _ in range(blocks)))
        self.excite = convolutions.excite(squeezed, features)
        self.act = nn.LeakyReLU(SLOPE)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        gate = self.excite(self.act(self.blocks(self.act(self.squeeze(features)))))
        return features * torch.sigmoid(gate)


def enhanced_residual_block(features: int, convolutions: Convolutions) -> nn.Sequential:
    """ERB: two RRRBs with a LeakyReLU between them."""
    return nn.Sequential(convolutions.rrrb(features), nn.LeakyReLU(SLOPE), convolutions.rrrb(features))


def folded_rrrb(features: int) -> nn.Conv2d:
    """Return the 3 x 3 convolution that an RRRB folds into, initialised as one: identity plus a small kernel."""
    conv = conv3(features, features)
    with torch.no_grad():
        conv.weight.mul_(0.5)
        conv.weight[range(features), range(features), 1, 1] += 1.0
    return conv


def conv3(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 3 x 3 convolution that keeps the size."""
    return nn.Conv2d(inputs, outputs, 3, padding=1)
