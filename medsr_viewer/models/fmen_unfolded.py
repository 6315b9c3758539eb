"""FMEN as it trains: blocks that fold exactly into the convolutions of `medsr_viewer.models.fmen`.

Source: the authors' public code, ``NJU-Jet/FMEN``.
"""

from __future__ import annotations

from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.models.fmen import Convolutions, Fmen

EXPANSION = 2
"""Of the channels inside an RRRB."""


class UnfoldedFmen(Fmen):
    """FMEN as it trains: of the same shape, with RRRBs and batch normalisation, which `fold` folds into convolutions.

    The parameters are `Fmen`'s.
    """

    @staticmethod
    def convolutions() -> Convolutions:
        """Return what the blocks are made of."""
        return Convolutions(
            rrrb=Rrrb, squeeze=NormalisedConvolution, excite=partial(NormalisedConvolution, norm_after=True)
        )

    def fold(self) -> Fmen:
        """Return the folded network, which computes what this one does in evaluation mode, borders included."""
        folded = Fmen(
            self.scale_factor,
            channels=self.head.in_channels,
            features=self.head.out_channels,
            blocks=len(self.body) // 2,
            attention_features=self.attention_features,
        ).to(self.head.weight)
        for name, conv in folded.named_modules():
            if isinstance(conv, nn.Conv2d):
                trained = self.get_submodule(name)
                weight, bias = (
                    trained.folded()
                    if isinstance(trained, Rrrb | NormalisedConvolution)
                    else (trained.weight, trained.bias)
                )
                conv.load_state_dict({"weight": weight, "bias": bias})
        return folded.train(self.training)


class Rrrb(nn.Module):
    """RRRB: 1 x 1 to more channels, 3 x 3 plus the identity, 1 x 1 back, plus the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        inner = EXPANSION * features
        self.expand = nn.Conv2d(features, inner, 1)
        self.middle = nn.Conv2d(inner, inner, 3)
        self.reduce = nn.Conv2d(inner, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, features, h, w) to the same shape."""
        expanded = self.expand(features)
        # Beyond the border: what `expand` makes of zeros, so that the folded convolution may pad with zeros.
        output: Tensor = features + self.reduce(expanded + self.middle(pad_with(expanded, _bias(self.expand))))
        return output

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return weight and bias of the 3 x 3 convolution that computes the same."""
        expand, middle, reduce = (layer.weight.double() for layer in (self.expand, self.middle, self.reduce))
        expand_bias, middle_bias, reduce_bias = (
            _bias(layer).double() for layer in (self.expand, self.middle, self.reduce)
        )
        expand, reduce = expand[:, :, 0, 0], reduce[:, :, 0, 0]
        middle = plus_identity(middle)
        weight = plus_identity(torch.einsum("ok,kmhw,mi->oihw", reduce, middle, expand))
        bias = reduce @ (middle.sum(dim=(2, 3)) @ expand_bias + middle_bias) + reduce_bias
        return weight, bias


class NormalisedConvolution(nn.Module):
    """Batch normalisation, a 3 x 3 convolution and, where asked for, batch normalisation again."""

    def __init__(self, inputs: int, outputs: int, norm_after: bool = False) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, outputs, 3)
        self.norm_after = nn.BatchNorm2d(outputs) if norm_after else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, inputs, h, w) to (N, outputs, h, w)."""
        # Beyond the border: what the normalisation makes of zeros by its running statistics, as in the authors' code.
        output: Tensor = self.norm_after(self.conv(pad_with(self.norm(features), _scale_and_shift(self.norm)[1])))
        return output

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return weight and bias of the 3 x 3 convolution that computes the same in evaluation mode."""
        weight, bias = self.conv.weight.double(), _bias(self.conv).double()
        scale, shift = _scale_and_shift(self.norm)
        bias = bias + weight.sum(dim=(2, 3)) @ shift.double()
        weight = weight * scale.double()[:, None, None]
        if isinstance(self.norm_after, nn.BatchNorm2d):
            scale, shift = _scale_and_shift(self.norm_after)
            weight, bias = weight * scale.double()[:, None, None, None], bias * scale.double() + shift.double()
        return weight, bias


def _scale_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return what a batch normalisation multiplies by and adds in evaluation mode, one of each a channel."""
    mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
    scale = norm.weight * torch.rsqrt(variance + norm.eps)
    return scale, norm.bias - mean * scale


def _bias(conv: nn.Conv2d) -> Tensor:
    return cast(Tensor, conv.bias)


def pad_with(features: Tensor, values: Tensor) -> Tensor:
    """Pad (N, C, h, w) by one pixel on each side, with a value for each channel."""
    shift = values[:, None, None]
    return F.pad(features - shift, (1, 1, 1, 1)) + shift


def plus_identity(weight: Tensor) -> Tensor:
    """Return a square 3 x 3 kernel plus the one that changes nothing."""
    identity = torch.zeros_like(weight)
    identity[range(len(weight)), range(len(weight)), 1, 1] = 1
    return weight + identity
