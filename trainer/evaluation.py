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
from medsr_viewer.metrics.scores import score
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from trainer.correctness import correctness
from trainer.data import TrainingImage
from trainer.losses import PerceptualDistance

CONSISTENCY_BLOCK = 8
PERCEPTUAL_SIDE = 256
CARD_FIGURES = ("psnr_db", "gain_db", "ssim", "consistency", "perceptual_distance", "baseline_perceptual_distance")
"""What a model card says; an evaluation says more."""


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
    method = Method(card.name, card.kind, {card.scale_factor: card})
    rows: dict[str, list[dict[str, float]]] = {}
    for image in images:
        figures = image_figures(method, card.scale_factor, image, perceptual)
        rows.setdefault(image.folder, []).append({name: figures[name] for name in CARD_FIGURES if name in figures})
    return {folder: _summary(figures) for folder, figures in rows.items()}


def image_figures(
    method: Method, scale_factor: int, image: TrainingImage, perceptual: PerceptualDistance | None = None
) -> dict[str, float]:
    """Measure a method on one image, clipped to [0, 1], as the viewer runs it.

    Returns
    -------
    dict
        ``psnr_db``, ``gain_db`` (over bicubic), ``ssim``, ``ms_ssim`` and ``uqi`` (NaN where undefined);
        ``consistency`` (see `consistency`) and ``consistency_rms``, both of re-degraded output minus input, as shares
        of the input's range; ``improvement``, ``omission``, ``hallucination`` (see `trainer.correctness`);
        ``complexity``: the mean gradient of the reference; ``seconds`` of upscaling; and where asked
        ``perceptual_distance`` with ``baseline_perceptual_distance``.
    """
    reference = np.ascontiguousarray(crop_to_multiple(image.pixels.clip(0, 1), scale_factor))
    degraded = degrade(reference, scale_factor)
    baseline = enlarge(degraded, scale_factor, "bicubic")
    result = upscale(UpscalingRequest(degraded, method, scale_factor))
    upscaled = result.pixels
    scores = score(reference, upscaled, 1.0)
    psnr_db = _defined(scores.psnr_db)
    residual = (degrade(upscaled, scale_factor) - degraded) / (float(np.ptp(degraded)) or 1.0)
    figures = {
        "psnr_db": psnr_db,
        "gain_db": psnr_db - psnr(reference, baseline, 1.0),
        "ssim": _defined(scores.ssim),
        "ms_ssim": _defined(scores.ms_ssim),
        "uqi": _defined(scores.uqi),
        "consistency": consistency(degraded, upscaled, scale_factor),
        "consistency_rms": float(np.sqrt(np.mean(residual.astype(np.float64) ** 2))),
        "complexity": float(np.abs(np.diff(reference, axis=0)).mean() + np.abs(np.diff(reference, axis=1)).mean()),
        "seconds": result.seconds,
    }
    judged = correctness(reference, baseline, upscaled, 1.0)
    figures |= {name: getattr(judged, name) for name in ("improvement", "omission", "hallucination")}
    if perceptual:
        figures["perceptual_distance"] = _distance(perceptual, upscaled, reference)
        figures["baseline_perceptual_distance"] = _distance(perceptual, baseline, reference)
    return figures


def _defined(value: float | None) -> float:
    return float("nan") if value is None else value


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
