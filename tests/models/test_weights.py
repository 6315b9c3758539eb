from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.weights import load_network

OPTIONS = {"features": 8, "blocks": 1, "attention_features": 6}
CardOf = Callable[[bytes], ModelCard]


@pytest.fixture
def card_of(tmp_path: Path, card_with: Callable[..., ModelCard]) -> CardOf:
    """Return a function that writes bytes as weights and describes them."""

    def make(data: bytes) -> ModelCard:
        path = tmp_path / "tiny-x2.safetensors"
        path.write_bytes(data)
        return card_with(options=OPTIONS, sha256=hashlib.sha256(data).hexdigest(), path=path)

    return make


def state(dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {name: tensor.to(dtype) for name, tensor in build_network("fmen", 2, OPTIONS).state_dict().items()}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_loaded_weights_are_those_that_were_saved(card_of: CardOf, dtype: torch.dtype) -> None:
    tensors = state(dtype)
    network = load_network(card_of(save(tensors)))
    assert not network.training
    for name, tensor in network.state_dict().items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor, tensors[name].float(), rtol=0, atol=0)
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_another_file_than_the_cards_is_refused(card_of: CardOf) -> None:
    card = card_of(save(state()))
    data = bytearray(card.path.read_bytes())
    data[-1] ^= 1
    card.path.write_bytes(data)
    with pytest.raises(ModelError, match=r"tiny-x2\.safetensors.*SHA-256 differs"):
        load_network(card)


def test_a_missing_file_is_refused(card_of: CardOf) -> None:
    card = card_of(b"")
    card.path.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load_network(card)


@pytest.mark.parametrize("data", [b"", b"not safetensors at all", save(state())[:-100]])
def test_a_damaged_file_is_refused_even_where_its_hash_fits(card_of: CardOf, data: bytes) -> None:
    with pytest.raises(ModelError, match=r"tiny-x2\.safetensors"):
        load_network(card_of(data))


def renamed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {f"module.{name}": tensor for name, tensor in tensors.items()}


def shortened(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return dict(list(tensors.items())[1:])


def extended(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {**tensors, "extra": torch.zeros(1)}


def reshaped(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {**tensors, "head.bias": torch.zeros(9)}


@pytest.mark.parametrize("spoil", [renamed, shortened, extended, reshaped])
def test_parameters_of_another_network_are_refused(
    card_of: CardOf, spoil: Callable[[Mapping[str, Tensor]], dict[str, Tensor]]
) -> None:
    with pytest.raises(ModelError, match="its parameters are not those of fmen"):
        load_network(card_of(save(spoil(state()))))
