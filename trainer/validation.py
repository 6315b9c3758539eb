"""Scores of a network on whole validation images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from medsr_viewer.metrics.ssim import ssim
from medsr_viewer.models.architectures import as_upscaling
from medsr_viewer.models.cards import Output
from medsr_viewer.models.layers import bicubic
from medsr_viewer.models.output import to_picture
from medsr_viewer.models.whole_image import needs_whole_image
from medsr_viewer.upscaling.tiles import tile_grid
from trainer.data import TrainingImage
from trainer.degradations import degrade_patch, reduce_batch
from trainer.losses import PerceptualDistance
from trainer.precision import autocast
from trainer.recipe import DegradationRecipe, Precision

PERCEPTUAL_SIDE = 256
CONSISTENCY_BLOCK = 8
TILE = 512
"""Largest side of a degraded tile: wider images are upscaled tile by tile, which bounds the memory."""
SMALLEST_MSE = 1e-10
"""A flat image that is met exactly counts 100 dB."""


@dataclass(frozen=True)
class Task:
    """What is validated.

    Attributes
    ----------
    scale_factor : int
        Of the network.
    output : {"residual", "image", "tanh"}
        What the network's output is.
    precision : {"fp32", "bf16", "fp16"}
        That the network runs in.
    degradation : DegradationRecipe
        What is done to the references; its chance depends on the image's place alone, so every validation sees the
        same inputs.
    """

    scale_factor: int
    output: Output = "residual"
    precision: Precision = "fp32"
    degradation: DegradationRecipe = field(default_factory=DegradationRecipe)


@dataclass(frozen=True)
class FolderScore:
    """Means over the images of one data folder, on [0, 1] (see `TrainingImage`), the reference clipped to it.

    Attributes
    ----------
    psnr_db, baseline_psnr_db : float
        Of the network, and of bicubic interpolation.
    ssim : float
        Of the network.
    perceptual_distance : float
        NaN where no perceptual network was given.
    consistency : float
        Largest mean of the output, reduced by the degradation's kernel, minus the input over 8 x 8 input pixels, in the
        unit of [0, 1].
    """

    psnr_db: float
    baseline_psnr_db: float
    ssim: float
    perceptual_distance: float
    consistency: float

    @property
    def gain_db(self) -> float:
        """PSNR above bicubic interpolation."""
        return self.psnr_db - self.baseline_psnr_db


@dataclass(frozen=True, eq=False)
class Upscaled:
    """One validation image and what became of it: (1, 1, H, W) float32, `degraded` smaller by the scale factor."""

    image: TrainingImage
    degraded: Tensor
    base: Tensor
    picture: Tensor
    reference: Tensor


def validate(
    network: nn.Module, images: Sequence[TrainingImage], task: Task, perceptual: PerceptualDistance | None = None
) -> dict[str, FolderScore]:
    """Score a network on every image, whole.

    Parameters
    ----------
    network : nn.Module
        Handed back in the mode that it came in.
    images : sequence of TrainingImage
        Cropped at right and bottom to a multiple of the scale factor.
    task : Task
        What the network does.
    perceptual : PerceptualDistance, optional
        Measured on the central 256 x 256 pixels at most.

    Returns
    -------
    dict
        Data folder's name to its `FolderScore`.
    """
    scores: dict[str, list[FolderScore]] = {}
    for result in upscale_images(network, images, task):
        scores.setdefault(result.image.folder, []).append(_score(result, task, perceptual))
    return {folder: _mean(found) for folder, found in scores.items()}


@torch.no_grad()
def upscale_images(network: nn.Module, images: Sequence[TrainingImage], task: Task) -> Iterator[Upscaled]:
    """Degrade and upscale one image after the other, in evaluation mode."""
    device = next(network.parameters()).device
    was_training = network.training
    network.eval()
    try:
        for index, image in enumerate(images):
            reference = _reference(image, task.scale_factor)
            rng = np.random.default_rng(index)
            degraded = degrade_patch(reference, task.scale_factor, task.degradation, rng, image.modality)
            small = torch.from_numpy(degraded)[None, None].to(device)
            base = bicubic(small, task.scale_factor)
            picture = to_picture(_run(network, small, task), base, task.output).float()
            yield Upscaled(image, small, base, picture, torch.from_numpy(reference)[None, None].to(device))
    finally:
        network.train(was_training)


def centre(pixels: Tensor, side: int) -> Tensor:
    """Return the middle of (..., H, W), `side` pixels a side, or less where there are fewer."""
    top, left = (max(0, (length - side) // 2) for length in pixels.shape[-2:])
    return pixels[..., top : top + side, left : left + side]


def _reference(image: TrainingImage, scale_factor: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows, columns = (length // scale_factor * scale_factor for length in image.shape)
    return np.ascontiguousarray(image.crop(0, 0, rows, columns).clip(0, 1))


def _run(network: nn.Module, degraded: Tensor, task: Task) -> Tensor:
    """Run the network, tile by tile where the image is large and a halo makes that exact."""
    rows, columns = degraded.shape[-2:]
    tiles = tile_grid((rows, columns), TILE)
    if len(tiles) == 1 or needs_whole_image(network):
        return _run_whole(network, degraded, task)
    scale, halo = task.scale_factor, as_upscaling(network).halo
    output = degraded.new_empty(*degraded.shape[:2], rows * scale, columns * scale)
    for tile in tiles:
        outer = tile.grown(halo, (rows, columns))
        inner = tile.moved(-outer.top, -outer.left).scaled(scale)
        upscaled = _run_whole(network, degraded[..., *outer.slices], task)
        output[..., *tile.scaled(scale).slices] = upscaled[..., *inner.slices]
    return output


def _run_whole(network: nn.Module, degraded: Tensor, task: Task) -> Tensor:
    with autocast(degraded.device, task.precision):
        output: Tensor = network(degraded.contiguous(memory_format=torch.channels_last))
    return output.float()


@torch.no_grad()
def _score(result: Upscaled, task: Task, perceptual: PerceptualDistance | None) -> FolderScore:
    picture, reference = result.picture, result.reference
    difference = reduce_batch(picture, task.scale_factor, task.degradation.kernel) - result.degraded
    block = min(CONSISTENCY_BLOCK, *difference.shape[-2:])
    blocks = torch.nn.functional.avg_pool2d(difference, block)
    middles = (centre(pixels, PERCEPTUAL_SIDE) for pixels in (picture, reference))
    distance = float("nan") if perceptual is None else float(perceptual(*middles))
    return FolderScore(
        psnr_db=_psnr(picture, reference),
        baseline_psnr_db=_psnr(result.base, reference),
        ssim=ssim(reference[0, 0].cpu().numpy(), picture[0, 0].cpu().numpy(), 1.0),
        perceptual_distance=distance,
        consistency=float(blocks.abs().max()),
    )


def _mean(scores: Sequence[FolderScore]) -> FolderScore:
    return FolderScore(*(float(np.mean(column)) for column in zip(*map(astuple, scores), strict=True)))


def _psnr(picture: Tensor, reference: Tensor) -> float:
    error = torch.mean((picture.double() - reference.double()) ** 2)
    return float(-10 * torch.log10(error.clamp(min=SMALLEST_MSE)))
