"""How weights move: optimisers, rate schedules, gradient clipping, the average of the weights."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from trainer.muon import Muon
from trainer.recipe import OptimiserRecipe

SMALLEST_SCALE = 2.0**-4
"""A loss scale below it: every gradient of the last steps overflowed fp16, so the run has diverged."""


@dataclass
class Player:
    """A network with its optimiser.

    Attributes
    ----------
    network : nn.Module
        The network itself: what is averaged and saved.
    replica : nn.Module
        What a training step calls: the network, or its wrapper that shares gradients among processes.
    optimiser : torch.optim.Optimizer
        Of its parameters.
    scaler : torch.amp.GradScaler
        Scales the loss in fp16, and does nothing in other precisions.
    rates : list of float
        The full rate of each of the optimiser's groups.
    """

    network: nn.Module
    replica: nn.Module
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    rates: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.rates = [group["lr"] for group in self.optimiser.param_groups]

    def set_rate(self, factor: float) -> None:
        """Set the rates of the next step, as a share of the full ones."""
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * factor

    def step(self, loss: Tensor, recipe: OptimiserRecipe) -> Tensor:
        """Take one step down the gradient of `loss`.

        Returns
        -------
        Tensor
            The gradient's norm before it was clipped; it may be infinite in fp16, where the step is then left out and
            the loss scale lowered.
        """
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self.scaler.unscale_(self.optimiser)
        norm = clip_gradient(self.network.parameters(), recipe, self.optimiser.param_groups[0]["lr"])
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return norm

    @property
    def overflows(self) -> bool:
        """Whether fp16 cannot hold the gradient, however the loss is scaled."""
        return self.scaler.is_enabled() and self.scaler.get_scale() < SMALLEST_SCALE

    def state(self) -> dict[str, Any]:
        """Return all that a resume needs."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])


def make_optimiser(network: nn.Module, recipe: OptimiserRecipe, rate: float) -> torch.optim.Optimizer:
    """Return the optimiser that the recipe names.

    torch's take their step in one fused kernel: written as separate operations it is 30 % of SRResNet's time on a CPU
    whose cores are shared, because each operation waits for all threads.
    """
    parameters, decay = network.parameters(), recipe.weight_decay
    match recipe.kind:
        case "adam":
            return torch.optim.Adam(parameters, rate, betas=recipe.betas, weight_decay=decay, fused=True)
        case "adamw":
            return torch.optim.AdamW(parameters, rate, betas=recipe.betas, weight_decay=decay, fused=True)
        case "sgd":
            return torch.optim.SGD(parameters, rate, momentum=recipe.momentum, weight_decay=decay, fused=True)
        case "muon":
            return Muon(network, recipe.kernel_rate, rate, recipe.betas, decay)


def rate_factor(step: int, recipe: OptimiserRecipe) -> float:
    """Return the share of the full rate at a step: a linear warm-up, then the recipe's schedule.

    A plateau's share depends on the validations, not on the step (see `Plateau`): 1 here.
    """
    if step < recipe.warmup_steps:
        return (step + 1) / recipe.warmup_steps
    match recipe.schedule:
        case "cosine":
            progress = (step - recipe.warmup_steps) / max(1, recipe.steps - recipe.warmup_steps)
            low = recipe.final_rate / recipe.rate
            return low + (1 - low) * (1 + math.cos(math.pi * progress)) / 2
        case "milestones":
            passed: float = recipe.gamma ** bisect_right(recipe.milestones, step)
            return passed
        case "constant" | "plateau":
            return 1.0


class Plateau:
    """Lowers the rate when the validation figure no longer grows."""

    def __init__(self, recipe: OptimiserRecipe) -> None:
        self.recipe = recipe
        self.factor = 1.0
        self.best = -math.inf
        self.waited = 0

    def see(self, figure: float) -> bool:
        """Take in a validation's figure (more is better); return whether the rate was lowered."""
        if self.recipe.schedule != "plateau":
            return False
        if figure > self.best:
            self.best, self.waited = figure, 0
            return False
        self.waited += 1
        if self.waited <= self.recipe.patience:
            return False
        lowered = max(self.factor * self.recipe.gamma, self.recipe.final_rate / self.recipe.rate)
        changed, self.factor, self.waited = lowered < self.factor, min(lowered, self.factor), 0
        return changed

    def state(self) -> dict[str, float]:
        """Return all that a resume needs."""
        return {"factor": self.factor, "best": self.best, "waited": self.waited}

    def restore(self, state: dict[str, float]) -> None:
        """Take over what `state` returned."""
        self.factor, self.best, self.waited = state["factor"], state["best"], int(state["waited"])


def clip_gradient(parameters: Iterable[nn.Parameter], recipe: OptimiserRecipe, rate: float) -> Tensor:
    """Clip gradients in place as the recipe says; return their norm before that.

    ``adjustable`` clips each value to threshold / rate (Kim et al. 2016, VDSR, section 3.2): what a step can move a
    weight by stays the same as the rate falls.
    """
    held = [parameter for parameter in parameters if parameter.grad is not None]
    norm = nn.utils.get_total_norm([parameter.grad for parameter in held if parameter.grad is not None])
    if recipe.clip == "norm":
        # On a GPU the comparison would wait for all work under way; scaling by 1 costs less.
        if norm.device.type != "cpu" or not norm <= recipe.clip_threshold:
            nn.utils.clip_grads_with_norm_(held, recipe.clip_threshold, norm)
    elif recipe.clip == "value":
        nn.utils.clip_grad_value_(held, recipe.clip_threshold)
    elif recipe.clip == "adjustable":
        nn.utils.clip_grad_value_(held, recipe.clip_threshold / rate)
    return norm


def exponential_average(decay: float) -> Callable[[Sequence[Tensor], Sequence[Tensor], Tensor | int], None]:
    """Return an update of averages whose decay grows to `decay`, so that the first weights are soon forgotten."""

    @torch.no_grad()
    def update(averaged: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int) -> None:
        warm = min(decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(list(averaged), list(current), 1 - warm)

    return update
