"""Losses, each a function or module of the upscaled and the reference patches, (N, 1, H, W) in about [0, 1]."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.errors import ModelError
from trainer.data import bicubic

VGG16_LAYERS = ("1_1", "1_2", "2_1", "2_2", "3_1", "3_2", "3_3", "4_1", "4_2", "4_3", "5_1", "5_2", "5_3")
PERCEPTUAL_LAYERS = ("1_2", "2_2", "3_3", "4_3", "5_3")
SMALLEST_MSE = 1e-7
"""Added to a patch's squared error: a flat patch that is met exactly (70 dB) asks for nothing more."""
CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


def pixel_loss(name: str, upscaled: Tensor, reference: Tensor) -> Tensor:
    """Return the pixel loss that a recipe names.

    Parameters
    ----------
    name : {"l1", "mse", "charbonnier", "psnr"}
        ``"psnr"`` is the mean of the patches' negative PSNR in dB: noisy images, whose squared error is large whatever
        the network does, do not drown the others.
    upscaled, reference : Tensor
        (N, 1, H, W).
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
    raise ValueError(f"unknown pixel loss {name!r}")


def consistency_loss(upscaled: Tensor, degraded: Tensor) -> Tensor:
    """Return the mean squared difference between the re-degraded output and the input, borders left out."""
    again = bicubic(upscaled, degraded.shape[-1] / upscaled.shape[-1])
    return F.mse_loss(again[..., 2:-2, 2:-2], degraded[..., 2:-2, 2:-2])


def generator_loss(scores: Tensor) -> Tensor:
    """Return -log D(G(degraded)), from the discriminator's logits (Ledig et al. 2017, equation 6)."""
    return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))


def discriminator_loss(reference_scores: Tensor, upscaled_scores: Tensor) -> Tensor:
    """Return the usual cross-entropy, from the discriminator's logits."""
    return F.binary_cross_entropy_with_logits(
        reference_scores, torch.ones_like(reference_scores)
    ) + F.binary_cross_entropy_with_logits(upscaled_scores, torch.zeros_like(upscaled_scores))


class PerceptualDistance(nn.Module):
    """Mean, over five layers of VGG-16, of the squared distance between channel-normalised features.

    Parameters
    ----------
    weights : Path
        Safetensors file with ``convB_L.weight`` and ``.bias`` (Caffe order: BGR, 0 - 255, mean subtracted).

    Raises
    ------
    ModelError
        If the file is missing or is not such a file.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        try:
            tensors = load_file(weights)
            for name in VGG16_LAYERS:
                for part in ("weight", "bias"):
                    self.register_buffer(f"conv{name}_{part}", tensors[f"conv{name}.{part}"].float())
        except (OSError, KeyError, SafetensorError) as exc:
            raise ModelError(
                f"{weights}: not VGG-16's features ({exc})", "Name a safetensors file with conv1_1.weight and so on."
            ) from exc
        self.register_buffer("mean", torch.tensor(CAFFE_MEAN_BGR).view(1, 3, 1, 1))

    def forward(self, upscaled: Tensor, reference: Tensor) -> Tensor:
        """Return the distance, a scalar; gradients flow into `upscaled` alone."""
        with torch.no_grad():
            target = self._features(reference)
        distances = [
            (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(dim=1).mean()
            for a, b in zip(self._features(upscaled), target, strict=True)
        ]
        return torch.stack(distances).mean()

    def _features(self, gray: Tensor) -> list[Tensor]:
        features = gray.expand(-1, 3, -1, -1) * 255 - self.get_buffer("mean")
        kept = []
        for name in VGG16_LAYERS:
            if name.endswith("_1") and name != "1_1":
                features = F.max_pool2d(features, 2)
            weight, bias = self.get_buffer(f"conv{name}_weight"), self.get_buffer(f"conv{name}_bias")
            features = F.relu(F.conv2d(features, weight, bias, padding=1))
            if name in PERCEPTUAL_LAYERS:
                kept.append(features)
        return kept
