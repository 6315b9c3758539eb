"""Tiny networks with cards, as a user's model folder would hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import nn

from medsr_viewer.models.architectures import as_upscaling, build_network, parameter_count
from medsr_viewer.models.cards import ModelCard, write_card
from medsr_viewer.upscaling.inference import network_on
from medsr_viewer.upscaling.memory import tile_limits
from medsr_viewer.upscaling.methods import Method

TINY: dict[str, dict[str, Any]] = {
    "fmen": {"features": 8, "blocks": 1, "attention_features": 6},
    "srresnet": {"features": 6, "blocks": 2, "norm": "batch"},
    "swift-srgan": {"features": 6, "blocks": 2, "norm": "none"},
}


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Run tiny networks on one thread: sums in one order, and no time lost to waking others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def forget_networks() -> Iterator[None]:
    """Load networks anew in every test, and forget what did not fit."""
    network_on.cache_clear()
    tile_limits.clear()
    yield
    network_on.cache_clear()
    tile_limits.clear()


@pytest.fixture
def tiny_method(tmp_path: Path) -> Callable[..., Method]:
    """Return a function that saves a tiny random network with its card, and returns its method."""

    def make(
        architecture: str = "fmen",
        scale_factor: int = 2,
        spoil: Callable[[nn.Module], None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> Method:
        torch.manual_seed(scale_factor)
        options = options or TINY[architecture]
        network = build_network(architecture, scale_factor, options)
        with torch.no_grad():
            # Residuals of some percent of the range and without a constant part, as trained networks have.
            last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][-1]
            last.weight.mul_(0.1)
            if last.bias is not None:
                last.bias.zero_()
        if spoil:
            with torch.no_grad():
                spoil(network)
        data = save({name: tensor.contiguous() for name, tensor in network.state_dict().items()})
        path = tmp_path / f"{architecture}-x{scale_factor}.safetensors"
        path.write_bytes(data)
        card = ModelCard(
            name=architecture,
            kind="psnr",
            architecture=architecture,
            options=options,
            scale_factor=scale_factor,
            parameters=parameter_count(network),
            halo=as_upscaling(network).halo,
            sha256=hashlib.sha256(data).hexdigest(),
            date="2026-01-31",
            training={"steps": 3},
            attribution=(),
            modalities=("CT",),
            degradation="bicubic",
            precision="float32",
            figures={},
            path=path,
        )
        write_card(card)
        return Method(card.name, card.kind, {scale_factor: card})

    return make
