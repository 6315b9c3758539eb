"""The eight convolutions that most discriminators here begin with (Ledig et al. 2017, figure 4)."""

from __future__ import annotations

from torch import nn

from medsr_viewer.models.layers import normalisation

STAGES = ((1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2))
"""(multiple of the first stage's channels, stride) of the seven convolutions after the first one."""
WIDEST = STAGES[-1][0]
SHRINKING = 16
"""Four strides of two; a side that is not a multiple is rounded up at each."""


def convolutions(channels: int, features: int, norm: str) -> list[nn.Module]:
    """Return the layers, from image channels to ``8 * features`` at a sixteenth of the size.

    Parameters
    ----------
    channels : int
        Image channels.
    features : int
        Channels of the first stage.
    norm : {"batch", "instance", "none"}
        Normalisation after all but the first convolution.
    """
    layers: list[nn.Module] = [nn.Conv2d(channels, features, 3, padding=1), nn.LeakyReLU(0.2)]
    inputs = features
    for multiple, stride in STAGES:
        outputs = multiple * features
        layers += [
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1),
            normalisation(norm, outputs),
            nn.LeakyReLU(0.2),
        ]
        inputs = outputs
    return layers


def flattened_features(patch_side: int, features: int) -> int:
    """Return how many numbers the last convolution gives for a square patch."""
    side = -(-patch_side // SHRINKING)
    return WIDEST * features * side * side
