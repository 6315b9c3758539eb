"""What a network's output means, and the picture that it makes."""

from __future__ import annotations

import torch
from torch import Tensor

from medsr_viewer.models.cards import Output


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
