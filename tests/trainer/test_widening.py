"""Widened networks: the same function, channels that can part."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from medsr_viewer.errors import InvalidRecipe
from medsr_viewer.models.architectures import build_network
from trainer.checkpoint import warm_start
from trainer.recipe_file import parse_recipe
from trainer.widening import widened

NARROW = {"features": 10, "blocks": 2, "attention_features": 8}
WIDE = {"features": 16, "blocks": 2, "attention_features": 13}


@pytest.fixture
def narrow(tmp_path: Path) -> tuple[nn.Module, Path]:
    """Return a network, and the file of its weights."""
    torch.manual_seed(4)
    network = build_network("fmen", 2, NARROW).eval()
    save_file(network.state_dict(), tmp_path / "narrow.safetensors")
    return network, tmp_path / "narrow.safetensors"


def test_the_function_stays(narrow: tuple[nn.Module, Path]) -> None:
    network, weights = narrow
    wide = build_network("fmen", 2, WIDE).eval()
    assert warm_start(wide, weights, widen=True) == []
    pixels = torch.rand(1, 1, 12, 15)
    with torch.no_grad():
        torch.testing.assert_close(wide(pixels), network(pixels), atol=1e-5, rtol=1e-4)


def test_copies_get_gradients_of_their_own(narrow: tuple[nn.Module, Path]) -> None:
    _, weights = narrow
    wide = build_network("fmen", 2, WIDE)
    warm_start(wide, weights, widen=True)
    wide(torch.rand(1, 1, 12, 15)).square().mean().backward()
    kernel = wide.get_parameter("head.weight")
    assert kernel.grad is not None
    for copy in range(10, 16):
        original = next(i for i in range(10) if torch.equal(kernel[i], kernel[copy]))
        assert not torch.allclose(kernel.grad[original], kernel.grad[copy], rtol=0.01)


def test_what_is_narrower_or_of_another_kernel_starts_anew() -> None:
    shapes = {"same": torch.Size([2, 3]), "fewer": torch.Size([1, 3]), "kernel": torch.Size([2, 2, 5, 5])}
    tensors = {
        "same": torch.rand(2, 3),
        "fewer": torch.rand(2, 3),
        "kernel": torch.rand(2, 2, 3, 3),
        "other": torch.rand(1),
    }
    found = widened(tensors, shapes)
    assert list(found) == ["same"]
    assert torch.equal(found["same"], tensors["same"])


def test_widening_is_for_networks_whose_channels_stay_apart() -> None:
    text = (files("trainer") / "recipes" / "srresnet-x4.toml").read_text(encoding="utf-8")
    with pytest.raises(InvalidRecipe, match="network.widen = true"):
        parse_recipe(text, "x.toml", ["network.widen=true"])
