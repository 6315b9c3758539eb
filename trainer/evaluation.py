"""Figures of published weights, measured as the viewer runs them: intensity mapping, tiles, back-projection and all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.metrics.ssim import ssim
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from trainer.data import TrainingImage
from trainer.losses import PerceptualDistance

CONSISTENCY_BLOCK = 8
PERCEPTUAL_SIDE = 256


def evaluate(
    card: ModelCard, images: Sequence[TrainingImage], perceptual: PerceptualDistance | None = None
) -> dict[str, dict[str, float]]:
    """Measure weights on validation images.

    Parameters
    ----------
    card : ModelCard
        Of the weights.
    images : sequence of TrainingImage
        Clipped to [0, 1], which is the data range of every figure.
    perceptual : PerceptualDistance, optional
        Measured on the central 256 x 256 pixels.

    Returns
    -------
    dict
        Data folder's name to ``images``, and the means of ``psnr_db``, ``gain_db`` (over bicubic), ``ssim``,
        ``perceptual_distance`` where asked (with ``baseline_perceptual_distance``), and ``consistency``: the largest
        over the images of what `consistency` returns.
    """
    rows: dict[str, list[dict[str, float]]] = {}
    for image in images:
        rows.setdefault(image.folder, []).append(_figures(card, image, perceptual))
    return {folder: _summary(figures) for folder, figures in rows.items()}


def _figures(card: ModelCard, image: TrainingImage, perceptual: PerceptualDistance | None) -> dict[str, float]:
    scale = card.scale_factor
    reference = np.ascontiguousarray(crop_to_multiple(image.pixels.clip(0, 1), scale))
    degraded = degrade(reference, scale)
    baseline = enlarge(degraded, scale, "bicubic")
    method = Method(card.name, card.kind, {scale: card})
    upscaled = upscale(UpscalingRequest(degraded, method, scale)).pixels
    psnr_db = psnr(reference, upscaled, 1.0)
    figures = {
        "psnr_db": psnr_db,
        "gain_db": psnr_db - psnr(reference, baseline, 1.0),
        "ssim": ssim(reference, upscaled, 1.0),
        "consistency": consistency(degraded, upscaled, scale),
    }
    if perceptual:
        figures["perceptual_distance"] = _distance(perceptual, upscaled, reference)
        figures["baseline_perceptual_distance"] = _distance(perceptual, baseline, reference)
    return figures


def consistency(degraded: FloatArray, upscaled: FloatArray, scale_factor: int) -> float:
    """Return the largest mean, over 8 x 8 input pixels, of re-degraded output minus input, as a share of its range."""
    difference = torch.from_numpy(degrade(upscaled, scale_factor) - degraded)[None, None]
    block = min(CONSISTENCY_BLOCK, *degraded.shape)
    largest = torch.nn.functional.avg_pool2d(difference, block, stride=1).abs().max()
    return float(largest) / (float(np.ptp(degraded)) or 1.0)


def load_perceptual(weights: Path | None) -> PerceptualDistance | None:
    """Return the perceptual distance, or None where no weights are named."""
    return PerceptualDistance(weights) if weights else None


def _summary(figures: list[dict[str, float]]) -> dict[str, float]:
    summary = {name: round(float(np.mean([f[name] for f in figures])), 5) for name in figures[0]}
    summary["consistency"] = round(max(f["consistency"] for f in figures), 6)
    summary["images"] = len(figures)
    return summary


@torch.no_grad()
def _distance(perceptual: PerceptualDistance, upscaled: FloatArray, reference: FloatArray) -> float:
    return float(perceptual(_centre(upscaled), _centre(reference)))


def _centre(pixels: NDArray[np.float32]) -> torch.Tensor:
    top, left = (max(0, (length - PERCEPTUAL_SIDE) // 2) for length in pixels.shape)
    cut = pixels[top : top + PERCEPTUAL_SIDE, left : left + PERCEPTUAL_SIDE]
    return torch.from_numpy(np.ascontiguousarray(cut))[None, None]
