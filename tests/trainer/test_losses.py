from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.errors import ModelError
from medsr_viewer.imaging.degrade import degrade
from medsr_viewer.models.architectures import parameter_count
from trainer.discriminators import SrganDiscriminator
from trainer.losses import PerceptualDistance, consistency_loss, discriminator_loss, generator_loss, pixel_loss

UPSCALED = torch.tensor([0.0, 0.5, 1.0, 0.25]).view(1, 1, 2, 2)
REFERENCE = torch.tensor([0.0, 1.0, 0.0, 0.5]).view(1, 1, 2, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("l1", (0.5 + 1 + 0.25) / 4),
        ("mse", (0.25 + 1 + 0.0625) / 4),
        ("charbonnier", (1e-3 + math.sqrt(0.25 + 1e-6) + math.sqrt(1 + 1e-6) + math.sqrt(0.0625 + 1e-6)) / 4),
        ("psnr", 10 * math.log10((0.25 + 1 + 0.0625) / 4 + 1e-7)),
    ],
)
def test_pixel_losses_by_hand(name: str, expected: float) -> None:
    assert float(pixel_loss(name, UPSCALED, REFERENCE)) == pytest.approx(expected, rel=1e-5)


def test_psnr_loss_is_the_mean_over_patches() -> None:
    both = pixel_loss("psnr", torch.cat([UPSCALED, REFERENCE]), torch.cat([REFERENCE, REFERENCE]))
    assert float(both) == pytest.approx((float(pixel_loss("psnr", UPSCALED, REFERENCE)) - 70) / 2, abs=1e-3)


def test_an_unknown_pixel_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown pixel loss 'huber'"):
        pixel_loss("huber", UPSCALED, REFERENCE)


def test_adversarial_losses_by_hand() -> None:
    scores = torch.tensor([[0.0], [2.0]])
    expected = -(math.log(0.5) + math.log(1 / (1 + math.exp(-2)))) / 2
    assert float(generator_loss(scores)) == pytest.approx(expected, rel=1e-6)
    reference, upscaled = torch.tensor([[3.0]]), torch.tensor([[-1.0]])
    expected = -math.log(1 / (1 + math.exp(-3))) - math.log(1 - 1 / (1 + math.exp(1)))
    assert float(discriminator_loss(reference, upscaled)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("scale_factor", [2, 3, 4])
def test_consistency_is_the_squared_difference_after_degrading(scale_factor: int) -> None:
    rng = np.random.default_rng(0)
    upscaled = rng.uniform(size=(12 * scale_factor, 12 * scale_factor)).astype(np.float32)
    degraded = rng.uniform(size=(12, 12)).astype(np.float32)
    expected = np.mean((degrade(upscaled, scale_factor) - degraded)[2:-2, 2:-2] ** 2)
    found = consistency_loss(torch.from_numpy(upscaled)[None, None], torch.from_numpy(degraded)[None, None])
    assert float(found) == pytest.approx(float(expected), rel=1e-4)


def vgg_features(path: Path, gray: Tensor) -> list[Tensor]:
    """VGG-16 as torchvision writes it: convolutions and pools in a row; the last map of every block."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    blue, green, red = (gray * 255 - mean for mean in (103.939, 116.779, 123.68))
    features, kept = torch.cat([blue, green, red], dim=1), list[Tensor]()
    for block, convolutions in enumerate((2, 2, 3, 3, 3), start=1):
        features = nn.MaxPool2d(2)(features) if kept else features
        for index in range(1, convolutions + 1):
            weight, bias = (tensors[f"conv{block}_{index}.{part}"] for part in ("weight", "bias"))
            features = torch.relu(F.conv2d(features, weight, bias, padding=1))
        kept.append(features)
    return kept


def test_perceptual_distance_is_lpips_without_its_weights(vgg: Path) -> None:
    torch.manual_seed(0)
    upscaled, reference = torch.rand(2, 2, 1, 16, 16)
    expected = []
    for a, b in zip(vgg_features(vgg, upscaled), vgg_features(vgg, reference), strict=True):
        unit = [f / f.norm(dim=1, keepdim=True).clamp_min(1e-12) for f in (a, b)]
        expected.append(float(((unit[0] - unit[1]) ** 2).sum(dim=1).mean()))
    distance = PerceptualDistance(vgg)
    assert float(distance(upscaled, reference)) == pytest.approx(np.mean(expected), rel=1e-4)
    assert float(distance(reference, reference)) == 0
    assert float(distance(upscaled, reference)) > 0
    assert not list(distance.parameters()), "VGG must not be trained"


def test_perceptual_gradients_flow_into_the_upscaled_alone(vgg: Path) -> None:
    upscaled = torch.rand(1, 1, 16, 16, requires_grad=True)
    reference = torch.rand(1, 1, 16, 16, requires_grad=True)
    PerceptualDistance(vgg)(upscaled, reference).backward()  # type: ignore[no-untyped-call]
    assert upscaled.grad is not None
    assert upscaled.grad.abs().max() > 0
    assert reference.grad is None


def test_a_file_that_is_not_vgg_is_refused(tmp_path: Path) -> None:
    for name, content in (("missing", None), ("damaged", b"damaged"), ("other", {"weight": torch.zeros(1)})):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content:
            save_file(content, path)
        with pytest.raises(ModelError, match=f"{name}: not VGG-16's features"):
            PerceptualDistance(path)


def test_discriminator_has_the_published_number_of_parameters() -> None:
    assert parameter_count(SrganDiscriminator(channels=3)) == 5_215_425


@pytest.mark.parametrize("side", [16, 33])
def test_discriminator_gives_a_logit_a_patch(side: int) -> None:
    network = SrganDiscriminator(features=4).eval()
    with torch.inference_mode():
        scores = network(torch.rand(3, 1, side, side))
    assert scores.shape == (3, 1)
