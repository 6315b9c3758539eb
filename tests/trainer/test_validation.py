from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.metrics.ssim import ssim
from medsr_viewer.models.architectures import as_upscaling, build_network
from trainer import validation
from trainer.data import TrainingImage, load_images
from trainer.evaluation.figures import consistency
from trainer.losses import PerceptualDistance
from trainer.recipe import DegradationRecipe
from trainer.validation import Task, validate


class Constant(nn.Module):
    """Answers with the same residual everywhere."""

    def __init__(self, scale_factor: int, residual: float) -> None:
        super().__init__()
        self.scale_factor = scale_factor
        self.residual = nn.Parameter(torch.tensor(residual))

    def forward(self, degraded: Tensor) -> Tensor:
        assert not self.training
        rows, columns = (length * self.scale_factor for length in degraded.shape[-2:])
        return self.residual.expand(1, 1, rows, columns)


def image(folder: str, seed: int, rows: int = 67, columns: int = 83) -> TrainingImage:
    pixels = np.random.default_rng(seed).uniform(-0.2, 1.2, (rows, columns)).astype(np.float32)
    return TrainingImage(pixels, "x.png", folder, "s", "")


@pytest.mark.parametrize("scale_factor", [2, 3, 4])
def test_baseline_is_pillows_bicubic_on_the_clipped_and_cropped_reference(scale_factor: int) -> None:
    images = [image("a", 1), image("a", 2), image("b", 3)]
    scores = validate(Constant(scale_factor, 0.0).train(), images, Task(scale_factor))
    expected: dict[str, list[float]] = {}
    for one in images:
        reference = crop_to_multiple(one.pixels.clip(0, 1), scale_factor)
        baseline = enlarge(degrade(reference, scale_factor), scale_factor, "bicubic")
        expected.setdefault(one.folder, []).append(psnr(reference, baseline, 1.0))
    assert list(scores) == ["a", "b"]
    for folder, figures in expected.items():
        assert scores[folder].baseline_psnr_db == pytest.approx(np.mean(figures), abs=1e-3)
        assert scores[folder].gain_db == pytest.approx(0, abs=1e-6)
        assert np.isnan(scores[folder].perceptual_distance)


def test_a_constant_residual_shows_in_psnr_and_consistency() -> None:
    network = Constant(2, 0.1).train()
    score = validate(network, [image("a", 1)], Task(2))["a"]
    assert network.training, "the network is handed back as it came"
    assert score.gain_db < 0
    plain = validate(Constant(2, 0.0), [image("a", 1)], Task(2))["a"]
    assert score.consistency == pytest.approx(0.1, abs=plain.consistency + 1e-4)
    fast = validate(network, [image("a", 1)], Task(2, precision="bf16"))["a"]
    assert fast.psnr_db == pytest.approx(score.psnr_db, abs=0.1)


def test_perceptual_distance_where_it_is_asked_for(vgg: Path, data: list[Path]) -> None:
    scores = validate(Constant(2, 0.0), load_images(data, "val"), Task(2), PerceptualDistance(vgg))
    assert list(scores) == ["xray", "ct"]
    assert all(score.perceptual_distance > 0 for score in scores.values())


def test_a_large_image_is_scored_by_tiles_as_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build_network("fmen", 2, {"features": 8, "blocks": 1, "attention_features": 6})
    images = [image("a", 1, 170, 230)]
    whole = validate(network, images, Task(2))["a"]
    calls: list[tuple[int, ...]] = []
    network.register_forward_hook(lambda _, given, __: calls.append(tuple(given[0].shape[-2:])))
    monkeypatch.setattr(validation, "TILE", 40)
    tiled = validate(network, images, Task(2))["a"]
    assert len(calls) == 9
    assert max(max(shape) for shape in calls) <= 40 + 2 * as_upscaling(network).halo
    assert tiled.psnr_db == pytest.approx(whole.psnr_db, abs=1e-4)
    assert tiled.consistency == pytest.approx(whole.consistency, abs=1e-5)


def test_the_recipes_degradation_is_scored_alike_every_time() -> None:
    task = Task(2, degradation=DegradationRecipe(noise_share=1.0, noise_sigma=(0.1, 0.1)))
    images = [image("a", 1)]
    noisy = validate(Constant(2, 0.0), images, task)["a"]
    assert noisy.psnr_db == validate(Constant(2, 0.0), images, task)["a"].psnr_db
    assert noisy.psnr_db < validate(Constant(2, 0.0), images, Task(2))["a"].psnr_db - 0.1


def test_ssim_is_the_viewers() -> None:
    one = image("a", 1, 64, 80)
    reference = one.pixels.clip(0, 1)
    baseline = enlarge(degrade(reference, 2), 2, "bicubic")
    found = validate(Constant(2, 0.0), [one], Task(2))["a"]
    assert found.ssim == pytest.approx(ssim(reference, baseline, 1.0), abs=1e-5)


def test_a_flat_image_met_exactly_counts_a_hundred_db() -> None:
    flat = TrainingImage(np.full((32, 32), 0.5, np.float32), "x.png", "a", "s", "")
    found = validate(Constant(2, 0.0), [flat], Task(2))["a"]
    assert found.psnr_db == pytest.approx(100, abs=0.1)
    assert found.gain_db == pytest.approx(0, abs=0.1)


def moved(value: float, top: int, left: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return an upscaled image, and what it degrades to but for a square that is off by `value`."""
    upscaled = np.random.default_rng(0).uniform(0, 1000, (60, 80)).astype(np.float32)
    degraded = degrade(upscaled, 2)
    degraded[top : top + 8, left : left + 8] -= np.float32(value)
    return degraded, upscaled


def test_consistency_is_the_worst_mean_of_8_by_8_pixels_wherever_they_lie() -> None:
    for top, left in ((0, 0), (3, 5), (22, 32)):
        degraded, upscaled = moved(-7.0, top, left)
        assert consistency(degraded, upscaled, 2) == pytest.approx(7.0 / np.ptp(degraded), rel=1e-4)


def test_consistency_of_a_tiny_or_constant_image() -> None:
    assert consistency(np.zeros((3, 5), np.float32), np.full((6, 10), 2, np.float32), 2) == pytest.approx(2)
