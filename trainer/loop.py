"""The training loop, for PSNR-oriented and adversarial runs alike."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from medsr_viewer.errors import MedsrError, ModelError
from medsr_viewer.models.architectures import build_network, parameter_count
from trainer import checkpoint
from trainer.data import Batch, PatchSampler, TrainingImage, load_images
from trainer.discriminators import SrganDiscriminator
from trainer.losses import PerceptualDistance, consistency_loss, discriminator_loss, generator_loss, pixel_loss
from trainer.recipe import OptimiserRecipe, Recipe
from trainer.recipe_file import recipe_as_dict
from trainer.validation import FolderScore, validate

DISCRIMINATOR_FEATURES = 32
"""Half of the published width: a quarter of its time, on machines without a GPU."""


class TrainingDiverged(MedsrError):
    """Loss or gradient are not finite."""

    title = "Training diverged"
    advice = "Lower the rate, or clip the gradient more tightly, and start from the last checkpoint."


@dataclass
class Player:
    """A network and its optimiser."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    rate: float

    def step(self, loss: Tensor, clip_norm: float) -> Tensor:
        """Take one step down the gradient of `loss`; return the gradient's norm before it was clipped."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm: Tensor = nn.utils.clip_grad_norm_(self.network.parameters(), clip_norm)
        self.optimiser.step()
        return norm


def train(
    recipe: Recipe,
    data: Sequence[Path],
    run: Path,
    *,
    vgg_weights: Path | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Train a network, or go on where the run folder's checkpoint stands.

    Parameters
    ----------
    recipe : Recipe
        What to train, and how.
    data : sequence of Path
        Data folders (see `trainer.data`).
    run : Path
        Run folder; holds ``recipe.json``, ``log.csv``, ``last.pt`` and ``best.safetensors``.
    vgg_weights : Path, optional
        VGG-16's features; needed where the recipe has a perceptual loss or selects by perceptual distance.
    report : callable
        Takes a line of progress.

    Raises
    ------
    MedsrError
        If data, weights or the folder's checkpoint cannot be used, or loss or gradient are not finite.
    """
    run.mkdir(parents=True, exist_ok=True)
    Run(recipe, data, run, vgg_weights, report).work()


class Run:
    """One run's networks, data and progress."""

    def __init__(
        self, recipe: Recipe, data: Sequence[Path], run: Path, vgg_weights: Path | None, report: Callable[[str], None]
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.run, self.report = recipe, run, report
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        scale_factor = recipe.network.scale_factor
        network = build_network(recipe.network.architecture, scale_factor, recipe.network.options)
        _start_small(network)
        if recipe.network.warm_start:
            anew = checkpoint.warm_start(network, Path(recipe.network.warm_start))
            report(f"warm start from {recipe.network.warm_start}; {len(anew)} parameters start anew")
        self._place(network)
        self.generator = Player(network, _adam(network, recipe.optimiser.rate), recipe.optimiser.rate)
        self.average = AveragedModel(network, multi_avg_fn=_exponential_average(recipe.optimiser.ema))
        self.discriminator = self._discriminator()
        self.perceptual = PerceptualDistance(vgg_weights).to(self.device) if vgg_weights else None
        self._check_perceptual()
        self.sampler = PatchSampler(load_images(data, "train"), recipe.data, scale_factor, recipe.seed)
        self.validation_images: list[TrainingImage] = load_images(data, "val")
        self.step = 0
        self.seconds = 0.0
        self.best = -math.inf
        report(
            f"{recipe.name}: {parameter_count(network):,} parameters, {len(self.sampler.images)} training images, "
            f"on {self.device}"
        )

    def work(self) -> None:
        """Train until the recipe's last step."""
        self._resume()
        (self.run / "recipe.json").write_text(json.dumps(recipe_as_dict(self.recipe), indent=2), encoding="utf-8")
        started = time.monotonic() - self.seconds
        total, losses = self.recipe.optimiser.steps, list[float]()
        while self.step < total:
            losses.append(self._train_step(self.sampler.batch(self.step).to(self.device)))
            self.step += 1
            if self.step % self.recipe.validation.every == 0 or self.step == total:
                self.seconds = time.monotonic() - started
                self._validate(sum(losses) / len(losses))
                losses.clear()

    def _train_step(self, batch: Batch) -> float:
        self._set_rates()
        self.generator.network.train()
        with self._autocast():
            upscaled = batch.base + self.generator.network(_channels_last(batch.degraded))
            loss = self._generator_loss(upscaled, batch)
        self._check_finite("loss", loss)
        self._check_finite("gradient", self.generator.step(loss, self.recipe.optimiser.clip_threshold))
        self.average.update_parameters(self.generator.network)
        if self.discriminator:
            with self._autocast():
                scores = self.discriminator.network(torch.cat([batch.reference, upscaled.detach().float()]))
                d_loss = discriminator_loss(*scores.float().chunk(2))
            norm = self.discriminator.step(d_loss, self.recipe.optimiser.clip_threshold)
            self._check_finite("discriminator's gradient", norm)
        return loss.item()

    def _check_finite(self, name: str, value: Tensor) -> None:
        # Before anything is saved: a checkpoint with NaN in it could not be gone on from.
        if not torch.isfinite(value):
            raise TrainingDiverged(f"{self.recipe.name}: the {name} is {value.item()} at step {self.step}")

    def _generator_loss(self, upscaled: Tensor, batch: Batch) -> Tensor:
        weights = self.recipe.loss
        pixels = upscaled.float()
        loss = weights.pixel_weight * pixel_loss(weights.pixel, pixels, batch.reference)
        if weights.consistency_weight:
            loss = loss + weights.consistency_weight * consistency_loss(pixels, batch.degraded)
        if weights.perceptual_weight and self.perceptual:
            loss = loss + weights.perceptual_weight * self.perceptual(upscaled, batch.reference)
        if self.discriminator:
            scores = self.discriminator.network(upscaled)
            loss = loss + weights.adversarial_weight * generator_loss(scores.float())
        return loss

    def _validate(self, loss: float) -> None:
        scores = validate(
            self.average.module,
            self.validation_images,
            self.recipe.network.scale_factor,
            perceptual=self.perceptual,
            bf16=self.recipe.precision == "bf16",
        )
        figure = self._figure(scores)
        if figure > self.best:
            self.best = figure
            checkpoint.save_weights(self.run / checkpoint.BEST, self.average.module)
            (self.run / "best.json").write_text(json.dumps(self._row(loss, scores), indent=2), encoding="utf-8")
        self._log(self._row(loss, scores))
        checkpoint.save_state(self.run, self._state())

    def _figure(self, scores: dict[str, FolderScore]) -> float:
        validation = self.recipe.validation
        if validation.selection == "psnr_db":
            return sum(score.gain_db for score in scores.values()) / len(scores)
        if validation.min_gain_db is not None and min(s.gain_db for s in scores.values()) < validation.min_gain_db:
            return -math.inf
        return -sum(score.perceptual_distance for score in scores.values()) / len(scores)

    def _row(self, loss: float, scores: dict[str, FolderScore]) -> dict[str, Any]:
        row: dict[str, Any] = {"step": self.step, "seconds": round(self.seconds, 1), "loss": round(loss, 6)}
        for folder, score in scores.items():
            row[f"{folder}_psnr_db"] = round(score.psnr_db, 4)
            row[f"{folder}_gain_db"] = round(score.gain_db, 4)
            row[f"{folder}_perceptual_distance"] = round(score.perceptual_distance, 5)
            row[f"{folder}_consistency"] = round(score.consistency, 5)
        return row

    def _log(self, row: dict[str, Any]) -> None:
        path = self.run / "log.csv"
        begins = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(row))
            if begins:
                writer.writeheader()
            writer.writerow(row)
        self.report("  ".join(f"{key} {value}" for key, value in row.items()))

    def _resume(self) -> None:
        state = checkpoint.load_state(self.run)
        if state is None:
            self._validate(math.nan)
            return
        try:
            self.generator.network.load_state_dict(state["network"])
            self.generator.optimiser.load_state_dict(state["optimiser"])
            self.average.load_state_dict(state["average"])
            if self.discriminator:
                self.discriminator.network.load_state_dict(state["discriminator"])
                self.discriminator.optimiser.load_state_dict(state["discriminator_optimiser"])
        except (KeyError, RuntimeError, ValueError) as exc:
            raise ModelError(
                f"{self.run}: its checkpoint is not one of {self.recipe.name}'s networks", "Choose another run folder."
            ) from exc
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        self.report(f"resumed at step {self.step}")

    def _state(self) -> dict[str, Any]:
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "network": self.generator.network.state_dict(),
            "optimiser": self.generator.optimiser.state_dict(),
            "average": self.average.state_dict(),
        }
        if self.discriminator:
            state["discriminator"] = self.discriminator.network.state_dict()
            state["discriminator_optimiser"] = self.discriminator.optimiser.state_dict()
        return state

    def _discriminator(self) -> Player | None:
        if not self.recipe.loss.adversarial_weight:
            return None
        network = SrganDiscriminator(features=DISCRIMINATOR_FEATURES)
        self._place(network)
        rate = self.recipe.discriminator.rate
        return Player(network, _adam(network, rate), rate)

    def _set_rates(self) -> None:
        factor = rate_factor(self.step, self.recipe.optimiser)
        for player in filter(None, (self.generator, self.discriminator)):
            for group in player.optimiser.param_groups:
                group["lr"] = player.rate * factor

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.precision == "bf16")

    def _place(self, network: nn.Module) -> None:
        network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _check_perceptual(self) -> None:
        needed = self.recipe.loss.perceptual_weight or self.recipe.validation.selection == "perceptual_distance"
        if needed and self.perceptual is None:
            raise ModelError(f"{self.recipe.name} needs VGG-16's features", "Name their file with --vgg.")


def rate_factor(step: int, recipe: OptimiserRecipe) -> float:
    """Return the share of the full rate at a step: a linear warm-up, then a cosine down to the final rate."""
    if step < recipe.warmup_steps:
        return (step + 1) / recipe.warmup_steps
    progress = (step - recipe.warmup_steps) / max(1, recipe.steps - recipe.warmup_steps)
    low = recipe.final_rate / recipe.rate
    return low + (1 - low) * (1 + math.cos(math.pi * progress)) / 2


def _adam(network: nn.Module, rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), rate, betas=(0.9, 0.99))


def _start_small(network: nn.Module) -> None:
    """Scale the last convolution down, so that training starts from bicubic interpolation."""
    last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][-1]
    with torch.no_grad():
        last.weight.mul_(0.01)
        if last.bias is not None:
            last.bias.zero_()


def _exponential_average(decay: float) -> Callable[[Sequence[Tensor], Sequence[Tensor], Tensor | int], None]:
    """Return an update of averages whose decay grows to `decay`, so that the first weights are soon forgotten."""

    @torch.no_grad()
    def update(averaged: Sequence[Tensor], current: Sequence[Tensor], count: Tensor | int) -> None:
        warm = min(decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(list(averaged), list(current), 1 - warm)

    return update


def _channels_last(pixels: Tensor) -> Tensor:
    return pixels.contiguous(memory_format=torch.channels_last)
