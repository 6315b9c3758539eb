"""Figures of a method on an image, as the viewer runs it: intensity mapping, tiles, back-projection and all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.metrics.scores import score
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.device import CPU
from medsr_viewer.upscaling.devices import find_device
from medsr_viewer.upscaling.inference import network_on
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from trainer.data import TrainingImage
from trainer.degradations import degrade_patch, is_standard, reduce
from trainer.evaluation.correctness import correctness
from trainer.evaluation.memory import measuring_peak
from trainer.evaluation.protocol import Protocol
from trainer.losses import PerceptualDistance, lattice_loss
from trainer.recipe import LATTICE_WINDOW, DegradationRecipe, Kernel

CONSISTENCY_BLOCK = 8
PERCEPTUAL_SIDE = 256
CARD_FIGURES = (
    "psnr_db", "gain_db", "ssim", "consistency", "consistency_rms", "perceptual_distance",
    "baseline_perceptual_distance",
)  # fmt: skip
"""What a model card says; an evaluation says more."""
AS_VIEWED = Protocol()
STANDARD = DegradationRecipe()


@dataclass(frozen=True, eq=False)
class Comparison:
    """A method's result on one image, beside what it is compared with; all on [0, 1], float32.

    Attributes
    ----------
    reference, baseline, upscaled : ndarray
        (H, W); the baseline is bicubic.
    degraded : ndarray
        (H / scale, W / scale): the method's input.
    seconds : float
        Of upscaling, loading left out.
    peak_memory_mib : float
        Peak of upscaling above what was held before it, the network's weights among that; NaN where not known.
    """

    reference: FloatArray
    degraded: FloatArray
    baseline: FloatArray
    upscaled: FloatArray
    seconds: float
    peak_memory_mib: float


def compare(
    method: Method,
    scale_factor: int,
    image: TrainingImage,
    protocol: Protocol = AS_VIEWED,
    degradation: DegradationRecipe = STANDARD,
    seed: int = 0,
) -> Comparison:
    """Degrade an image and upscale it by a method.

    Parameters
    ----------
    method : Method
        Run as the viewer runs it.
    scale_factor : int
        Of the method.
    image : TrainingImage
        Clipped to [0, 1], cropped to a multiple of the scale factor.
    protocol : Protocol
        What is done to images besides.
    degradation : DegradationRecipe
        The standard one where it is left out.
    seed : int
        Of what chance has a part in the degradation.

    Raises
    ------
    MedsrError
        If the image is too small, or the method cannot be run or fails its check.
    """
    given = _given(image, scale_factor, protocol, degradation, seed)
    device = find_device("auto").name if method.is_learned else CPU.name
    if method.is_learned:
        network_on(method.cards[scale_factor], device)  # its weights are not part of the peak
    with measuring_peak(device) as peak:
        result = upscale(UpscalingRequest(given.degraded, method, scale_factor))
    return Comparison(
        reference=given.reference,
        degraded=given.degraded,
        baseline=given.baseline,
        upscaled=protocol.stored(result.pixels),
        seconds=result.seconds,
        # After a fallback to the CPU the peak of the device that was tried says nothing.
        peak_memory_mib=peak.mib if result.device.name == device else float("nan"),
    )


def image_figures(
    method: Method,
    scale_factor: int,
    image: TrainingImage,
    perceptual: PerceptualDistance | None = None,
    protocol: Protocol = AS_VIEWED,
    degradation: DegradationRecipe = STANDARD,
    seed: int = 0,
) -> dict[str, float]:
    """Measure a method on one image, see `compare`, as the viewer runs it.

    Returns
    -------
    dict
        ``psnr_db``, ``gain_db`` (over bicubic), ``ssim``, ``ms_ssim`` and ``uqi`` (NaN where undefined);
        ``consistency`` (see `consistency`) and ``consistency_rms``, both of output minus input, the output re-degraded
        by the degradation's kernel alone, as shares of the input's range; ``improvement``, ``omission``,
        ``hallucination`` (see `trainer.evaluation.correctness`); ``grid`` (see `grid`);
        ``complexity``: the mean gradient of the reference; ``seconds`` of upscaling; ``peak_memory_mib`` (see
        `Comparison`); and where asked ``perceptual_distance`` with ``baseline_perceptual_distance``.
    """
    compared = compare(method, scale_factor, image, protocol, degradation, seed)
    degraded, upscaled = compared.degraded, compared.upscaled
    residual = (_reduced(upscaled, scale_factor, degradation.kernel) - degraded) / (float(np.ptp(degraded)) or 1.0)
    reference = protocol.inner(compared.reference)
    figures = _scores(compared, protocol) | {
        "consistency": consistency(degraded, upscaled, scale_factor, degradation.kernel),
        "consistency_rms": float(np.sqrt(np.mean(residual.astype(np.float64) ** 2))),
        "grid": grid(compared.reference, upscaled, scale_factor),
        "complexity": float(np.abs(np.diff(reference, axis=0)).mean() + np.abs(np.diff(reference, axis=1)).mean()),
        "seconds": compared.seconds,
        "peak_memory_mib": compared.peak_memory_mib,
    }
    if perceptual:
        given = _given(image, scale_factor, protocol, degradation, seed)
        figures["perceptual_distance"] = _distance(perceptual, upscaled, given, protocol)
        figures["baseline_perceptual_distance"] = _baseline_distance(perceptual, given, protocol)
    return figures


def consistency(degraded: FloatArray, upscaled: FloatArray, scale_factor: int, kernel: Kernel = "bicubic") -> float:
    """Return the largest mean, over 8 x 8 input pixels, of re-degraded output minus input, as a share of its range."""
    difference = torch.from_numpy(_reduced(upscaled, scale_factor, kernel) - degraded)[None, None]
    block = min(CONSISTENCY_BLOCK, *degraded.shape)
    largest = torch.nn.functional.avg_pool2d(difference, block, stride=1).abs().max()
    return float(largest) / (float(np.ptp(degraded)) or 1.0)


def grid(reference: FloatArray, upscaled: FloatArray, scale_factor: int) -> float:
    """Return how strongly the error repeats with every input pixel, see `lattice_loss`; NaN of a small image."""
    if min(reference.shape) < scale_factor * LATTICE_WINDOW:
        return float("nan")
    made, wanted = (torch.from_numpy(np.ascontiguousarray(pixels))[None, None] for pixels in (upscaled, reference))
    return float(lattice_loss(made, wanted, scale_factor))


@lru_cache(maxsize=1)
def load_perceptual(weights: Path | None) -> PerceptualDistance | None:
    """Return the perceptual distance, or None where no weights are named; kept for the next image."""
    return PerceptualDistance(weights) if weights else None


def evaluate(
    card: ModelCard,
    images: Sequence[TrainingImage],
    perceptual: PerceptualDistance | None = None,
    degradation: DegradationRecipe = STANDARD,
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
    degradation : DegradationRecipe
        What the weights were trained for. Its chance depends on the image's place alone, as in validation.

    Returns
    -------
    dict
        Data folder's name to ``images``, and the means of ``psnr_db``, ``gain_db`` (over bicubic), ``ssim``,
        ``perceptual_distance`` where asked (with ``baseline_perceptual_distance``), and ``consistency``: the largest
        over the images of what `consistency` returns. A figure that is not finite on one image, as the PSNR of a blank
        one, is left out: JSON has no such numbers.
    """
    method = Method(card.name, card.kind, {card.scale_factor: card})
    rows: dict[str, list[dict[str, float]]] = {}
    for index, image in enumerate(images):
        figures = image_figures(method, card.scale_factor, image, perceptual, degradation=degradation, seed=index)
        rows.setdefault(image.folder, []).append({name: figures[name] for name in CARD_FIGURES if name in figures})
    return {folder: _means(figures) for folder, figures in rows.items()}


@dataclass(frozen=True, eq=False)
class _Given:
    """What every method is given and compared with on one image; as in `Comparison`."""

    reference: FloatArray
    degraded: FloatArray
    baseline: FloatArray


@lru_cache(maxsize=1)
def _given(
    image: TrainingImage, scale_factor: int, protocol: Protocol, degradation: DegradationRecipe, seed: int
) -> _Given:
    """Degrade an image; kept for the next method on it."""
    reference = np.ascontiguousarray(crop_to_multiple(image.pixels.clip(0, 1), scale_factor))
    degraded = protocol.stored(_degraded(reference, scale_factor, degradation, seed, image.modality))
    return _Given(reference, degraded, protocol.stored(enlarge(degraded, scale_factor, "bicubic")))


@lru_cache(maxsize=1)
def _baseline_distance(perceptual: PerceptualDistance, given: _Given, protocol: Protocol) -> float:
    """Return bicubic's perceptual distance; kept for the next method on the image."""
    return _distance(perceptual, given.baseline, given, protocol)


@lru_cache(maxsize=1)
def _target(perceptual: PerceptualDistance, given: _Given, protocol: Protocol) -> list[torch.Tensor]:
    """Return the reference's features, some 35 MB; kept for the next method on the image."""
    return perceptual.target(_centre(protocol.inner(given.reference)))


@torch.no_grad()
def _distance(perceptual: PerceptualDistance, pixels: FloatArray, given: _Given, protocol: Protocol) -> float:
    target = _target(perceptual, given, protocol)
    return float(perceptual.distance(_centre(protocol.inner(pixels)), target))


def _degraded(
    reference: FloatArray, scale_factor: int, degradation: DegradationRecipe, seed: int, modality: str
) -> FloatArray:
    if is_standard(degradation):
        return degrade(reference, scale_factor)  # Pillow's, as the viewer does it
    return degrade_patch(reference, scale_factor, degradation, np.random.default_rng(seed), modality)


def _reduced(pixels: FloatArray, scale_factor: int, kernel: Kernel) -> FloatArray:
    return degrade(pixels, scale_factor) if kernel == "bicubic" else reduce(pixels, scale_factor, kernel)


def _scores(compared: Comparison, protocol: Protocol) -> dict[str, float]:
    reference, baseline, upscaled = map(protocol.inner, (compared.reference, compared.baseline, compared.upscaled))
    scores = score(reference, upscaled, 1.0)
    judged = correctness(reference, baseline, upscaled, 1.0)
    psnr_db = _defined(scores.psnr_db)
    return {
        "psnr_db": psnr_db,
        "gain_db": psnr_db - psnr(reference, baseline, 1.0),
        "ssim": _defined(scores.ssim),
        "ms_ssim": _defined(scores.ms_ssim),
        "uqi": _defined(scores.uqi),
        **{name: getattr(judged, name) for name in ("improvement", "omission", "hallucination")},
    }


def _defined(value: float | None) -> float:
    return float("nan") if value is None else value


def _means(figures: list[dict[str, float]]) -> dict[str, float]:
    summary = {name: round(float(np.mean([f[name] for f in figures])), 5) for name in figures[0]}
    summary["consistency"] = round(max(f["consistency"] for f in figures), 6)
    summary["images"] = len(figures)
    return {name: value for name, value in summary.items() if math.isfinite(value)}


def _centre(pixels: NDArray[np.float32]) -> torch.Tensor:
    top, left = (max(0, (length - PERCEPTUAL_SIDE) // 2) for length in pixels.shape)
    cut = pixels[top : top + PERCEPTUAL_SIDE, left : left + PERCEPTUAL_SIDE]
    return torch.from_numpy(np.ascontiguousarray(cut))[None, None]
