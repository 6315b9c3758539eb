"""Losses that hold an upscaled patch to what any image is, or to the pixels that it was made from."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from trainer.degradations import reduce_batch
from trainer.recipe import CONSISTENCY_BORDER, Kernel


def total_variation_loss(upscaled: Tensor) -> Tensor:
    """Return twice the sum, over both directions, of the mean squared difference between neighbours.

    As ``leftthomas/SRGAN`` computes it, where its weight is 2e-8.

    Parameters
    ----------
    upscaled : Tensor
        (N, C, H, W).
    """
    rows = (upscaled[..., 1:, :] - upscaled[..., :-1, :]).square().mean()
    columns = (upscaled[..., :, 1:] - upscaled[..., :, :-1]).square().mean()
    return 2 * (rows + columns)


def consistency_loss(upscaled: Tensor, degraded: Tensor, kernel: Kernel = "bicubic") -> Tensor:
    """Return the mean squared difference between the re-degraded output and the input, borders left out.

    Parameters
    ----------
    upscaled : Tensor
        (N, C, h * scale, w * scale).
    degraded : Tensor
        (N, C, h, w); h and w above twice `CONSISTENCY_BORDER`.
    kernel : str
        Of the degradation, which the output undergoes again (see `trainer.degradations.reduce`).
    """
    again = reduce_batch(upscaled, upscaled.shape[-1] // degraded.shape[-1], kernel)
    inner = slice(CONSISTENCY_BORDER, -CONSISTENCY_BORDER)
    return F.mse_loss(again[..., inner, inner], degraded[..., inner, inner])
