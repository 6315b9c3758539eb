from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from trainer.data import Batch
from trainer.objective import FeatureFiles, Objective
from trainer.recipe import LossRecipe, NetworkRecipe, OptimiserRecipe, Recipe


def objective(loss: LossRecipe, vgg: Path | None = None) -> Objective:
    network = NetworkRecipe(architecture="fmen", scale_factor=2)
    recipe = Recipe("x", "A test", network, OptimiserRecipe(steps=1), loss=loss)
    return Objective(recipe, FeatureFiles(vgg=vgg))


def batch(side: int = 32) -> Batch:
    pixels = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(0))
    half = pixels[..., ::2, ::2]
    return Batch(degraded=half, base=pixels, reference=pixels)


def test_the_perceptual_distance_sees_both_pictures_moved_alike(vgg: Path) -> None:
    terms = objective(LossRecipe(perceptual_weight=1, perceptual_shift=7), vgg)
    seen: list[tuple[Tensor, Tensor]] = []

    class Noting(nn.Module):
        def forward(self, upscaled: Tensor, reference: Tensor) -> Tensor:
            seen.append((upscaled, reference))
            return torch.zeros(())

    terms.perceptual = Noting()  # type: ignore[assignment]
    a_batch = batch()
    for step in range(40):
        torch.manual_seed(step)
        terms.terms(a_batch.reference, a_batch, step, None)
    assert all(torch.equal(a, b) for a, b in seen)
    assert all(torch.equal(a, a_batch.reference[..., -a.shape[-2] :, -a.shape[-1] :]) for a, _ in seen)
    for axis in (-2, -1):
        assert {a.shape[axis] for a, _ in seen} == set(range(25, 33))
    torch.manual_seed(3)
    terms.terms(a_batch.reference, a_batch, 3, None)
    assert seen[-1][0].shape == seen[3][0].shape


def test_without_a_shift_chance_is_left_alone(vgg: Path) -> None:
    terms, a_batch = objective(LossRecipe(perceptual_weight=1), vgg), batch()
    before = torch.get_rng_state()
    terms.terms(a_batch.reference, a_batch, 0, None)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_lattice_is_a_term_of_its_own() -> None:
    a_batch = batch()
    terms = objective(LossRecipe(lattice_weight=0.5))
    assert float(terms.terms(a_batch.reference, a_batch, 0, None)["lattice"]) == 0
    grid = torch.ones(1, 1, 32, 32)
    grid[..., ::2] = -1
    once, twice = (
        float(terms.terms(a_batch.reference + height * grid, a_batch, 0, None)["lattice"]) for height in (0.01, 0.02)
    )
    assert once > 0
    assert abs(twice - 2 * once) < 1e-3 * once
