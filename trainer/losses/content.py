"""Content losses: squared differences between feature maps of a network that was trained on photographs."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.errors import InvalidRecipe, ModelError
from trainer.losses.pretrained import BACKBONE_TITLES, UnknownLayer, find_weights
from trainer.losses.torchvision_features import DEFAULT_LAYERS, TorchvisionFeatures, untrained_extractor
from trainer.losses.vgg import VGG_LAYERS, VggFeatures, check_layer

SRGAN_FEATURE_SCALE = 1 / 12.75
"""Ledig et al. 2017, section 3.2: feature maps are rescaled so that the loss is of a size with MSE."""


class ContentLoss(nn.Module):
    """Mean squared difference between feature maps (Ledig et al. 2017, equation 5).

    Parameters
    ----------
    features : nn.Module
        Maps (N, C, H, W) in [0, 1] to a list of feature maps; the loss is the mean over the list.
    feature_scale : float
        Factor on the feature maps, so its square is on the loss. Queens' code divides the loss, not the maps, by 12.75:
        a weight of 12.75 does that. fmen's code scales nothing: 1, or a weight times ``12.75**2``.
    """

    def __init__(self, features: nn.Module, feature_scale: float = SRGAN_FEATURE_SCALE) -> None:
        super().__init__()
        self.features, self.feature_scale = features, feature_scale

    def forward(self, upscaled: Tensor, reference: Tensor) -> Tensor:
        """Return the loss, a scalar; gradients flow into `upscaled` alone."""
        with torch.no_grad():
            target = self.features(reference)
        # In fp32: the maps reach hundreds, their squares are averaged over thousands.
        losses = [F.mse_loss(a.float(), b.float()) for a, b in zip(self.features(upscaled), target, strict=True)]
        return torch.stack(losses).mean() * self.feature_scale**2


def build_content_loss(
    backbone: str = "vgg19",
    layer: str = "",
    *,
    before_activation: bool = False,
    weights: Path | None = None,
    feature_scale: float = SRGAN_FEATURE_SCALE,
) -> ContentLoss:
    """Return the content loss that a recipe names.

    Parameters
    ----------
    backbone : {"vgg16", "vgg19", "mobilenet-v2", "resnet50", "inception-v3"}
        The last three need torchvision.
    layer : str
        For VGG ``"B_L"`` or ``"pool5"`` (see `VggFeatures`), for the others a node's name; the last one where it is
        left out.
    before_activation : bool
        VGG alone: features before the layer's ReLU.
    weights : Path, optional
        File with the backbone's weights; else torch's cached one, else a download.
    feature_scale : float
        See `ContentLoss`.

    Raises
    ------
    ModelError
        If there is no such backbone or layer, its weights cannot be had, or torchvision is missing.
    """
    if backbone not in BACKBONE_TITLES:
        raise ModelError(f"unknown backbone {backbone!r}", f"Known are {', '.join(BACKBONE_TITLES)}.")
    layer = layer or _last_layer(backbone)
    if backbone in VGG_LAYERS:
        check_layer(backbone, layer)  # before half a gigabyte is downloaded
        found = find_weights(backbone, weights)
        vgg = VggFeatures(found, backbone, [layer], before_activation=before_activation)
        return ContentLoss(vgg, feature_scale)
    if before_activation:
        raise ModelError(f"{BACKBONE_TITLES[backbone]} has no features before activation", "Only VGG has them.")
    return ContentLoss(TorchvisionFeatures(backbone, layer, weights), feature_scale)


def check_content(backbone: str, layer: str = "", *, before_activation: bool = False) -> None:
    """See whether a backbone has a layer, without its weights. Parameters are those of `build_content_loss`.

    Raises
    ------
    InvalidRecipe
        If it has not; the message names the recipe's key.
    ModelError
        If torchvision is needed and missing.
    """
    if before_activation and backbone not in VGG_LAYERS:
        raise InvalidRecipe(
            f"loss.content_before_activation = true with loss.content_backbone = {backbone!r}",
            f"Allowed with {', '.join(VGG_LAYERS)}.",
        )
    layer = layer or _last_layer(backbone)
    try:
        if backbone in VGG_LAYERS:
            check_layer(backbone, layer)
        else:
            untrained_extractor(backbone, layer)
    except UnknownLayer as exc:
        raise InvalidRecipe(f"loss.content_layer = {layer!r}: {exc}", exc.advice) from exc


def _last_layer(backbone: str) -> str:
    return DEFAULT_LAYERS.get(backbone) or VGG_LAYERS[backbone][-1]
