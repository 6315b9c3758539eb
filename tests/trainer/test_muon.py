"""Muon: orthogonalised steps for kernels, Adam for all else."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from medsr_viewer.models.architectures import build_network
from trainer.muon import Muon, inner_kernels, orthogonalised
from trainer.optimisation import make_optimiser
from trainer.recipe import OptimiserRecipe


@pytest.mark.parametrize("shape", [(8, 8), (6, 54), (54, 6)])
def test_orthogonalised_keeps_the_singular_vectors_and_levels_the_values(shape: tuple[int, int]) -> None:
    matrix = torch.randn(*shape, generator=torch.Generator().manual_seed(1))
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    levelled = u.mT @ orthogonalised(matrix) @ v.mT
    assert levelled.diagonal().min() > 0.6
    assert levelled.diagonal().max() < 1.3
    assert torch.allclose(levelled, torch.diag(levelled.diagonal()), atol=1e-3)


def test_orthogonalised_takes_zeros() -> None:
    assert torch.equal(orthogonalised(torch.zeros(3, 5)), torch.zeros(3, 5))


def test_first_last_and_depthwise_kernels_are_adams() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3, groups=4), nn.Conv2d(4, 4, 1), nn.PReLU(), nn.Conv2d(4, 1, 3)
    )
    (kernel,) = inner_kernels(network)
    assert kernel is network[2].weight
    orthogonal, others = Muon(network, 0.02, 1e-3, (0.9, 0.99)).param_groups
    assert orthogonal["params"] == [kernel]
    assert len(others["params"]) == len(list(network.parameters())) - 1


def test_what_is_not_a_kernel_moves_as_torchs_adam_moves_it() -> None:
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    optimisers = Muon(ours, 0.02, 0.01, (0.9, 0.99)), torch.optim.Adam(theirs.parameters(), 0.01, betas=(0.9, 0.99))
    for step in range(5):
        pixels = torch.randn(4, 3, generator=torch.Generator().manual_seed(step))
        for network, optimiser in zip((ours, theirs), optimisers, strict=True):
            optimiser.zero_grad()
            network(pixels).square().sum().backward()
            optimiser.step()
    assert torch.allclose(ours.weight, theirs.weight, atol=1e-6)
    assert torch.allclose(ours.bias, theirs.bias, atol=1e-6)


def test_a_kernels_step_has_the_rate_as_its_norm_however_large_the_gradient() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3), nn.Conv2d(4, 1, 3))
    (kernel,) = inner_kernels(network)
    optimiser = make_optimiser(network, OptimiserRecipe(steps=1, kind="muon", kernel_rate=0.5), 1e-3)
    before = kernel.detach().clone()
    kernel.grad = 1e6 * torch.randn(kernel.shape, generator=torch.Generator().manual_seed(0))
    optimiser.step()
    moved = (kernel.detach() - before).flatten(1)
    assert torch.linalg.matrix_norm(moved, 2).item() == pytest.approx(0.5, rel=0.3)
    assert torch.sum(moved * kernel.grad.flatten(1)) < 0


@pytest.mark.parametrize("shape", [(12, 3, 1, 1), (3, 4, 3, 3)])
def test_a_kernel_moves_as_torchs_muon_moves_a_matrix(shape: tuple[int, ...]) -> None:
    outputs, inputs, side, _ = shape
    layers = ((1, inputs, 1), (inputs, outputs, side), (outputs, 1, 1))
    network = nn.Sequential(*(nn.Conv2d(*layer) for layer in layers))
    (kernel,) = inner_kernels(network)
    before = kernel.detach().flatten(1).clone()
    matrix = nn.Parameter(before.clone())
    ours = Muon(network, 0.02, 1e-3, (0.9, 0.99))
    theirs = torch.optim.Muon([matrix], lr=0.02, weight_decay=0.0, adjust_lr_fn="original")
    for step in range(3):
        kernel.grad = torch.randn(shape, generator=torch.Generator().manual_seed(step))
        matrix.grad = kernel.grad.flatten(1)
        ours.step()
        theirs.step()  # type: ignore[no-untyped-call]
    moved = matrix.detach() - before
    off = kernel.detach().flatten(1) - before - moved
    assert off.norm() < 0.05 * moved.norm(), "theirs iterates in bfloat16: some 0.01"


def test_state_goes_through_a_checkpoint() -> None:
    torch.manual_seed(0)
    first = build_network("fmen", 2, {"features": 8, "blocks": 1, "attention_features": 6})
    second = build_network("fmen", 2, {"features": 8, "blocks": 1, "attention_features": 6})
    recipe = OptimiserRecipe(steps=1, kind="muon")
    optimisers = [make_optimiser(network, recipe, 1e-3) for network in (first, second)]

    def take_step(index: int) -> None:
        network = (first, second)[index]
        optimisers[index].zero_grad()
        network(torch.ones(1, 1, 8, 8)).square().mean().backward()
        optimisers[index].step()

    take_step(0)
    second.load_state_dict(first.state_dict())
    optimisers[1].load_state_dict(copy.deepcopy(optimisers[0].state_dict()))  # it would share the tensors
    take_step(0)
    take_step(1)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_weight_decay_takes_its_share_of_every_parameter_beside_the_gradient() -> None:
    moved = []
    for decay in (0.0, 0.1):
        torch.manual_seed(0)
        network = nn.Sequential(*(nn.Conv2d(a, b, 3) for a, b in ((1, 4), (4, 4), (4, 1))))
        before = [parameter.detach().clone() for parameter in network.parameters()]
        optimiser = make_optimiser(network, OptimiserRecipe(kind="muon", kernel_rate=0.02, weight_decay=decay), 1e-3)
        network(torch.ones(1, 1, 9, 9)).sum().backward()
        optimiser.step()
        moved.append([after.detach() - start for after, start in zip(network.parameters(), before, strict=True)])
    for index, (without, with_decay, start) in enumerate(zip(*moved, before, strict=True)):
        rate = 0.02 if index == 2 else 1e-3  # the middle kernel's
        torch.testing.assert_close(with_decay, without - rate * 0.1 * start, atol=1e-7, rtol=1e-4)
