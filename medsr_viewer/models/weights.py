"""Load a network with the weights that a card describes."""

from __future__ import annotations

import hashlib

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.cards import ModelCard


def load_network(card: ModelCard) -> nn.Module:
    """Return the network of a card, in evaluation mode, float32, channels last.

    Raises
    ------
    ModelError
        If the file is missing, its hash is not the card's, or its parameters are not the network's.
    """
    try:
        data = card.path.read_bytes()
    except OSError as exc:
        raise ModelError(f"{card.path.name}: cannot be read ({exc.strerror})") from exc
    if hashlib.sha256(data).hexdigest() != card.sha256:
        raise ModelError(f"{card.path.name}: the file is not the one that its card describes (SHA-256 differs)")
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
