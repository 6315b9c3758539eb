"""A run knows what it descends from, and so does the model that is published of it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from medsr_viewer.errors import ModelError
from medsr_viewer.models.blending import blendable
from medsr_viewer.models.cards import ModelCard, read_card
from trainer.lineage import LINEAGE, lineage_of
from trainer.loop import train
from trainer.publish import publish
from trainer.recipe import LossRecipe, Recipe
from trainer.recipe_file import recipe_as_dict

RecipeOf = Callable[..., Recipe]
Trained = Callable[..., Path]


def quiet(_: str) -> None:
    pass


def network_of(recipe: Recipe) -> dict[str, Any]:
    return recipe_as_dict(recipe)["network"]  # type: ignore[no-any-return]


@pytest.fixture
def trained(recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path) -> Trained:
    """Return a function that trains a run by its name, and returns its folder."""

    def make(name: str, warm_start: Path | str = "", *, steps: int = 2, adversarial: float = 0.0) -> Path:
        loss = LossRecipe(adversarial_weight=adversarial)
        recipe = recipe_of(warm_start=str(warm_start), steps=steps, loss=loss)
        train(dataclasses.replace(recipe, name=name), data, tmp_path / name, vgg_weights=vgg, report=quiet)
        go_on(tmp_path / name)
        return tmp_path / name

    return make


def go_on(run: Path) -> None:
    """Change a run's best weights, as more training does: after two steps the best are those that it began with."""
    path = run / "best.safetensors"
    save_file({name: tensor * 1.01 for name, tensor in load_file(path).items()}, path)


@pytest.fixture
def published(data: list[Path], tmp_path: Path) -> Callable[[Path], ModelCard]:
    """Return a function that publishes a run under its folder's name."""
    return lambda run: read_card(publish(run, run.name, data, tmp_path / "models"))


def test_a_family_is_recognised_by_its_cards(trained: Trained, published: Callable[[Path], ModelCard]) -> None:
    first = trained("first")
    second = trained("second", first)
    gan = trained("gan", second, adversarial=1e-3)
    cards = [published(run) for run in (first, second, gan)]
    assert cards[0].ancestors == ()
    assert cards[1].ancestors == ({"name": "first", "sha256": cards[0].sha256},)
    assert cards[2].ancestors == ({"name": "second", "sha256": cards[1].sha256}, *cards[1].ancestors)
    assert blendable(cards) == [(cards[1], cards[2])]
    stranger = trained("stranger", adversarial=1e-3)
    go_on(stranger)  # or it were, by its seed, the first one
    assert blendable([*cards[:2], published(stranger)]) == []


def test_the_lineage_is_of_the_weights_that_the_run_began_with(
    trained: Trained, published: Callable[[Path], ModelCard]
) -> None:
    first = trained("first")
    began_with = published(first).sha256
    second = trained("second", first)
    go_on(first)
    now = published(first).sha256
    assert now != began_with, "the first run went on"
    trained("second", first, steps=4)
    assert [one["sha256"] for one in published(second).ancestors] == [began_with]
    shutil.rmtree(first)
    assert [one["sha256"] for one in published(second).ancestors] == [began_with]


def test_a_run_of_before_is_traced_when_it_is_published(
    trained: Trained, published: Callable[[Path], ModelCard]
) -> None:
    first = trained("first")
    second = trained("second", first)
    (second / LINEAGE).unlink()
    assert published(second).ancestors == ({"name": "first", "sha256": published(first).sha256},)
    shutil.rmtree(first)
    assert published(second).ancestors == ()


def test_published_weights_are_an_ancestor_with_all_of_theirs(
    trained: Trained, published: Callable[[Path], ModelCard]
) -> None:
    second = published(trained("second", trained("first")))
    third = trained("third", second.path)
    assert published(third).ancestors == ({"name": "second", "sha256": second.sha256}, *second.ancestors)
    bare = second.path.rename(second.path.with_name("bare.safetensors"))
    assert published(trained("fourth", bare)).ancestors == ({"name": "bare", "sha256": second.sha256},)


def test_where_parameters_begin_anew_another_family_begins(trained: Trained, recipe_of: RecipeOf) -> None:
    first = trained("first")
    other = recipe_of(scale_factor=4, warm_start=str(first))
    assert lineage_of(first.with_name("new"), network_of(other)) == ()


def test_a_folder_without_a_recipe_is_named_by_itself(trained: Trained, recipe_of: RecipeOf, tmp_path: Path) -> None:
    first = trained("first")
    (first / "recipe.json").unlink()
    (ancestor,) = lineage_of(tmp_path / "new", network_of(recipe_of(warm_start=str(first))))
    assert ancestor["name"] == "first"


def test_damaged_weights_are_named(trained: Trained, recipe_of: RecipeOf, tmp_path: Path) -> None:
    first = trained("first")
    (first / "best.safetensors").write_bytes(b"damaged")
    with pytest.raises(ModelError, match=r"best\.safetensors: cannot be read"):
        lineage_of(tmp_path / "new", network_of(recipe_of(warm_start=str(first))))


def test_the_record_is_plain(trained: Trained) -> None:
    second = trained("second", trained("first"))
    (entry,) = json.loads((second / LINEAGE).read_text(encoding="utf-8"))
    assert entry["name"] == "first"
    assert len(entry["sha256"]) == 64
