"""Scores of a network on whole validation images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from trainer.data import TrainingImage, bicubic
from trainer.losses import PerceptualDistance


@dataclass(frozen=True)
class FolderScore:
    """Means over the images of one data folder, on [0, 1] (see `TrainingImage`), the reference clipped to it.

    Attributes
    ----------
    psnr_db, baseline_psnr_db : float
        Of the network, and of bicubic interpolation.
    perceptual_distance : float
        NaN where no perceptual network was given.
    consistency : float
        Largest mean of the re-degraded output minus the input over 8 x 8 input pixels, in the unit of [0, 1].
    """

    psnr_db: float
    baseline_psnr_db: float
    perceptual_distance: float
    consistency: float

    @property
    def gain_db(self) -> float:
        """PSNR above bicubic interpolation."""
        return self.psnr_db - self.baseline_psnr_db


@torch.no_grad()
def validate(
    network: nn.Module,
    images: Sequence[TrainingImage],
    scale_factor: int,
    *,
    perceptual: PerceptualDistance | None = None,
    bf16: bool = False,
) -> dict[str, FolderScore]:
    """Score a network on every image, whole.

    Parameters
    ----------
    network : nn.Module
        Adds its output to the bicubic upscaling.
    images : sequence of TrainingImage
        Cropped at right and bottom to a multiple of the scale factor.
    scale_factor : int
        Of the network.
    perceptual : PerceptualDistance, optional
        Measured on the central 256 x 256 pixels at most.
    bf16 : bool
        Run the network in bf16.

    Returns
    -------
    dict
        Data folder's name to its `FolderScore`.
    """
    was_training = network.training
    network.eval()
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    for image in images:
        rows.setdefault(image.folder, []).append(_score(network, image, scale_factor, perceptual, bf16=bf16))
    network.train(was_training)
    return {
        folder: FolderScore(*(float(np.mean(column)) for column in zip(*r, strict=True))) for folder, r in rows.items()
    }


def _score(
    network: nn.Module, image: TrainingImage, scale_factor: int, perceptual: PerceptualDistance | None, *, bf16: bool
) -> tuple[float, float, float, float]:
    rows, columns = (length // scale_factor * scale_factor for length in image.pixels.shape)
    device = next(network.parameters()).device
    reference = torch.from_numpy(image.pixels[:rows, :columns].clip(0, 1))[None, None].to(device)
    degraded = bicubic(reference, 1 / scale_factor)
    base = bicubic(degraded, scale_factor)
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        residual = network(degraded.contiguous(memory_format=torch.channels_last))
    upscaled = base + residual.float()
    difference = bicubic(upscaled, 1 / scale_factor) - degraded
    blocks = torch.nn.functional.avg_pool2d(difference, 8)
    distance = float("nan") if perceptual is None else float(perceptual(_centre(upscaled), _centre(reference)))
    return _psnr(upscaled, reference), _psnr(base, reference), distance, float(blocks.abs().max())


def _psnr(upscaled: Tensor, reference: Tensor) -> float:
    error = torch.mean((upscaled.double() - reference.double()) ** 2)
    return float(-10 * torch.log10(error))


def _centre(pixels: Tensor, side: int = 256) -> Tensor:
    top, left = (max(0, (length - side) // 2) for length in pixels.shape[-2:])
    return pixels[..., top : top + side, left : left + side]
