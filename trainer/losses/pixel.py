"""Losses of single pixels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

PIXEL_LOSSES = ("l1", "mse", "charbonnier", "psnr")
SMALLEST_MSE = 1e-7
"""Added to a patch's squared error: a flat patch that is met exactly (70 dB) asks for nothing more."""


def pixel_loss(name: str, upscaled: Tensor, reference: Tensor) -> Tensor:
    """Return the pixel loss that a recipe names.

    Parameters
    ----------
    name : {"l1", "mse", "charbonnier", "psnr"}
        ``"psnr"`` is the mean of the patches' negative PSNR in dB: noisy images, whose squared error is large whatever
        the network does, do not drown the others.
    upscaled, reference : Tensor
        (N, C, H, W).

    Raises
    ------
    ValueError
        If there is no loss of that name.
    """
    match name:
        case "l1":
            return F.l1_loss(upscaled, reference)
        case "mse":
            return F.mse_loss(upscaled, reference)
        case "charbonnier":
            return torch.sqrt((upscaled - reference) ** 2 + 1e-6).mean()
        case "psnr":
            per_patch = (upscaled - reference).square().mean(dim=(1, 2, 3))
            return 10 * torch.log10(per_patch + SMALLEST_MSE).mean()
    raise ValueError(f"unknown pixel loss {name!r}: use {', '.join(PIXEL_LOSSES)}")
