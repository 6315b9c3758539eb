"""Recipes that go on from another recipe's run: what they name is there, fits, and is what they begin with."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from trainer import checkpoint
from trainer.loop import train
from trainer.players import Players, build_generator
from trainer.recipe import Recipe
from trainer.recipe_file import load_recipe, shipped_recipes

from .conftest import picture, save_png
from .test_recipes_train import shrunk

GOING_ON = [name for name in shipped_recipes() if load_recipe(name).network.warm_start]


def before(recipe: Recipe) -> Recipe:
    """Return the recipe whose run it goes on from."""
    runs, name = Path(recipe.network.warm_start).parts
    assert runs == "runs", "where `medsr-train run NAME` leaves its run"
    return load_recipe(name)


def tiny(recipe: Recipe) -> Recipe:
    """Return a recipe of one step that still goes on from where it did."""
    small: Recipe = shrunk(recipe, 1)
    return dataclasses.replace(small, network=dataclasses.replace(small.network, warm_start=recipe.network.warm_start))


def steps_before(recipe: Recipe) -> list[Recipe]:
    """Return the recipes that must be run first, the earliest first."""
    if not recipe.network.warm_start:
        return []
    earlier = before(recipe)
    return [*steps_before(earlier), earlier]


@pytest.fixture(scope="module")
def places(data: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the data folders, and one more with a validation image that is large enough for x8."""
    large = tmp_path_factory.mktemp("data") / "large"
    save_png(large / "val" / "v.png", (picture(64, 72, 22) * 255).astype(np.uint8))
    return [*data, large]


@pytest.mark.parametrize("name", GOING_ON)
def test_the_network_as_it_ships_takes_all_but_its_upsampling_from_the_run_before(name: str, tmp_path: Path) -> None:
    recipe = load_recipe(name)
    earlier = before(recipe)
    source = build_generator(earlier)
    with torch.no_grad():
        for parameter in source.parameters():
            parameter.normal_()
    checkpoint.save_weights(tmp_path / "best.safetensors", source)
    network = build_generator(recipe)
    anew = checkpoint.warm_start(network, tmp_path, widen=recipe.network.widen)
    if recipe.network.scale_factor == earlier.network.scale_factor:
        assert anew == []
    else:
        # SRResNet's stages of x2 are alike: from x4 to x2 nothing begins anew.
        assert len(anew) <= 8
        assert all(key.startswith(("tail", "upsampl")) for key in anew), anew
    if recipe.network.options == earlier.network.options:
        held = source.state_dict()
        assert all(torch.equal(value, held[key]) for key, value in network.state_dict().items() if key not in anew)


@pytest.mark.parametrize("name", GOING_ON)
def test_a_chain_of_shipped_recipes_trains_each_from_the_one_before(
    name: str, places: list[Path], vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe, lines, begun = load_recipe(name), list[str](), list[dict[str, torch.Tensor]]()
    for earlier in steps_before(recipe):
        assert train(
            tiny(earlier), places, Path("runs") / earlier.name, vgg_weights=vgg, workers=0, report=lines.append
        )
    player = Players._player

    def noting(self: Players, network: nn.Module, *arguments: object) -> object:
        begun.append({key: value.clone() for key, value in network.state_dict().items()})
        return player(self, network, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Players, "_player", noting)
    assert train(tiny(recipe), places, Path("runs") / name, vgg_weights=vgg, workers=0, report=lines.append)
    held, same = load_file(f"{recipe.network.warm_start}/best.safetensors"), 0
    for key, value in begun[0].items():
        if key in held and held[key].shape == value.shape:
            torch.testing.assert_close(value, held[key], rtol=0, atol=0)
            same += 1
    assert same > len(begun[0]) / 2
    assert any(line.startswith(f"warm start from {recipe.network.warm_start}; ") for line in lines)
    same_family = recipe.network.scale_factor == before(recipe).network.scale_factor  # as small as these, all are alike
    assert bool(json.loads((Path("runs") / name / "lineage.json").read_text())) == same_family
