"""Networks between fidelity and sharpness, by interpolating weights (network interpolation; ESRGAN, section 3.4)."""

from __future__ import annotations

import torch
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.blending import BlendedCard, is_same_network
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.weights import load_network


def network_of(card: ModelCard) -> nn.Module:
    """Return the network of any card, be it of a file or of a blend.

    Raises
    ------
    ModelError
        See `load_network`.
    """
    if isinstance(card, BlendedCard):
        return interpolate_weights(card.fidelity, card.sharpness, card.percent / 100)
    return load_network(card)


def interpolate_weights(fidelity: ModelCard, sharpness: ModelCard, alpha: float) -> nn.Module:
    """Return the network whose weights lie between those of two models.

    Parameters
    ----------
    fidelity, sharpness : ModelCard
        A PSNR-oriented model, and one that was trained adversarially from it.
    alpha : float
        0 gives the first network exactly, 1 the second.

    Raises
    ------
    ValueError
        If `alpha` is not within [0, 1].
    ModelError
        If the two are not of one architecture, scale factor, options and output, or one cannot be loaded.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is {alpha}, not within [0, 1]")
    if not is_same_network(fidelity, sharpness):
        raise ModelError(
            f"{fidelity.name} and {sharpness.name} are different networks: nothing lies between their weights",
            "Choose a PSNR-oriented model and one that was trained adversarially from it.",
        )
    network, other = load_network(fidelity), load_network(sharpness)
    with torch.no_grad():
        ends = zip(network.state_dict().values(), other.state_dict().values(), strict=True)
        for first, second in ends:
            # A count of batches, the one tensor of whole numbers, lies between nothing: it stays the first's.
            if first.is_floating_point():
                first.lerp_(second, alpha)
    return network
