"""Every recipe that ships trains and resumes: its losses, discriminator, optimiser and schedule, on a tiny network."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medsr_viewer.models.architectures import build_network
from trainer import checkpoint
from trainer.loop import train
from trainer.losses import torchvision_features
from trainer.recipe import Recipe
from trainer.recipe_file import load_recipe, shipped_recipes

from .conftest import picture, save_png

PUBLISHED = (
    "covid-srgan", "edsr-baseline", "espcn", "esrgan", "esrgan-psnr", "fmen-published", "fmen-srgan", "fmen-vdsr",
    "fsrcnn", "queens-srgan", "queens-srgan-1024", "queens-srresnet", "srcnn", "srgan-published", "srgan-vdsr",
    "srgan-vdsr-srgan", "srresnet-published", "swift-srgan-published", "vdsr",
)  # fmt: skip
TINY: dict[str, dict[str, Any]] = {
    "edsr": {"features": 4, "blocks": 1},
    "espcn": {"features": 4},
    "fmen": {"features": 8, "blocks": 1, "attention_features": 6},
    "fmen-unfolded": {"features": 8, "blocks": 1, "attention_features": 6},
    "fsrcnn": {"features": 4, "narrow_features": 2, "depth": 1},
    "rrdb": {"features": 4, "blocks": 1, "growth": 2},
    "srcnn": {"features": 4},
    "srgan-vdsr": {"features": 4, "blocks": 1, "depth": 1},
    "srresnet": {"features": 4, "blocks": 1},
    "swift-srgan": {"features": 4, "blocks": 1},
    "vdsr": {"features": 4, "depth": 2},
}


def shrunk(recipe: Recipe, steps: int) -> Recipe:
    """Return the recipe with everything that costs time as small as it can be, and all else as it is."""
    network, loss = recipe.network, recipe.loss
    options = network.options | TINY[network.architecture]
    if loss.content_weight:
        # The backbone whose (random) weights the tests have.
        layer = loss.content_layer if loss.content_backbone.startswith("vgg") else "5_3"
        layer = "5_3" if layer == "5_4" else layer
        loss = dataclasses.replace(loss, content_backbone="vgg16", content_layer=layer)
    discriminator = recipe.discriminator
    dense = {"dense": 8} if "dense" in discriminator.options else {}
    return dataclasses.replace(
        recipe,
        network=dataclasses.replace(network, options=options, warm_start=""),
        data=dataclasses.replace(
            recipe.data,
            patch=16 if loss.perceptual_shift else 8,
            batch=2,
            resize=(64, 64) if recipe.data.resize else (),
            folder_weights={},
        ),
        loss=loss,
        discriminator=dataclasses.replace(discriminator, features=2, options=discriminator.options | dense),
        optimiser=dataclasses.replace(recipe.optimiser, steps=steps, epochs=0),
        validation=dataclasses.replace(recipe.validation, every=steps, train_images=0, sample_images=1),
    )


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def places(data: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the data folders, and one more with a validation image that is large enough for x8."""
    large = tmp_path_factory.mktemp("data") / "large"
    save_png(large / "val" / "v.png", (picture(64, 72, 22) * 255).astype(np.uint8))
    return [*data, large]


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_recipe_trains_two_steps_and_resumes(name: str, places: list[Path], vgg: Path, tmp_path: Path) -> None:
    recipe = load_recipe(name)
    needs_vgg = recipe.loss.content_weight or recipe.loss.perceptual_weight
    weights = vgg if needs_vgg or recipe.validation.selection == "perceptual_distance" else None
    for steps in (1, 2):
        assert train(shrunk(recipe, steps), places, tmp_path, vgg_weights=weights, workers=0, report=quiet)
    state = checkpoint.load_state(tmp_path)
    assert state is not None
    assert [row["step"] for row in state["log"]] == [0, 1, 2]
    last = state["log"][-1]
    assert math.isfinite(last["loss"])
    assert ("loss_adversarial" in last) == (recipe.loss.adversarial_weight > 0)
    assert ("loss_content" in last) == (recipe.loss.content_weight > 0)
    assert ("loss_pixel" in last) == (recipe.loss.pixel_weight > 0)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_method_says_whose_it_is_and_what_differs(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.paper
    assert len(recipe.differs) > 20
    assert "\n" not in recipe.summary
    assert not recipe.optimiser.ema, "no paper averages weights"


def test_layers_of_other_backbones_are_theirs() -> None:
    recipe = load_recipe("swift-srgan-published").loss
    assert recipe.content_layer == torchvision_features.DEFAULT_LAYERS[recipe.content_backbone]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("vdsr", 667_008),
        ("fmen-vdsr", 667_008),
        ("fmen-srgan", 734_219),
        ("srgan-published", 734_219 + 11 * 74_113),
        ("swift-srgan-published", None),
    ],
)
def test_published_networks_have_the_published_size(name: str, parameters: int | None) -> None:
    network = load_recipe(name).network
    built = build_network(network.architecture, network.scale_factor, network.options | {"channels": 3})
    count = sum(parameter.numel() for parameter in built.parameters())
    assert count == parameters if parameters else count < 250_000
