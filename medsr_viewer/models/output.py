"""What a network's output means, and the picture that it makes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from medsr_viewer.models.cards import ModelCard, Output
from medsr_viewer.models.layers import bicubic

LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601, as for the viewer's colour images."""


def to_picture(network_output: Tensor, base: Tensor, output: Output) -> Tensor:
    """Return the picture that a network's output stands for.

    Parameters
    ----------
    network_output : Tensor
        (N, C, H, W), as the network returned it.
    base : Tensor
        (N, C, H, W): the bicubic upscaling of the network's input, on [0, 1].
    output : {"residual", "image", "tanh"}
        ``"residual"`` is added to `base`, ``"image"`` is the picture itself, and of ``"tanh"`` (as SRGAN was
        published) the hyperbolic tangent, mapped from [-1, 1] to [0, 1], is.

    Returns
    -------
    Tensor
        (N, C, H, W) on [0, 1]; not clipped.
    """
    match output:
        case "residual":
            return base + network_output
        case "image":
            return network_output
        case "tanh":
            return (torch.tanh(network_output) + 1) / 2


def residual_of_gray(network: nn.Module, degraded: Tensor, card: ModelCard) -> Tensor:
    """Return what a network adds to the bicubic upscaling of a gray image, whatever its output means.

    A network whose output is a picture sees its input clipped to [0, 1]: it can show nothing else, and so leaves what
    was beyond (metal in CT) as the bicubic upscaling has it. One of three channels sees the image in each of them, and
    the luma of what it returns counts.

    Parameters
    ----------
    network : nn.Module
        The card's.
    degraded : Tensor
        (N, 1, h, w).
    card : ModelCard
        For the scale factor, the output and the number of channels.

    Returns
    -------
    Tensor
        (N, 1, h * scale, w * scale).
    """
    if card.output != "residual":
        degraded = degraded.clamp(0, 1)
    channels = card.options.get("channels", 1)
    found = network(degraded.expand(-1, channels, -1, -1))
    if card.output != "residual":
        base = bicubic(degraded, card.scale_factor)
        found = to_picture(found.float(), base, card.output) - base
    return found if channels == 1 else _luma(found)


def _luma(colours: Tensor) -> Tensor:
    weights = torch.tensor(LUMA, dtype=colours.dtype, device=colours.device)
    return (colours * weights[:, None, None]).sum(dim=1, keepdim=True)
