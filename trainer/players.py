"""The networks that train, and one step of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.output import to_picture
from trainer import checkpoint
from trainer.data import Batch
from trainer.discriminators import build_discriminator, frozen
from trainer.distributed import World
from trainer.objective import Objective
from trainer.optimisation import Player, exponential_average, make_optimiser, rate_factor
from trainer.precision import autocast
from trainer.recipe import OptimiserRecipe, Recipe

SMALL = 0.01


class Players:
    """A generator, the average of its weights, and a discriminator where the recipe has one.

    Parameters
    ----------
    recipe : Recipe
        With `optimiser.steps` set.
    objective : Objective
        What they minimise.
    world : World
        Where they stand, and with whom they share gradients.
    report : callable
        Takes a line of progress.
    """

    def __init__(self, recipe: Recipe, objective: Objective, world: World, report: Callable[[str], None]) -> None:
        self.recipe, self.world = recipe, world
        self.objective = objective.to(world.device)
        torch.manual_seed(recipe.seed)
        network = build_generator(recipe)
        if recipe.network.warm_start:
            anew = checkpoint.warm_start(network, Path(recipe.network.warm_start), widen=recipe.network.widen)
            report(f"warm start from {recipe.network.warm_start}; {len(anew)} parameters start anew")
        self.generator = self._player(network, recipe.optimiser, recipe.optimiser.rate)
        self.average = AveragedModel(network, multi_avg_fn=exponential_average(recipe.optimiser.ema))
        self.discriminator = self._discriminator() if recipe.loss.adversarial_weight else None

    def step(self, batch: Batch, step: int, rate_share: float) -> dict[str, Tensor]:
        """Take one step; return the weighted terms of the losses, and the norms of the gradients, by their names.

        Parameters
        ----------
        batch : Batch
            Of this process.
        step : int
            Decides rates, the terms that count, and what chance there is in the networks.
        rate_share : float
            Share of the scheduled rate, as a plateau lowered it.
        """
        self._prepare(step, rate_share)
        adversary = self.discriminator if self.objective.is_adversarial(step) else None
        with self._autocast():
            output = self.generator.replica(_channels_last(batch.degraded))
            picture = to_picture(output, batch.base, self.recipe.network.output)
        judge = adversary.network if adversary else None
        # Frozen while the gradient flows through it: its own weights' gradients are a third of that, and unused.
        with frozen(judge or nn.Identity()):
            with self._autocast():
                terms = self.objective.terms(picture, batch, step, judge)
            loss = torch.stack(list(terms.values())).sum()
            norm = self.generator.step(loss, self.recipe.optimiser)
        self.average.update_parameters(self.generator.network)
        seen = {"loss": loss, **{f"loss_{name}": term for name, term in terms.items()}, **self._norm("gradient", norm)}
        return seen | self._discriminator_step(adversary, picture, batch) if adversary else seen

    @property
    def overflows(self) -> bool:
        """Whether fp16 cannot hold a gradient, however the loss is scaled."""
        return any(player.overflows for player in self._all())

    def state(self) -> dict[str, Any]:
        """Return all that a resume needs."""
        state: dict[str, Any] = {"generator": self.generator.state(), "average": self.average.state_dict()}
        return state | ({"discriminator": self.discriminator.state()} if self.discriminator else {})

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.generator.restore(state["generator"])
        self.average.load_state_dict(state["average"])
        if self.discriminator:
            self.discriminator.restore(state["discriminator"])

    def _prepare(self, step: int, rate_share: float) -> None:
        # Chance (dropout) is a function of seed, step and process, as the batches are: a resume needs no other state.
        (seed,) = np.random.SeedSequence((self.recipe.seed, step, self.world.rank)).generate_state(1, np.uint64)
        torch.manual_seed(int(seed))
        factor = rate_factor(step, self.recipe.optimiser) * rate_share
        for player in self._all():
            player.set_rate(factor)
            player.network.train()

    def _discriminator_step(self, adversary: Player, picture: Tensor, batch: Batch) -> dict[str, Tensor]:
        with self._autocast():
            loss = self.objective.discriminator_loss(picture, batch.reference, adversary.replica)
        norm = adversary.step(loss, self.recipe.optimiser)
        return {"discriminator_loss": loss, **self._norm("discriminator_gradient", norm)}

    def _norm(self, name: str, norm: Tensor) -> dict[str, Tensor]:
        # fp16 overflows now and then, by design: the step is left out and the scale lowered.
        return {} if self.recipe.precision == "fp16" else {name: norm}

    def _discriminator(self) -> Player:
        recipe = self.recipe
        side = recipe.data.patch * recipe.network.scale_factor
        network = build_discriminator(
            recipe.discriminator.architecture,
            side,
            features=recipe.discriminator.features,
            options=recipe.discriminator.options,
        )
        kind = "adam" if recipe.optimiser.kind == "muon" else recipe.optimiser.kind
        return self._player(network, replace(recipe.optimiser, kind=kind), recipe.discriminator.rate)

    def _player(self, network: nn.Module, recipe: OptimiserRecipe, rate: float) -> Player:
        network.to(self.world.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        scaler = torch.amp.GradScaler(self.world.device.type, enabled=self.recipe.precision == "fp16")
        return Player(network, self.world.replica(network), make_optimiser(network, recipe, rate), scaler)

    def _autocast(self) -> torch.autocast:
        return autocast(self.world.device, self.recipe.precision)

    def _all(self) -> list[Player]:
        return [self.generator, self.discriminator] if self.discriminator else [self.generator]


def build_generator(recipe: Recipe) -> nn.Module:
    """Return the recipe's network, untrained.

    Raises
    ------
    ModelError
        If there is no such architecture, or it refuses the scale factor or an option.
    """
    network = recipe.network
    generator = build_network(network.architecture, network.scale_factor, network.options)
    if network.output == "residual":
        _start_small(generator)
    return generator


def _start_small(network: nn.Module) -> None:
    """Scale the last convolution down, so that training starts from bicubic interpolation."""
    last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)][-1]
    with torch.no_grad():
        last.weight.mul_(SMALL)
        if last.bias is not None:
            last.bias.zero_()


def _channels_last(pixels: Tensor) -> Tensor:
    return pixels.contiguous(memory_format=torch.channels_last)
