"""Discriminators against the published numbers of parameters, and how they are built."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest
import torch
from torch import nn

from medsr_viewer.models.architectures import parameter_count
from trainer.discriminators import DISCRIMINATORS, SrganDiscriminator, build_discriminator, frozen
from trainer.recipe import DiscriminatorRecipe

CONVOLUTIONS = ((3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512))
TRUNK = sum(9 * a * b + b for a, b in CONVOLUTIONS) + sum(2 * b for _, b in CONVOLUTIONS[1:])
SEPARABLE = sum(9 * a + a * b + (a + b if a == 3 else 2 * b) for a, b in CONVOLUTIONS)


@pytest.mark.parametrize(
    ("architecture", "options", "expected"),
    [
        ("srgan", {}, 5_215_425),
        ("srgan-published", {}, TRUNK + 512 * 6 * 6 * 1024 + 1024 + 1024 + 1),
        ("covid-srgan", {}, TRUNK + 9 * 512 + 1),
        ("queens", {}, TRUNK + 512 * 6 * 6 + 1),
        ("queens", {"dense": 1024, "dropout": 0.5}, TRUNK + 512 * 6 * 6 * 1024 + 1024 + 1024 + 1),
        ("swift-srgan", {}, SEPARABLE + 18432 * 1024 + 1024 + 1024 + 1),
        ("patch", {}, 16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + 64 + 128 + 256 + 512 + 1),
    ],
)
def test_parameters(architecture: str, options: dict[str, Any], expected: int) -> None:
    assert parameter_count(build_discriminator(architecture, 96, 3, options=options)) == expected


@pytest.mark.parametrize("architecture", DISCRIMINATORS)
@pytest.mark.parametrize("side", [24, 33])
def test_every_patch_gets_logits(architecture: str, side: int) -> None:
    network = build_discriminator(architecture, side, features=4).eval()
    with torch.inference_mode():
        scores = network(torch.rand(3, 1, side, side))
    assert scores.shape[:2] == (3, 1)
    assert scores.ndim == (4 if architecture == "patch" else 2)
    # Logits, not probabilities: large weights in the last layer must be able to leave 0 - 1.
    last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)][-1]
    nn.init.constant_(last.bias, -50)  # type: ignore[arg-type]
    with torch.inference_mode():
        assert network(torch.rand(3, 1, side, side)).max() < -1


@pytest.mark.parametrize("architecture", DISCRIMINATORS)
def test_every_weight_learns_in_bf16_too(architecture: str) -> None:
    torch.manual_seed(0)
    network = build_discriminator(architecture, 32, features=4)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(torch.rand(4, 1, 32, 32))
    scores.float().square().mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_srgan_takes_other_sizes_than_the_one_it_was_built_for() -> None:
    for side in (16, 40):
        assert SrganDiscriminator(features=4).eval()(torch.rand(1, 1, side, side)).shape == (1, 1)


def test_dropout_is_active_in_training_alone() -> None:
    torch.manual_seed(0)
    for architecture, options in (("covid-srgan", {}), ("queens", {"dense": 8, "dropout": 0.5})):
        network = build_discriminator(architecture, 32, features=4, options={"norm": "none", **options})
        pixels = torch.rand(1, 1, 32, 32)
        assert not torch.equal(network(pixels), network(pixels))
        network.eval()
        assert torch.equal(network(pixels), network(pixels))


def test_patch_sees_seventy_pixels() -> None:
    network = build_discriminator("patch", 128, features=4).eval()
    pixels = torch.rand(1, 1, 128, 128, requires_grad=True)
    network(pixels)[0, 0, 7, 7].backward()
    assert pixels.grad is not None
    rows = pixels.grad[0, 0].abs().sum(dim=1).nonzero().flatten()
    assert rows[-1] - rows[0] + 1 == 70


def test_frozen_weights_take_no_gradient_and_are_then_as_before() -> None:
    network = build_discriminator("srgan", 16, features=4)
    network.layers[0].weight.requires_grad = False  # type: ignore[union-attr, index]
    pixels = torch.rand(2, 1, 16, 16, requires_grad=True)
    with frozen(network):
        network(pixels).sum().backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().max() > 0
    assert all(parameter.grad is None for parameter in network.parameters())
    assert [parameter.requires_grad for parameter in network.parameters()] == [False] + [True] * (
        len(list(network.parameters())) - 1
    )


def test_recipes_may_name_each_of_them_and_no_other() -> None:
    assert get_args(get_type_hints(DiscriminatorRecipe)["architecture"]) == tuple(DISCRIMINATORS)
