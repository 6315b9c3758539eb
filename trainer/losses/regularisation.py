"""Losses that hold an upscaled patch to what any image is, or to the pixels that it was made from."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from trainer.degradations import reduce_batch
from trainer.recipe import CONSISTENCY_BORDER, LATTICE_WINDOW, Kernel

FLAT = 0.005
"""Contrast, on [0, 1], that a flat window is given, so that nothing is divided by 0: a gray level or so of 8 bits."""


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


def lattice_loss(upscaled: Tensor, reference: Tensor, scale_factor: int) -> Tensor:
    """Return how strongly an error repeats with every degraded pixel, relative to the reference's own contrast.

    A sub-pixel upsampler makes scale x scale pixels of each degraded one. The error of each of these phases is averaged
    over a window: texture averages out, a grid stays. Relative, because a grid shows where all else is smooth.

    Parameters
    ----------
    upscaled, reference : Tensor
        (N, C, h * scale, w * scale) on [0, 1]; h and w at least `LATTICE_WINDOW`.
    scale_factor : int
        Pixels of a lattice cell, each way.

    Notes
    -----
    Our own: such grids are known of sub-pixel and transposed convolutions (Odena et al., Distill 2016; Aitken et al.,
    arXiv:1707.02937), whose remedy, the weights at the start, does nothing against a loss that is pleased by a grid.
    """
    phases = F.avg_pool2d(F.pixel_unshuffle(upscaled - reference, scale_factor), LATTICE_WINDOW, LATTICE_WINDOW // 2)
    phases = phases.reshape(*upscaled.shape[:2], scale_factor**2, *phases.shape[2:])
    grid = (phases - phases.mean(dim=2, keepdim=True)).abs().mean(dim=2)
    relative: Tensor = grid / (_contrast(reference, scale_factor * LATTICE_WINDOW) + FLAT)
    return relative.mean()


def _contrast(picture: Tensor, side: int) -> Tensor:
    """Return the standard deviation in windows that overlap by half."""
    mean = F.avg_pool2d(picture, side, side // 2)
    return (F.avg_pool2d(picture.square(), side, side // 2) - mean.square()).clamp_min(0).sqrt()
