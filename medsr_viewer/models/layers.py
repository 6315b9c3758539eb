"""Layers that several networks share."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor, nn
from torch.nn import functional as F

PUBLISHED_TAIL_KERNEL = 9
SCALE_FACTORS = (2, 3, 4, 8)


def normalisation(name: str, channels: int) -> nn.Module:
    """Return the normalisation layer that a recipe names.

    Parameters
    ----------
    name : {"batch", "instance", "none"}
        ``"instance"`` takes its statistics from the whole image, so a network that uses it cannot be tiled exactly.
    channels : int
        Number of feature channels.

    Raises
    ------
    ValueError
        If `name` is not one of the three.
    """
    match name:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "instance":
            return InstanceNorm2d(channels)
        case "none":
            return nn.Identity()
    raise ValueError(f"unknown normalisation {name!r}: use batch, instance or none")


class InstanceNorm2d(nn.InstanceNorm2d):
    """torch's, without parameters, which also takes an image of one pixel: that is its own mean, so nothing is left."""

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        if features[0, 0].numel() == 1:
            return torch.zeros_like(features)
        normalised: Tensor = super().forward(features)
        return normalised


class PolyphaseConv2d(nn.Conv2d):
    """A wide convolution to few channels at full size, computed at a lower size before a pixel shuffle.

    The parameters are those of the plain ``Conv2d``, and so is the result (zero padding included). A k x k kernel over
    pixels that a pixel unshuffle by `phases` gathers into channels is a smaller kernel with ``phases**2`` times the
    outputs, which keeps the processor's vector units full: computed as written, the 9 x 9 layer to one channel is 28 %
    of SRResNet's time.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels at full size.
    kernel_size : int
        Odd.
    phases : int
        Size of the pixel shuffle. The input's height and width must be multiples of it.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, phases: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size, padding=kernel_size // 2)
        self.phases = phases

    def forward(self, features: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, H, W)."""
        gathered = F.pixel_unshuffle(features, self.phases)
        weight = polyphase_weight(self.weight, self.phases)
        bias = None if self.bias is None else self.bias.repeat_interleave(self.phases**2)
        return F.pixel_shuffle(F.conv2d(gathered, weight, bias, padding=weight.shape[-1] // 2), self.phases)


def polyphase_weight(weight: Tensor, phases: int) -> Tensor:
    """Rewrite a full-size kernel for pixels that were gathered into channels by a pixel unshuffle.

    Parameters
    ----------
    weight : Tensor
        (out, in, k, k), k odd.
    phases : int
        Size of the pixel shuffle.

    Returns
    -------
    Tensor
        (out * phases**2, in * phases**2, m, m) with m odd, differentiable with respect to `weight`.
    """
    out_channels, in_channels, kernel, _ = weight.shape
    radius = kernel // 2
    reach = -(-radius // phases)
    size = 2 * reach + 1
    rows = []
    for phase_row in range(phases):
        for phase_column in range(phases):
            # At full size the window of this phase starts `radius` before it; pad to whole cells on both sides.
            top, left = reach * phases + phase_row - radius, reach * phases + phase_column - radius
            padded = F.pad(
                weight, (left, size * phases - kernel - left, top, size * phases - kernel - top)
            )  # (out, in, size * phases, size * phases)
            rows.append(F.pixel_unshuffle(padded, phases))
    stacked = torch.stack(rows, dim=1)  # (out, phases**2, in * phases**2, size, size)
    return stacked.reshape(out_channels * phases**2, in_channels * phases**2, size, size)


def bicubic(pixels: Tensor, scale: float) -> Tensor:
    """Resample (N, C, H, W) by bicubic interpolation, a = -0.5, antialiased when it shrinks: what Pillow computes."""
    return F.interpolate(pixels, scale_factor=scale, mode="bicubic", antialias=True, align_corners=False)


def bicubic_reach(radius: int, scale_factor: int) -> int:
    """Return how far a network that sees the bicubic upscaling of its input reaches, in pixels of the input.

    Parameters
    ----------
    radius : int
        How far its convolutions reach, in enlarged pixels.
    scale_factor : int
        Of the upscaling; at 1 there is none.
    """
    if scale_factor == 1:
        return radius
    # An enlarged pixel p lies at (p + 1/2) / scale - 1/2, between the second and the third of the four that make it.
    first = (1 - scale_factor - 2 * radius) // (2 * scale_factor) - 1
    last = (scale_factor - 1 + 2 * radius) // (2 * scale_factor) + 2
    return max(-first, last)


def reach_before_upsampling(*stages: tuple[int, int]) -> int:
    """Return how far an upsampler reaches, in pixels of its input.

    Parameters
    ----------
    *stages : (int, int)
        From the output towards the input: radius of the convolutions at a size, and the factor by which the size
        before them is smaller.
    """
    first, last = 0, prod(factor for _, factor in stages) - 1
    for radius, factor in stages:
        first, last = (first - radius) // factor, (last + radius) // factor
    return max(-first, last)


def require_scale_factor(scale_factor: int) -> None:
    """Refuse a scale factor that none of our networks upscales by.

    Raises
    ------
    ValueError
        If `scale_factor` is not 2, 3, 4 or 8.
    """
    if scale_factor not in SCALE_FACTORS:
        raise ValueError(f"scale factor {scale_factor}: this network upscales by 2, 3, 4 or 8")


def upsampling_steps(scale_factor: int) -> int:
    """Return how many x2 stages a scale factor takes.

    Raises
    ------
    ValueError
        If `scale_factor` is not 2, 4 or 8.
    """
    if scale_factor not in (2, 4, 8):
        raise ValueError(f"scale factor {scale_factor}: this network upscales by 2, 4 or 8")
    return scale_factor.bit_length() - 1
