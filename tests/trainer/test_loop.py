from __future__ import annotations

import csv
import dataclasses
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from trainer import checkpoint
from trainer.data import Batch, PatchSampler
from trainer.loop import Run, TrainingDiverged, rate_factor, train
from trainer.recipe import DataRecipe, LossRecipe, OptimiserRecipe, Recipe

RecipeOf = Callable[..., Recipe]
GAN = LossRecipe(perceptual_weight=0.05, adversarial_weight=1e-3, consistency_weight=0.1)


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


def test_a_run_leaves_what_the_viewer_and_a_resume_need(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    lines: list[str] = []
    recipe = recipe_of()
    train(recipe, data, tmp_path / "run", report=lines.append)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"recipe.json", "log.csv", "last.pt", "best.safetensors", "best.json"}
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["network"]["options"] == recipe.network.options
    log = log_of(tmp_path / "run")
    assert [row["step"] for row in log] == ["0", "2", "4"]
    assert math.isnan(float(log[0]["loss"]))
    assert all(math.isfinite(float(row["loss"])) for row in log[1:])
    assert {"xray_gain_db", "ct_psnr_db", "ct_consistency"} <= set(log[0])
    assert any("parameters" in line and "6 training images" in line for line in lines)


def test_training_starts_from_bicubic_and_improves_on_it(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of(steps=200, rate=3e-3, data=DataRecipe(patch=12, batch=4, stretch_share=0, ct_window_share=0))
    recipe = dataclasses.replace(recipe, validation=dataclasses.replace(recipe.validation, every=200))
    train(recipe, data, tmp_path, report=quiet)
    start, end = (float(row["xray_gain_db"]) + float(row["ct_gain_db"]) for row in log_of(tmp_path))
    assert abs(start) < 0.1
    assert end > start + 0.1
    assert json.loads((tmp_path / "best.json").read_text())["step"] == 200


@pytest.mark.parametrize("kind", ["psnr", "gan"])
def test_a_killed_run_goes_on_bit_for_bit(
    kind: str, recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipe_of() if kind == "psnr" else recipe_of("srresnet", loss=GAN, precision="bf16")
    weights = None if kind == "psnr" else vgg
    train(recipe, data, tmp_path / "whole", vgg_weights=weights, report=quiet)

    batch = PatchSampler.batch

    def killed(self: PatchSampler, step: int) -> Batch:
        if step == 3:
            raise Killed
        return batch(self, step)

    with monkeypatch.context() as patch:
        patch.setattr(PatchSampler, "batch", killed)
        with pytest.raises(Killed):
            train(recipe, data, tmp_path / "parts", vgg_weights=weights, report=quiet)
    state = checkpoint.load_state(tmp_path / "parts")
    assert state is not None
    assert state["step"] == 2
    lines: list[str] = []
    train(recipe, data, tmp_path / "parts", vgg_weights=weights, report=lines.append)
    assert "resumed at step 2" in lines

    whole, parts = (checkpoint.load_state(tmp_path / name) for name in ("whole", "parts"))
    expected, found = tensors_of(whole), tensors_of(parts)
    assert len(expected) == len(found) > 50
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))
    for name in ("best.safetensors", "recipe.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    assert log_of(tmp_path / "whole") == log_of(tmp_path / "parts")


def test_a_finished_run_does_nothing_more(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, report=quiet)
    before = (tmp_path / "last.pt").read_bytes()
    train(recipe_of(steps=2), data, tmp_path, report=quiet)
    assert (tmp_path / "last.pt").read_bytes() == before
    assert len(log_of(tmp_path)) == 2


def test_an_adversarial_run_trains_both_networks(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    recipe = recipe_of("srresnet", loss=GAN, selection="perceptual_distance", steps=2)
    before = {name: t.clone() for name, t in Run(recipe, data, tmp_path, vgg, quiet)._state()["discriminator"].items()}
    train(recipe, data, tmp_path, vgg_weights=vgg, report=quiet)
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert not torch.equal(state["discriminator"]["layers.0.weight"], before["layers.0.weight"])
    assert state["best"] < 0, "the best is the least perceptual distance"
    assert float(log_of(tmp_path)[-1]["xray_perceptual_distance"]) > 0


def test_weights_that_gain_too_little_are_never_the_best(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    recipe = recipe_of(selection="perceptual_distance", steps=2)
    recipe = dataclasses.replace(recipe, validation=dataclasses.replace(recipe.validation, min_gain_db=30.0))
    train(recipe, data, tmp_path, vgg_weights=vgg, report=quiet)
    assert not (tmp_path / "best.safetensors").exists()


@pytest.mark.parametrize("needs", ["loss", "selection"])
def test_a_perceptual_recipe_without_vgg_is_refused(
    needs: str, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    recipe = recipe_of(loss=GAN) if needs == "loss" else recipe_of(selection="perceptual_distance")
    with pytest.raises(ModelError, match="needs VGG-16's features") as caught:
        train(recipe, data, tmp_path, report=quiet)
    assert "--vgg" in caught.value.advice


def test_a_rate_that_is_too_high_diverges_and_spares_the_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(TrainingDiverged, match=r"tiny: the (loss|gradient) is (nan|inf) at step 1") as caught:
        train(recipe_of(rate=1e20), data, tmp_path, report=quiet)
    assert "Lower the rate" in caught.value.advice
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert state["step"] == 0
    assert all(tensor.isfinite().all() for tensor in state["network"].values())


def test_a_gradient_that_is_not_finite_spares_the_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    """The loss was finite, and the next validation would have saved what the step made of the weights."""
    run = Run(recipe_of(), data, tmp_path, None, quiet)
    next(run.generator.network.parameters()).register_hook(lambda gradient: gradient * torch.nan)
    with pytest.raises(TrainingDiverged, match="the gradient is nan at step 0"):
        run.work()


def test_a_checkpoint_of_another_network_is_refused(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, report=quiet)
    before = (tmp_path / "recipe.json").read_text()
    for other in (recipe_of("srresnet", steps=2), recipe_of(scale_factor=4, steps=2)):
        with pytest.raises(ModelError, match="its checkpoint is not one of tiny's networks"):
            train(other, data, tmp_path, report=quiet)
    assert (tmp_path / "recipe.json").read_text() == before


def test_warm_start_takes_what_fits_from_another_scale(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(scale_factor=4, steps=2), data, tmp_path / "x4", report=quiet)
    trunk = load_file(tmp_path / "x4" / "best.safetensors")
    for source in (tmp_path / "x4", tmp_path / "x4" / "best.safetensors"):
        network = build_network("fmen", 2, recipe_of().network.options)
        anew = checkpoint.warm_start(network, source)
        assert anew == ["tail.0.weight", "tail.0.bias"]
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, trunk[name]) is (name not in anew)
    lines: list[str] = []
    train(recipe_of(warm_start=str(tmp_path / "x4"), steps=2), data, tmp_path / "x2", report=lines.append)
    assert any("2 parameters start anew" in line for line in lines)


def test_warm_start_from_nothing_that_fits_is_refused(tmp_path: Path) -> None:
    network = nn.Linear(2, 2)
    checkpoint.save_weights(tmp_path / "other.safetensors", nn.Linear(3, 3, bias=False))
    (tmp_path / "damaged.safetensors").write_bytes(b"damaged")
    for name, message in (("other", "no parameter of this network"), ("damaged", "cannot start"), ("none", "cannot")):
        with pytest.raises(ModelError, match=message):
            checkpoint.warm_start(network, tmp_path / f"{name}.safetensors")


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save_state(tmp_path, {"step": 1})

    def half(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", half)
        with pytest.raises(OSError, match="No space"):
            checkpoint.save_state(tmp_path, {"step": 2})
    assert checkpoint.load_state(tmp_path) == {"step": 1}
    assert checkpoint.load_state(tmp_path / "elsewhere") is None


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


def test_rate_warms_up_then_falls_as_a_cosine() -> None:
    recipe = OptimiserRecipe(steps=110, rate=1e-3, final_rate=1e-5, warmup_steps=10)
    factors = np.array([rate_factor(step, recipe) for step in range(110)])
    np.testing.assert_allclose(factors[:10], np.arange(1, 11) / 10)
    assert factors[10] == 1
    assert (np.diff(factors[10:]) < 0).all()
    assert factors[60] == pytest.approx((1 + 0.01) / 2)
    assert rate_factor(110, recipe) == pytest.approx(0.01)
    assert factors[-1] == pytest.approx(0.01, abs=0.001)


def test_rates_of_a_step_are_those_of_the_recipe(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of(loss=LossRecipe(adversarial_weight=1e-3))
    run = Run(recipe, data, tmp_path, None, quiet)
    run._train_step(run.sampler.batch(0))
    assert run.discriminator is not None
    assert run.generator.optimiser.param_groups[0]["lr"] == pytest.approx(0.5 * recipe.optimiser.rate)
    assert run.discriminator.optimiser.param_groups[0]["lr"] == pytest.approx(0.5 * recipe.optimiser.discriminator_rate)
