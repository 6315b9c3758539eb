"""Features of VGG-16 and VGG-19 (Simonyan and Zisserman 2015), computed up to the last layer that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.errors import ModelError
from trainer.losses.pretrained import BACKBONE_TITLES, UnknownLayer, read_tensors

BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
"""Convolutions of the five blocks; a max pool stands between blocks, and after the last."""
VGG_LAYERS = {
    name: tuple(f"{block}_{index}" for block, count in enumerate(blocks, 1) for index in range(1, count + 1))
    for name, blocks in BLOCKS.items()
}
VGG16_LAYERS = VGG_LAYERS["vgg16"]
LAST_POOL = "pool5"
CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def check_layer(backbone: str, layer: str) -> None:
    """Raise `UnknownLayer`, naming the layers that exist, where a VGG has no such layer."""
    known = (*VGG_LAYERS[backbone], LAST_POOL)
    if layer not in known:
        raise UnknownLayer(f"{BACKBONE_TITLES[backbone]} has no layer {layer!r}", f"Its layers are {', '.join(known)}.")


class VggFeatures(nn.Module):
    """Feature maps of some layers; weights are fixed, gradients flow into the pixels.

    Parameters
    ----------
    weights : Path
        A safetensors or ``.pth`` file. Parameters named ``convB_L.weight`` and ``.bias`` are Caffe's (BGR, 0 - 255,
        mean subtracted), ``features.N.weight`` and ``.bias`` torchvision's (RGB, 0 - 1, ImageNet's mean and deviation).
    backbone : {"vgg16", "vgg19"}
        Which of them.
    layers : sequence of str
        ``"B_L"`` is convolution L of block B (Ledig's phi_{B,L}); ``"pool5"`` the pool after all of them.
    before_activation : bool
        Give the convolutions' outputs as they are (ESRGAN), rather than after their ReLU (SRGAN).

    Raises
    ------
    ModelError
        If the file is missing or is not such a file, or a layer does not exist.
    """

    def __init__(self, weights: Path, backbone: str, layers: Sequence[str], *, before_activation: bool = False) -> None:
        super().__init__()
        for layer in layers:
            check_layer(backbone, layer)
        self.layers, self.before_activation = tuple(layers), before_activation
        self._computed = _up_to_last(VGG_LAYERS[backbone], layers)
        title = BACKBONE_TITLES[backbone]
        tensors = read_tensors(weights, title)
        self._caffe = "conv1_1.weight" in tensors
        names = _parameter_names(backbone, caffe=self._caffe)
        # All of them, not only those that are computed: the first layers of VGG-16 would pass for VGG-19's.
        missing = [
            f"{name}.{part}"
            for name in names.values()
            for part in ("weight", "bias")
            if f"{name}.{part}" not in tensors
        ]
        if missing:
            raise ModelError(
                f"{weights}: not {title}'s features ({missing[0]} is missing)",
                "Name a file with conv1_1.weight and so on, or torchvision's.",
            )
        for layer in self._computed:
            weight, bias = (tensors[f"{names[layer]}.{part}"].float() for part in ("weight", "bias"))
            self._keep(f"conv{layer}_weight", weight.contiguous(memory_format=torch.channels_last))
            self._keep(f"conv{layer}_bias", bias)
        mean, deviation = (CAFFE_MEAN_BGR, (1.0,) * 3) if self._caffe else (IMAGENET_MEAN, IMAGENET_STD)
        self._keep("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self._keep("deviation", torch.tensor(deviation).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Return the layers' feature maps, in their order in the network.

        Parameters
        ----------
        pixels : Tensor
            (N, C, H, W) in [0, 1], C = 1 (gray, repeated) or 3 (RGB); at least 16 pixels a side.
        """
        features = self._normalised(pixels).contiguous(memory_format=torch.channels_last)
        kept = []
        for layer in self._computed:
            if layer.endswith("_1") and layer != "1_1":
                features = F.max_pool2d(features, 2)
            weight, bias = self.get_buffer(f"conv{layer}_weight"), self.get_buffer(f"conv{layer}_bias")
            features = F.conv2d(features, weight, bias, padding=1)
            if layer in self.layers and self.before_activation:
                kept.append(features)
            features = F.relu(features)
            if layer in self.layers and not self.before_activation:
                kept.append(features)
        if LAST_POOL in self.layers:
            kept.append(F.max_pool2d(features, 2))
        return kept

    def _normalised(self, pixels: Tensor) -> Tensor:
        pixels = pixels.expand(-1, 3, -1, -1)
        if self._caffe:
            return pixels.flip(1) * 255 - self.get_buffer("mean")
        return (pixels - self.get_buffer("mean")) / self.get_buffer("deviation")

    def _keep(self, name: str, tensor: Tensor) -> None:
        # Never part of a checkpoint: the weights are not ours to pass on, and do not change.
        self.register_buffer(name, tensor, persistent=False)


def _up_to_last(names: Sequence[str], layers: Sequence[str]) -> tuple[str, ...]:
    if LAST_POOL in layers:
        return tuple(names)
    return tuple(names[: 1 + max(names.index(layer) for layer in layers)])


def _parameter_names(backbone: str, *, caffe: bool) -> dict[str, str]:
    if caffe:
        return {layer: f"conv{layer}" for layer in VGG_LAYERS[backbone]}
    # torchvision counts convolutions, their ReLUs and the pools before them.
    return {
        layer: f"features.{2 * position + int(layer[0]) - 1}" for position, layer in enumerate(VGG_LAYERS[backbone])
    }
