from __future__ import annotations

import csv
import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from medsr_viewer.errors import CannotWrite, ModelError, NothingToOpen
from medsr_viewer.models.architectures import build_network
from trainer import checkpoint
from trainer.distributed import World
from trainer.loop import Run, TrainingDiverged, train
from trainer.losses import discriminator_loss, pretrained
from trainer.objective import FeatureFiles, Objective
from trainer.recipe import DataRecipe, DiscriminatorRecipe, LossRecipe, Recipe
from trainer.recipe_file import load_recipe, shipped_recipes

RecipeOf = Callable[..., Recipe]
GAN = LossRecipe(perceptual_weight=0.05, adversarial_weight=1e-3, consistency_weight=0.1)
ALONE = World(0, 1, torch.device("cpu"))


def quiet(_: str) -> None:
    pass


def log_of(run: Path) -> list[dict[str, str]]:
    with (run / "log.csv").open() as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def with_validation(recipe: Recipe, **changes: Any) -> Recipe:
    return dataclasses.replace(recipe, validation=dataclasses.replace(recipe.validation, **changes))


def test_a_run_leaves_what_the_viewer_and_a_resume_need(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    lines: list[str] = []
    recipe = recipe_of()
    train(recipe, data, tmp_path / "run", workers=0, report=lines.append)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {
        "recipe.json",
        "log.csv",
        "last.pt",
        "best.safetensors",
        "best.json",
        "lineage.json",
        "samples",
        "events",
    }
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["network"]["options"] == recipe.network.options
    log = log_of(tmp_path / "run")
    assert [row["step"] for row in log] == ["0", "2", "4"]
    assert math.isnan(float(log[0]["loss"]))
    assert all(math.isfinite(float(row["loss"])) for row in log[1:])
    assert {"xray_gain_db", "ct_psnr_db", "ct_consistency", "xray_ssim", "train_ct_gain_db", "epoch"} <= set(log[0])
    assert log[-1]["epoch"] == str(round(4 * 2 / 6, 3))
    assert any("parameters" in line and "6 training images" in line for line in lines)


def test_training_starts_from_bicubic_and_improves_on_it(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of(steps=200, rate=3e-3, data=DataRecipe(patch=12, batch=4, stretch_share=0, ct_window_share=0))
    recipe = dataclasses.replace(recipe, validation=dataclasses.replace(recipe.validation, every=200))
    train(recipe, data, tmp_path, workers=0, report=quiet)
    start, end = (float(row["xray_gain_db"]) + float(row["ct_gain_db"]) for row in log_of(tmp_path))
    assert abs(start) < 0.1
    assert end > start + 0.1
    assert json.loads((tmp_path / "best.json").read_text())["step"] == 200


def test_a_finished_run_does_nothing_more(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, workers=0, report=quiet)
    before = (tmp_path / "last.pt").read_bytes()
    train(recipe_of(steps=2), data, tmp_path, workers=0, report=quiet)
    assert (tmp_path / "last.pt").read_bytes() == before
    assert len(log_of(tmp_path)) == 2


def test_an_adversarial_run_trains_both_networks(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    recipe = recipe_of("srresnet", loss=GAN, selection="perceptual_distance", steps=2)
    fresh = Run(recipe, data, tmp_path, ALONE, FeatureFiles(vgg), quiet).players.state()["discriminator"]
    before = fresh["network"]["layers.0.weight"].clone()
    train(recipe, data, tmp_path, vgg_weights=vgg, workers=0, report=quiet)
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    after = state["players"]["discriminator"]["network"]["layers.0.weight"]
    assert not torch.equal(after, before)
    assert state["selection"]["best"][1] < 0, "the best is the least perceptual distance"
    assert float(log_of(tmp_path)[-1]["xray_perceptual_distance"]) > 0


def test_where_no_weights_gain_enough_those_of_the_highest_gain_are_kept_and_it_is_said(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    lines: list[str] = []
    recipe = with_validation(recipe_of(selection="perceptual_distance", steps=2), min_gain_db=30.0)
    train(recipe, data, tmp_path, vgg_weights=vgg, workers=0, report=lines.append)
    gains = {row["step"]: float(row["xray_gain_db"]) + float(row["ct_gain_db"]) for row in log_of(tmp_path)}
    best = json.loads((tmp_path / "best.json").read_text())
    assert str(best["step"]) == max(gains, key=lambda step: gains[step])
    assert any("no weights gained 30 dB over bicubic in every folder" in line for line in lines)


@pytest.mark.parametrize("needs", ["loss", "selection"])
def test_a_perceptual_recipe_looks_for_vgg_in_torchs_cache_and_says_what_to_do_offline(
    needs: str, recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(pretrained, "PUBLISHED_AT", "http://127.0.0.1:9/")
    recipe = recipe_of(loss=GAN) if needs == "loss" else recipe_of(selection="perceptual_distance")
    with pytest.raises(ModelError, match="VGG-16's weights are not on this machine") as caught:
        train(recipe, data, tmp_path / "run", workers=0, report=quiet)
    assert "name the file with --vgg" in caught.value.advice
    cached = tmp_path / "torch" / "hub" / "checkpoints" / pretrained.PUBLISHED_FILES["vgg16"]
    torch.save(load_file(vgg), cached)
    assert Objective(recipe, FeatureFiles()).perceptual is not None


def test_without_vgg_the_perceptual_distance_is_left_out_and_that_is_said(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    for weights in (None, vgg):
        lines: list[str] = []
        run = tmp_path / str(weights is None)
        train(recipe_of(steps=2), data, run, vgg_weights=weights, workers=0, report=lines.append)
        said = [line for line in lines if line.startswith("the perceptual distance is left out of the figures")]
        assert len(said) == (weights is None)
        columns = [name for name in log_of(run)[0] if "perceptual" in name]
        assert len(columns) == (0 if weights is None else 4)


def test_a_rate_that_is_too_high_diverges_and_spares_the_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(TrainingDiverged, match=r"the (loss|gradient) is (nan|inf) at step 1, .*\.png") as caught:
        train(recipe_of(rate=1e20), data, tmp_path, workers=0, report=quiet)
    assert "Lower the rate" in caught.value.advice
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert state["step"] == 0
    weights = state["players"]["generator"]["network"]
    assert all(tensor.isfinite().all() for tensor in weights.values())


def test_a_gradient_that_is_not_finite_spares_the_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    """The loss was finite, and the next validation would have saved what the step made of the weights."""
    run = Run(recipe_of(), data, tmp_path, ALONE, FeatureFiles(), quiet, workers=0)
    next(run.players.generator.network.parameters()).register_hook(lambda gradient: gradient * torch.nan)
    with pytest.raises(TrainingDiverged, match="the gradient is nan at step 0"):
        run.work()


def test_gradients_that_fp16_never_holds_end_the_run(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    run = Run(recipe_of(precision="fp16", steps=60), data, tmp_path, ALONE, FeatureFiles(), quiet)
    parameter = next(run.players.generator.network.parameters())
    parameter.register_hook(lambda gradient: gradient * math.inf)
    before = parameter.detach().clone()
    with pytest.raises(TrainingDiverged, match="fp16 cannot hold the gradient at step") as caught:
        run.work()
    assert "bf16 or fp32" in caught.value.advice
    assert torch.equal(parameter, before), "no such step is taken"


def test_networks_are_trained_channels_last(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1.0))
    players = Run(recipe, data, tmp_path, ALONE, FeatureFiles(), quiet).players
    for player in (players.generator, players.discriminator):
        assert player is not None
        kernels = [parameter for parameter in player.network.parameters() if parameter.ndim == 4]
        assert kernels
        assert all(kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels)


def test_a_checkpoint_of_another_network_is_refused(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, workers=0, report=quiet)
    before = (tmp_path / "recipe.json").read_text()
    for other in (recipe_of("srresnet", steps=2), recipe_of(scale_factor=4, steps=2)):
        with pytest.raises(ModelError, match="its checkpoint is not one of tiny's networks"):
            train(other, data, tmp_path, workers=0, report=quiet)
    assert (tmp_path / "recipe.json").read_text() == before


def test_warm_start_takes_what_fits_from_another_scale(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(scale_factor=4, steps=2), data, tmp_path / "x4", workers=0, report=quiet)
    trunk = load_file(tmp_path / "x4" / "best.safetensors")
    for source in (tmp_path / "x4", tmp_path / "x4" / "best.safetensors"):
        network = build_network("fmen", 2, recipe_of().network.options)
        anew = checkpoint.warm_start(network, source)
        assert anew == ["tail.0.weight", "tail.0.bias"]
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, trunk[name]) is (name not in anew)
    lines: list[str] = []
    train(recipe_of(warm_start=str(tmp_path / "x4"), steps=2), data, tmp_path / "x2", workers=0, report=lines.append)
    assert any("2 parameters start anew" in line for line in lines)


def test_warm_start_from_nothing_that_fits_is_refused(tmp_path: Path) -> None:
    network = nn.Linear(2, 2)
    checkpoint.save_weights(tmp_path / "other.safetensors", nn.Linear(3, 3, bias=False))
    (tmp_path / "damaged.safetensors").write_bytes(b"damaged")
    for name, message in (("other", "no parameter of this network"), ("damaged", "cannot start"), ("none", "cannot")):
        with pytest.raises(ModelError, match=message):
            checkpoint.warm_start(network, tmp_path / f"{name}.safetensors")


def test_epochs_are_counted_in_steps(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = recipe_of()
    optimiser = dataclasses.replace(recipe.optimiser, steps=0, epochs=2)
    recipe = with_validation(
        dataclasses.replace(recipe, optimiser=optimiser, data=DataRecipe(patch=8, batch=4)), every=0
    )
    train(recipe, data, tmp_path, workers=0, report=quiet)
    assert [(row["step"], row["epoch"]) for row in log_of(tmp_path)] == [("0", "0.0"), ("2", "1.333"), ("4", "2.667")]


def test_training_ends_early_where_nothing_better_comes(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    recipe = with_validation(recipe_of(steps=20), every=1, early_stop=3, train_images=0, sample_images=0)
    optimiser = dataclasses.replace(recipe.optimiser, kind="sgd", rate=1e-30)  # no weight moves
    assert train(dataclasses.replace(recipe, optimiser=optimiser), data, tmp_path, workers=0, report=quiet)
    assert [row["step"] for row in log_of(tmp_path)] == ["0", "1", "2", "3"]
    before = (tmp_path / "last.pt").read_bytes()
    train(dataclasses.replace(recipe, optimiser=optimiser), data, tmp_path, workers=0, report=quiet)
    assert (tmp_path / "last.pt").read_bytes() == before, "it has ended for good"
    assert not (tmp_path / "samples").exists()


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_trains_both_networks(
    precision: Any, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1e-3), precision=precision)
    train(recipe, data, tmp_path, workers=0, report=quiet)
    rows = log_of(tmp_path)
    assert all(math.isfinite(float(row["loss"])) for row in rows[1:])
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert bool(state["players"]["generator"]["scaler"]) is (precision == "fp16")
    assert state["players"]["generator"]["network"]["tail.weight"].dtype == torch.float32


def test_terms_count_from_their_step_on(recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path) -> None:
    loss = LossRecipe(perceptual_weight=0.05, adversarial_weight=1e-3, perceptual_from=2, adversarial_from=4)
    train(recipe_of("srresnet", loss=loss, steps=6), data, tmp_path, vgg_weights=vgg, workers=0, report=quiet)
    counted = [
        (bool(row["loss_perceptual"]), bool(row["loss_adversarial"]), bool(row["discriminator_loss"]))
        for row in log_of(tmp_path)
    ]
    assert counted == [(False, False, False)] * 2 + [(True, False, False), (True, True, True)]


def test_the_generators_step_leaves_the_discriminator_alone(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1.0))
    run = Run(recipe, data, tmp_path, ALONE, FeatureFiles(), quiet)
    players = run.players
    assert players.discriminator is not None
    discriminator = players.discriminator.network
    seen: list[bool] = []
    step = type(players.generator).step

    def noting(player: Any, *arguments: Any) -> Any:
        result = step(player, *arguments)
        if player is players.generator:
            seen.append(any(parameter.grad is not None for parameter in discriminator.parameters()))
        return result

    monkeypatch.setattr(type(players.generator), "step", noting)
    terms = players.step(run.sampler.batch(0), 0, 1.0)
    assert seen == [False]
    assert all(parameter.requires_grad for parameter in discriminator.parameters())
    assert terms["discriminator_gradient"] > 0


@pytest.mark.parametrize("mixed", [True, False])
def test_a_discriminator_is_trained_on_one_batch_or_on_two(
    mixed: bool, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    discriminator = DiscriminatorRecipe(features=4, mixed_batch=mixed)
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1.0), discriminator=discriminator)
    players = Run(recipe, data, tmp_path, ALONE, FeatureFiles(), quiet).players
    assert players.discriminator is not None
    network = players.discriminator.network.train()
    reference, picture = torch.rand(3, 1, 16, 16), torch.rand(3, 1, 16, 16, requires_grad=True)
    loss = players.objective.discriminator_loss(picture, reference, network)
    assert torch.autograd.grad(loss, [picture], retain_graph=True, allow_unused=True) == (None,)
    with torch.no_grad():
        ways = network(torch.cat([reference, picture])).chunk(2), (network(reference), network(picture))
    found, one, two = (float(value.detach()) for value in (loss, *(discriminator_loss(*scores) for scores in ways)))
    assert found == pytest.approx(one if mixed else two, abs=1e-6)
    assert abs(one - two) > 1e-3


def test_the_papers_give_their_discriminators_one_batch_after_the_other() -> None:
    adversarial = [recipe for recipe in map(load_recipe, shipped_recipes()) if recipe.loss.adversarial_weight]
    assert {recipe.name for recipe in adversarial if not recipe.discriminator.mixed_batch} == {
        recipe.name for recipe in adversarial if recipe.paper
    }


def test_what_chance_there_is_in_a_network_differs_from_step_to_step(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []
    forward = torch.nn.Dropout.forward

    def noting(layer: torch.nn.Dropout, pixels: torch.Tensor) -> torch.Tensor:
        if layer.training:
            seeds.append(torch.initial_seed())
        return forward(layer, pixels)

    monkeypatch.setattr(torch.nn.Dropout, "forward", noting)
    discriminator = DiscriminatorRecipe("covid-srgan", features=4)
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1.0), discriminator=discriminator)
    for rank in range(2):
        world = dataclasses.replace(ALONE, rank=rank)
        run = Run(recipe, data, tmp_path, world, FeatureFiles(), quiet)
        for step in range(3):
            run.players.step(run.sampler.batch(step), step, 1.0)
    assert len(set(seeds)) == 6, "of two processes in three steps each"


def test_what_a_networks_output_is_decides_where_training_starts(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    gains = {}
    for output in ("residual", "image", "tanh"):
        recipe = recipe_of(steps=1)
        recipe = dataclasses.replace(recipe, network=dataclasses.replace(recipe.network, output=output))
        train(with_validation(recipe, every=1), data, tmp_path / output, workers=0, report=quiet)
        gains[output] = float(log_of(tmp_path / output)[0]["xray_gain_db"])
    assert abs(gains["residual"]) < 0.1
    assert gains["image"] < -3
    assert gains["tanh"] < -3
    assert gains["image"] != gains["tanh"]


def test_a_run_folder_that_cannot_be_made_is_named(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="file"):
        train(recipe_of(), data, tmp_path / "file" / "run", workers=0, report=quiet)


def test_what_cannot_be_trained_leaves_no_folder(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    for recipe, place in ((recipe_of(), tmp_path / "nowhere"), (recipe_of(selection="perceptual_distance"), data[0])):
        with pytest.raises((NothingToOpen, ModelError)):
            train(recipe, [place], tmp_path / "runs" / "run", workers=0, report=quiet)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_recipe_goes_on_and_is_told(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    lines: list[str] = []
    train(recipe_of(steps=2), data, tmp_path, workers=0, report=quiet)
    train(recipe_of(steps=4), data, tmp_path, workers=0, report=lines.append)
    assert [line for line in lines if "has changed" in line] == ["the recipe has changed: optimiser.steps = 4, was 2"]
    assert log_of(tmp_path)[-1]["step"] == "4"
