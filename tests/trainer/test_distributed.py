"""Two processes, as torchrun starts them, against one with the same global batch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from medsr_viewer.errors import InvalidRecipe
from trainer import checkpoint
from trainer.cli import main
from trainer.data import PatchSampler, load_images
from trainer.distributed import World
from trainer.loader import BatchLoader
from trainer.loop import Run
from trainer.objective import FeatureFiles
from trainer.recipe import DataRecipe
from trainer.recipe_file import load_recipe

RECIPE = """
name = "two"
summary = "a GAN without batch normalisation"
precision = "fp32"
network = { architecture = "srresnet", scale_factor = 2, options = { features = 8, blocks = 1, norm = "none" } }
data = { patch = 8, batch = 4 }
loss = { adversarial_weight = 1e-2 }
discriminator = { architecture = "srgan", features = 4, options = { norm = "none" }, mixed_batch = false }
optimiser = { steps = 6, warmup_steps = 2 }
validation = { every = 3, train_images = 1, sample_images = 1 }
"""

MACHINE = """
import os, sys
os.chdir(f"machine-{os.environ['RANK']}")
from trainer.cli import main
status = main()
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)
"""
"""A process in a folder of its own, as processes on machines without a common disk stand."""


def two_processes(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        [*launcher, *command], env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def test_two_processes_train_what_one_does(data: list[Path], tmp_path: Path) -> None:
    recipe = tmp_path / "two.toml"
    recipe.write_text(RECIPE)
    command = ["run", str(recipe), "--data", *map(str, data), "--workers", "0", "--out"]
    assert main([*command, str(tmp_path / "one")]) == 0
    finished = two_processes("-m", "trainer.cli", *command, str(tmp_path / "two"))
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("training images, on cpu, 2 processes") == 1, "the first process alone reports"

    one, two = (checkpoint.load_state(tmp_path / name) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    assert one["step"] == two["step"] == 6
    for player in ("generator", "discriminator"):
        networks = [state["players"][player]["network"] for state in (one, two)]
        assert networks[0].keys() == networks[1].keys()
        for name, tensor in networks[0].items():
            torch.testing.assert_close(networks[1][name], tensor, atol=2e-5, rtol=1e-3)
    for row, other in zip(one["log"], two["log"], strict=True):
        assert row["xray_psnr_db"] == pytest.approx(other["xray_psnr_db"], abs=1e-3)
        assert row["loss"] == pytest.approx(other["loss"], rel=1e-3, nan_ok=True)


def test_machines_without_a_common_disk_go_on_from_the_first_ones_checkpoint(data: list[Path], tmp_path: Path) -> None:
    recipe, program = tmp_path / "two.toml", tmp_path / "machine.py"
    recipe.write_text(RECIPE)
    program.write_text(MACHINE)
    machines = [tmp_path / "machine-0", tmp_path / "machine-1"]
    for machine in machines:
        machine.mkdir()
    command = [str(program), "run", str(recipe), "--data", *map(str, data), "--workers", "0", "--out", "run", "--set"]
    for steps in (3, 6):
        finished = two_processes(*command, f"optimiser.steps={steps}", folder=tmp_path)
        assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("resumed at step 3") == 1
    state = checkpoint.load_state(machines[0] / "run")
    assert state is not None
    assert state["step"] == 6
    assert not list(machines[1].iterdir()), "the first machine alone writes"

    (machines[0] / "run" / "last.pt").write_bytes(b"damaged")
    finished = two_processes(*command, "optimiser.steps=9", folder=tmp_path)
    assert finished.returncode == 1
    assert "damaged checkpoint" in finished.stderr
    assert "A training process was lost" not in finished.stderr


def test_slices_of_the_processes_are_the_batch(data: list[Path]) -> None:
    sampler = PatchSampler(load_images(data, "train"), DataRecipe(patch=8, batch=6), 2, 0)
    cpu = torch.device("cpu")
    (whole,) = BatchLoader(sampler, range(3, 4), cpu, workers=0)
    parts = [next(iter(BatchLoader(sampler, range(3, 4), cpu, 0, (rank, 3)))) for rank in range(3)]
    for name in ("degraded", "base", "reference"):
        assert torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(whole, name))


def test_a_batch_that_the_processes_cannot_share_is_refused(data: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(RECIPE)
    world = World(0, 3, torch.device("cpu"))
    with pytest.raises(InvalidRecipe, match=r"data\.batch = 4") as caught:
        Run(load_recipe(str(path)), data, tmp_path, world, FeatureFiles(), lambda _: None)
    assert "multiples of 3" in caught.value.advice
