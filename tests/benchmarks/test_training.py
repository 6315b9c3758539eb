"""Training steps per second: the trainer's loop against a plain fp32 eager loop, in turn.

Both train the same network with the same optimiser from the same sampler: what is compared is the loop. Bar: at least
1.5 x. Run with ``pytest tests/benchmarks/test_training.py --benchmark-enable -o addopts=--import-mode=importlib -s``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from medsr_viewer.models.architectures import build_network
from trainer.data import Batch, PatchSampler, load_images
from trainer.distributed import World
from trainer.loader import BatchLoader
from trainer.losses import pixel_loss
from trainer.muon import Muon
from trainer.objective import FeatureFiles, Objective
from trainer.players import Players
from trainer.recipe import Recipe
from trainer.recipe_file import load_recipe

ROUNDS = 5
STEPS = 3


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("data") / "own"
    for index in range(4):
        pixels = np.random.default_rng(index).integers(0, 255, (512, 512), dtype=np.uint8)
        (root / "train").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(root / "train" / f"{index}.png")
    return [root]


@pytest.mark.parametrize("kind", ["adam", "muon"])
@pytest.mark.parametrize("name", ["fmen-x4", "srresnet-x4"])
def test_steps_a_second(name: str, kind: str, data: list[Path]) -> None:
    recipe = load_recipe(name, [f'optimiser.kind="{kind}"'])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    world = World(0, 1, device)
    sampler = PatchSampler(load_images(data, "train"), recipe.data, recipe.network.scale_factor, recipe.seed)
    plain = PlainLoop(recipe, sampler, device)
    players = Players(recipe, Objective(recipe, FeatureFiles()), world, lambda _: None)
    loader = BatchLoader(sampler, range(10**6), device)
    batches = iter(loader)

    def ours() -> None:
        for _ in range(STEPS):
            players.step(next(batches), 0, 1.0)

    ours()
    plain.run()
    waited, seconds = loader.waited, {"plain": list[float](), "ours": list[float]()}
    for _ in range(ROUNDS):
        for key, run in (("plain", plain.run), ("ours", ours)):
            seconds[key].append(timed(run, device))
    share = (loader.waited - waited) / sum(seconds["ours"])
    rates = {key: STEPS / statistics.median(values) for key, values in seconds.items()}
    print(
        f"\n{name}, {kind} in both, on {device}: "
        f"plain fp32 {rates['plain']:.2f} steps/s, ours {rates['ours']:.2f} steps/s "
        f"({rates['ours'] / rates['plain']:.2f} x), waiting for the loader {share:.1%}"
    )
    assert all(parameter.isfinite().all() for parameter in players.generator.network.parameters())


def timed(run: object, device: torch.device) -> float:
    started = time.perf_counter()
    run()  # type: ignore[operator]
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


class PlainLoop:
    """What a first version of a trainer looks like: batches drawn in line, fp32, NCHW."""

    def __init__(self, recipe: Recipe, sampler: PatchSampler, device: torch.device) -> None:
        network = recipe.network
        self.recipe, self.device = recipe, device
        self.network: nn.Module = build_network(network.architecture, network.scale_factor, network.options).to(device)
        optimiser = recipe.optimiser
        self.optimiser: torch.optim.Optimizer
        if optimiser.kind == "muon":
            self.optimiser = Muon(self.network, optimiser.kernel_rate, optimiser.rate, optimiser.betas)
        else:
            self.optimiser = torch.optim.Adam(self.network.parameters(), optimiser.rate)
        self.batches = self._drawn(sampler)

    def run(self) -> None:
        for _ in range(STEPS):
            batch = next(self.batches)
            upscaled = batch.base + self.network(batch.degraded)
            loss = pixel_loss(self.recipe.loss.pixel, upscaled, batch.reference)
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            loss.item()

    def _drawn(self, sampler: PatchSampler) -> Iterator[Batch]:
        step = 0
        while True:
            yield sampler.batch(step).to(self.device)
            step += 1
