"""Load a network with the weights that a card describes."""

from __future__ import annotations

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.cards import ModelCard, read_weights


def load_network(card: ModelCard) -> nn.Module:
    """Return the network of a card, in evaluation mode, float32, channels last.

    Raises
    ------
    ModelError
        If the file is missing, its hash is not the card's, or its parameters are not the network's.
    """
    data = read_weights(card)
    network = build_network(card.architecture, card.scale_factor, dict(card.options))
    try:
        tensors = load(data)
    except SafetensorError as exc:
        raise ModelError(f"{card.path.name}: not a safetensors file ({exc})") from exc
    try:
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except RuntimeError as exc:
        raise ModelError(f"{card.path.name}: its parameters are not those of {card.architecture}") from exc
    network.eval().requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]
