from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from trainer.optimisation import Plateau, Player, clip_gradient, exponential_average, make_optimiser, rate_factor
from trainer.recipe import OptimiserRecipe

COSINE = OptimiserRecipe(steps=110, rate=1e-3, final_rate=1e-5, warmup_steps=10)


def with_gradient(*values: float) -> nn.Parameter:
    parameter = nn.Parameter(torch.zeros(len(values)))
    parameter.grad = torch.tensor(values)
    return parameter


def test_rate_warms_up_then_falls_as_a_cosine() -> None:
    factors = np.array([rate_factor(step, COSINE) for step in range(110)])
    np.testing.assert_allclose(factors[:10], np.arange(1, 11) / 10)
    assert factors[10] == 1
    assert (np.diff(factors[10:]) < 0).all()
    assert factors[60] == pytest.approx((1 + 0.01) / 2)
    assert rate_factor(110, COSINE) == pytest.approx(0.01)
    assert factors[-1] == pytest.approx(0.01, abs=0.001)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schedule": "constant"}, [0.5, 1, 1, 1, 1, 1]),
        ({"schedule": "plateau"}, [0.5, 1, 1, 1, 1, 1]),
        ({"schedule": "milestones", "milestones": (3, 5), "gamma": 0.2}, [0.5, 1, 1, 0.2, 0.2, 0.04]),
    ],
)
def test_other_schedules_warm_up_too(changes: dict[str, Any], expected: list[float]) -> None:
    recipe = OptimiserRecipe(steps=6, warmup_steps=2, **changes)
    assert [rate_factor(step, recipe) for step in range(6)] == pytest.approx(expected)


def test_a_plateau_lowers_the_rate_after_its_patience_down_to_the_final_rate() -> None:
    recipe = OptimiserRecipe(steps=9, rate=1.0, final_rate=0.2, schedule="plateau", gamma=0.5, patience=1)
    plateau = Plateau(recipe)
    seen = [(plateau.see(figure), plateau.factor) for figure in (1, 2, 2, 1.5, 1.9, 2, 3, 0, 0, 0, 0)]
    lowered = [index for index, (changed, _) in enumerate(seen) if changed]
    assert lowered == [3, 5, 8], "two validations without a better figure, each time"
    assert [seen[index][1] for index in lowered] == pytest.approx([0.5, 0.25, 0.2])
    again = Plateau(recipe)
    again.restore(plateau.state())
    assert again.state() == plateau.state()


def test_other_schedules_ignore_the_figure() -> None:
    plateau = Plateau(dataclasses.replace(COSINE, patience=0))
    assert not any(plateau.see(0.0) for _ in range(5))
    assert plateau.factor == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"clip": "none"}, [3.0, -4.0]),
        ({"clip": "norm", "clip_threshold": 1.0}, [0.6, -0.8]),
        ({"clip": "norm", "clip_threshold": 10.0}, [3.0, -4.0]),
        ({"clip": "value", "clip_threshold": 3.5}, [3.0, -3.5]),
        ({"clip": "adjustable", "clip_threshold": 0.02}, [2.0, -2.0]),
    ],
)
def test_clipping_by_hand(changes: dict[str, Any], expected: list[float]) -> None:
    parameter = with_gradient(3.0, -4.0)
    norm = clip_gradient([parameter, nn.Parameter(torch.zeros(1))], OptimiserRecipe(steps=1, **changes), rate=0.01)
    assert norm.item() == pytest.approx(5.0)
    assert parameter.grad is not None
    assert parameter.grad.tolist() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("kind", "expected"), [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("sgd", torch.optim.SGD)]
)
def test_optimisers_take_what_the_recipe_says(kind: Any, expected: type) -> None:
    recipe = OptimiserRecipe(steps=1, kind=kind, betas=(0.5, 0.6), weight_decay=0.25, momentum=0.75)
    (group,) = make_optimiser(nn.Linear(2, 2), recipe, 0.125).param_groups
    optimiser = make_optimiser(nn.Linear(2, 2), recipe, 0.125)
    assert type(optimiser) is expected
    assert (group["lr"], group["weight_decay"]) == (0.125, 0.25)
    assert group["momentum"] == 0.75 if kind == "sgd" else group["betas"] == (0.5, 0.6)


def test_a_step_goes_down_the_gradient_at_the_scheduled_rate() -> None:
    network = nn.Linear(1, 1, bias=False)
    start = network.weight.item()
    recipe = OptimiserRecipe(steps=1, kind="sgd", momentum=0.0, clip="none")
    optimiser = make_optimiser(network, recipe, 0.5)
    player = Player(network, network, optimiser, torch.amp.GradScaler("cpu", enabled=False))
    player.set_rate(0.1)
    norm = player.step(3 * network.weight.sum(), recipe)
    assert norm.item() == pytest.approx(3)
    assert network.weight.item() == pytest.approx(start - 0.5 * 0.1 * 3)
    assert not player.overflows


def test_the_average_forgets_the_first_weights_soon_and_settles_at_its_decay() -> None:
    update = exponential_average(0.9)
    average = [torch.zeros(1)]
    update(average, [torch.ones(1)], 1)
    assert float(average[0]) == pytest.approx(1 - 2 / 11)
    average = [torch.zeros(1)]
    update(average, [torch.ones(1)], 10**6)
    assert float(average[0]) == pytest.approx(0.1)
    update(average, [torch.ones(1) * 5], 10**6)
    assert float(average[0]) == pytest.approx(0.9 * 0.1 + 0.5)
    none = exponential_average(0.0)
    none(average, [torch.ones(1) * 7], 3)
    assert float(average[0]) == 7
