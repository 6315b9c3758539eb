"""What is killed goes on as if it had not been: the same weights, the same log, whenever the kill came."""

from __future__ import annotations

import csv
import dataclasses
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from medsr_viewer.errors import CannotWrite, ModelError
from trainer import checkpoint
from trainer.cli import main
from trainer.data import Batch, PatchSampler
from trainer.examiner import Examiner
from trainer.loader import LoaderFailed
from trainer.loop import train
from trainer.recipe import DiscriminatorRecipe, LossRecipe, Recipe
from trainer.run_log import RunLog

RecipeOf = Callable[..., Recipe]
GAN = LossRecipe(perceptual_weight=0.05, adversarial_weight=1e-3, consistency_weight=0.1)
DROPOUT = DiscriminatorRecipe("covid-srgan", features=4, options={"dropout": 0.5})
RANDOM_KILL = """
name = "tiny"
summary = "for tests"
precision = "fp32"
network = { architecture = "fmen", scale_factor = 2, options = { features = 8, blocks = 1, attention_features = 6 } }
data = { patch = 8, batch = 2 }
optimiser = { steps = 200, warmup_steps = 2 }
validation = { every = 4, train_images = 1, sample_images = 1 }
"""
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


class Killed(BaseException):
    """What a process that is killed looks like from inside."""


def quiet(_: str) -> None:
    pass


def tensors_of(value: Any) -> list[Tensor]:
    """Return all tensors and numbers of a nested state, in order."""
    if isinstance(value, dict):
        return [tensor for key in value for tensor in tensors_of(value[key]) if key != "seconds"]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors_of(item)]
    return [value] if isinstance(value, Tensor) else [torch.tensor(value)] if isinstance(value, int | float) else []


def log_of(run: Path) -> list[dict[str, str]]:
    with (run / "log.csv").open() as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def assert_same(whole: Path, parts: Path) -> None:
    expected, found = (tensors_of(checkpoint.load_state(run)) for run in (whole, parts))
    assert len(expected) == len(found) > 50
    assert all(torch.equal(a.nan_to_num(-1), b.nan_to_num(-1)) for a, b in zip(expected, found, strict=True))
    for name in ("best.safetensors", "recipe.json"):
        assert (whole / name).read_bytes() == (parts / name).read_bytes()
    assert log_of(whole) == log_of(parts)
    # A process that is killed while it writes leaves a hidden part of a file behind.
    assert {p.name for p in (whole / "samples").glob("[!.]*")} == {p.name for p in (parts / "samples").glob("[!.]*")}


def recipe_of_kind(kind: str, recipe_of: RecipeOf) -> Recipe:
    if kind == "gan with dropout":
        return recipe_of("srresnet", loss=GAN, precision="bf16", discriminator=DROPOUT)
    recipe = recipe_of(precision="fp16" if kind == "fp16" else "fp32")
    changes: dict[str, Any] = {"plateau": {"schedule": "plateau", "patience": 0, "gamma": 0.5, "rate": 0.2}}
    return dataclasses.replace(recipe, optimiser=dataclasses.replace(recipe.optimiser, **changes.get(kind, {})))


@pytest.mark.parametrize("kind", ["psnr", "gan with dropout", "fp16", "plateau"])
@pytest.mark.parametrize("by", ["kill", "SIGTERM"])
def test_a_run_that_ended_between_validations_goes_on_bit_for_bit(
    by: str,
    kind: str,
    recipe_of: RecipeOf,
    data: list[Path],
    vgg: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    recipe, whole, parts = recipe_of_kind(kind, recipe_of), tmp_path / "whole", tmp_path / "parts"
    weights = vgg if kind == "gan with dropout" else None
    assert train(recipe, data, whole, vgg_weights=weights, workers=0, report=quiet)

    batch = PatchSampler.batch

    def ended(self: PatchSampler, step: int) -> Batch:
        if step == (3 if by == "kill" else 2):
            if by == "kill":
                raise Killed
            os.kill(os.getpid(), signal.SIGTERM)
        return batch(self, step)

    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(PatchSampler, "batch", ended)
        if by == "kill":
            with pytest.raises(Killed):
                train(recipe, data, parts, vgg_weights=weights, workers=0, report=quiet)
        else:
            assert not train(recipe, data, parts, vgg_weights=weights, workers=0, report=quiet)
            assert "stopping after this step, with a checkpoint" in capfd.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before
    lines: list[str] = []
    assert train(recipe, data, parts, vgg_weights=weights, workers=0, report=lines.append)
    assert f"resumed at step {2 if by == 'kill' else 3}" in lines
    assert_same(whole, parts)


@pytest.mark.parametrize("kind", ["early stop", "plateau"])
@pytest.mark.parametrize("killed_at", [2, 3])
def test_a_resume_goes_on_counting_validations_that_were_no_better(
    killed_at: int, kind: str, recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a network that does not move every validation is one more to wait for: the count is that of the whole run."""
    recipe, whole, parts = recipe_of(steps=9), tmp_path / "whole", tmp_path / "parts"
    validation = dataclasses.replace(
        recipe.validation, every=1, early_stop=4 if kind == "early stop" else 0, train_images=0, sample_images=0
    )
    optimiser = dataclasses.replace(
        recipe.optimiser,
        kind="sgd", rate=1e-30, final_rate=0.0, warmup_steps=0, schedule="plateau", patience=2, gamma=0.5,
    )  # fmt: skip
    recipe = dataclasses.replace(recipe, optimiser=optimiser, validation=validation)
    told: list[str] = []
    assert train(recipe, data, whole, workers=0, report=told.append)
    lowered = [line for line in told if "the figure no longer grows" in line]
    (whole / "samples").mkdir()

    batch = PatchSampler.batch

    def ended(self: PatchSampler, step: int) -> Batch:
        if step == killed_at:
            raise Killed
        return batch(self, step)

    again: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(PatchSampler, "batch", ended)
        with pytest.raises(Killed):
            train(recipe, data, parts, workers=0, report=again.append)
    state = checkpoint.load_state(parts)
    assert state is not None
    assert (state["selection"]["waited"], state["plateau"]["waited"]) == (killed_at, killed_at % 3)
    assert train(recipe, data, parts, workers=0, report=again.append)
    (parts / "samples").mkdir()
    assert_same(whole, parts)
    assert [line for line in again if "the figure no longer grows" in line] == lowered
    end = checkpoint.load_state(parts)
    assert end is not None
    assert (end["step"], len(lowered)) == ((4, 1) if kind == "early stop" else (9, 3))


def test_a_resume_goes_on_counting_seconds(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, workers=0, report=quiet)
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    checkpoint.save_state(tmp_path, state | {"seconds": 3600.0})
    train(recipe_of(steps=4), data, tmp_path, workers=0, report=quiet)
    with (tmp_path / "log.csv").open() as file:
        *_, last = csv.DictReader(file)
    assert last["step"] == "4"
    assert float(last["seconds"]) >= 3600


@pytest.mark.parametrize(
    "place",
    [(checkpoint, "save_weights", 1), (Examiner, "draw", 2), (checkpoint, "save_state", 2), (RunLog, "write", 2)],
)
def test_a_kill_while_files_are_written_loses_no_row_and_writes_none_twice(
    place: tuple[Any, str, int], recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, whole, parts = recipe_of(rate=1e-2), tmp_path / "whole", tmp_path / "parts"
    train(recipe, data, whole, workers=0, report=quiet)
    owner, name, fatal = place
    calls: list[int] = []
    original = getattr(owner, name)

    def kills(*arguments: object) -> Any:
        calls.append(1)
        if len(calls) == fatal:
            raise Killed
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, kills)
        with pytest.raises(Killed):
            train(recipe, data, parts, workers=0, report=quiet)
    train(recipe, data, parts, workers=0, report=quiet)
    assert_same(whole, parts)


def test_a_process_killed_at_a_random_moment_goes_on_to_the_same_weights(data: list[Path], tmp_path: Path) -> None:
    recipe, parts, whole = tmp_path / "tiny.toml", tmp_path / "parts", tmp_path / "whole"
    recipe.write_text(RANDOM_KILL)
    command = ["run", str(recipe), "--data", *map(str, data), "--workers", "0", "--out"]
    with subprocess.Popen(
        [sys.executable, "-m", "trainer.cli", *command, str(parts)], stdout=subprocess.DEVNULL, env=ONE_THREAD
    ) as process:
        deadline = time.monotonic() + 120
        while not (parts / "log.csv").exists() or len(log_of(parts)) < 3:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(int.from_bytes(os.urandom(1)) / 500)
        process.kill()
    state = checkpoint.load_state(parts)
    assert state is not None
    assert 0 < state["step"] < 200
    for run in (parts, whole):
        assert main([*command, str(run)]) == 0
    assert_same(whole, parts)


def test_sigterm_to_the_whole_process_group_ends_with_a_checkpoint(data: list[Path], tmp_path: Path) -> None:
    """Launchers and terminals signal all processes: those that prepare batches must outlive the last step."""
    recipe, run = tmp_path / "tiny.toml", tmp_path / "run"
    recipe.write_text(RANDOM_KILL.replace("steps = 200", "steps = 100000").replace("every = 4", "every = 50000"))
    command = ["run", str(recipe), "--data", *map(str, data), "--workers", "1", "--out", str(run)]
    with subprocess.Popen(
        [sys.executable, "-m", "trainer.cli", *command],
        stdout=subprocess.PIPE, text=True, env=ONE_THREAD, start_new_session=True,
    ) as process:  # fmt: skip
        deadline = time.monotonic() + 120
        while not (run / "log.csv").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGTERM)
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    state = checkpoint.load_state(run)
    assert state is not None
    assert f"stopped at step {state['step']}: the same command goes on from there" in told
    assert state["step"] > 0


def test_a_killed_worker_is_named_and_the_run_goes_on_from_its_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = PatchSampler.batch

    def killed(self: PatchSampler, step: int) -> Batch:
        if step == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return batch(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(PatchSampler, "batch", killed)
        with pytest.raises(LoaderFailed, match="a process that prepares batches ended") as caught:
            train(recipe_of(), data, tmp_path, workers=1, report=quiet)
    assert "goes on from the last checkpoint" in caught.value.advice
    lines: list[str] = []
    train(recipe_of(), data, tmp_path, workers=1, report=lines.append)
    assert any(line.startswith("resumed at step") for line in lines)


def test_batches_are_the_same_however_many_workers_prepare_them(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    for workers in (0, 2):
        train(recipe_of(), data, tmp_path / str(workers), workers=workers, report=quiet)
    assert_same(tmp_path / "0", tmp_path / "2")


def test_a_full_disk_is_named_and_the_last_checkpoint_stays(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if (tmp_path / "log.csv").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left on device") as caught:
        train(recipe_of(), data, tmp_path, workers=0, report=quiet)
    assert written
    assert "What was there before stays. Make room" in caught.value.advice
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert state["step"] == 0
    assert not list(tmp_path.rglob("*.part"))


def test_a_checkpoint_runs_no_code(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "exploded",)

    with (tmp_path / "last.pt").open("wb") as file:
        pickle.dump({"step": Bomb()}, file)
    with pytest.raises(ModelError, match="damaged checkpoint"):
        checkpoint.load_state(tmp_path)
    torch.save({"step": Bomb()}, tmp_path / "last.pt")
    with pytest.raises(ModelError, match="damaged checkpoint") as caught:
        checkpoint.load_state(tmp_path)
    assert "Delete it" in caught.value.advice
    assert not (tmp_path / "exploded").exists()
    assert checkpoint.load_state(tmp_path / "elsewhere") is None
