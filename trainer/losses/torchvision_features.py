"""Features of MobileNetV2, ResNet-50 and Inception v3, where torchvision is installed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from medsr_viewer.errors import ModelError
from trainer.losses.pretrained import BACKBONE_TITLES, UnknownLayer, find_weights, read_tensors
from trainer.losses.vgg import IMAGENET_MEAN, IMAGENET_STD

MODELS = {"mobilenet-v2": "mobilenet_v2", "resnet50": "resnet50", "inception-v3": "inception_v3"}
DEFAULT_LAYERS = {"mobilenet-v2": "features.18", "resnet50": "layer4", "inception-v3": "Mixed_7c"}
"""The last feature map before the classifier: Swift-SRGAN's code takes MobileNetV2's."""


class TorchvisionFeatures(nn.Module):
    """The feature map of one node of a torchvision model; weights are fixed, gradients flow into the pixels.

    Pixels are normalised by ImageNet's mean and deviation, as the networks were trained (Swift-SRGAN's code leaves
    that out).

    Parameters
    ----------
    backbone : {"mobilenet-v2", "resnet50", "inception-v3"}
        Which model.
    layer : str
        A node that torchvision's ``create_feature_extractor`` knows, for example ``"features.13"``.
    weights : Path, optional
        File of torchvision's parameter names; else torch's cached one, else a download.

    Raises
    ------
    ModelError
        If torchvision is missing, there is no such node, or the weights cannot be had or do not fit.
    """

    def __init__(self, backbone: str, layer: str, weights: Path | None = None) -> None:
        super().__init__()
        title = BACKBONE_TITLES[backbone]
        network, extractor = untrained_extractor(backbone, layer)
        path = find_weights(backbone, weights)
        tensors = read_tensors(path, title)
        try:
            network.load_state_dict(tensors)
        except RuntimeError as exc:
            raise ModelError(f"{path}: not {title}'s features (other parameters)", "Name torchvision's file.") from exc
        self.network: nn.Module = extractor.requires_grad_(requires_grad=False).to(memory_format=torch.channels_last)
        self.eval()
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(IMAGENET_STD).view(1, 3, 1, 1), persistent=False)

    def train(self, mode: bool = True) -> TorchvisionFeatures:
        """Stay in evaluation mode: the running statistics of its BatchNorm belong to the weights."""
        del mode
        return super().train(mode=False)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Return the feature map, in a list of one.

        Parameters
        ----------
        pixels : Tensor
            (N, C, H, W) in [0, 1], C = 1 (gray, repeated) or 3 (RGB); Inception needs 75 pixels a side.
        """
        pixels = (pixels.expand(-1, 3, -1, -1) - self.get_buffer("mean")) / self.get_buffer("deviation")
        features: Tensor = self.network(pixels.contiguous(memory_format=torch.channels_last))["features"]
        return [features]


def untrained_extractor(backbone: str, layer: str) -> tuple[nn.Module, Any]:
    """Return a torchvision model without its weights, and what takes a node's features from it.

    Raises
    ------
    ModelError
        If torchvision is missing.
    UnknownLayer
        If there is no such node.
    """
    title = BACKBONE_TITLES[backbone]
    try:
        # By name: type checkers need not have an optional package.
        models = import_module("torchvision.models")
        extraction = import_module("torchvision.models.feature_extraction")
    except (ImportError, RuntimeError) as exc:  # the latter where it was built for another torch
        raise ModelError(
            f"{title} needs torchvision, which cannot be imported ({exc})",
            f"Install the one that belongs to this torch: `pip install torchvision torch=={torch.__version__}`, "
            "or choose vgg16 or vgg19 (loss.content_backbone).",
        ) from exc
    # Inception's weights expect its own normalisation, which it makes of ImageNet's if told to.
    options = {"init_weights": False, "transform_input": True} if backbone == "inception-v3" else {}
    network: nn.Module = models.get_model(MODELS[backbone], weights=None, **options).eval()
    known = [name for name, _ in network.named_children() if name not in {"fc", "classifier", "AuxLogits"}]
    try:
        extractor = extraction.create_feature_extractor(network, {layer: "features"}, suppress_diff_warning=True)
    except ValueError as exc:
        raise UnknownLayer(
            f"{title} has no layer {layer!r}",
            f"Its outer layers are {', '.join(known)}; inner ones are named so: {DEFAULT_LAYERS[backbone]}.",
        ) from exc
    return network, extractor
