from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import InvalidRecipe
from medsr_viewer.models.architectures import build_network
from trainer.recipe import Recipe
from trainer.recipe_file import load_recipe, parse_recipe, recipe_as_dict, shipped_recipes

SHORTEST = """
name = "short"
summary = "as short as can be"
network = { architecture = "fmen", scale_factor = 4 }
optimiser = { steps = 3 }
"""


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_loads_and_builds(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.summary
    build_network(recipe.network.architecture, recipe.network.scale_factor, recipe.network.options)
    if recipe.network.warm_start:
        folder, source = recipe.network.warm_start.split("/")
        assert folder == "runs"
        assert source in shipped_recipes(), "nobody can make what it starts from"


def test_the_networks_that_the_viewer_ships_have_recipes() -> None:
    assert {"fmen-x4", "fmen-x2", "srresnet-x4", "srgan-x4", "srgan-x2", "swift-srgan-x4"} <= set(shipped_recipes())


def test_defaults_and_overrides(tmp_path: Path) -> None:
    recipe = parse_recipe(SHORTEST + "seed = 7\n[data]\npatch = 12\nfolder_weights = { xray = 2 }\n", "x.toml")
    assert isinstance(recipe, Recipe)
    assert (recipe.seed, recipe.data.patch, recipe.data.batch, recipe.precision) == (7, 12, 16, "bf16")
    assert recipe.optimiser.rate == 1e-3
    path = tmp_path / "own.toml"
    path.write_text(SHORTEST)
    assert load_recipe(str(path)) == parse_recipe(SHORTEST, "")
    assert recipe_as_dict(recipe)["network"]["architecture"] == "fmen"


def test_settings_replace_values_and_leave_the_rest() -> None:
    text = SHORTEST + "[data]\npatch = 12\nfolder_weights = { xray = 2 }\n"
    recipe = parse_recipe(text, "", ["data.batch=4", 'loss.pixel="mse"', "data.folder_weights.xray = 3", "seed=5"])
    assert (recipe.data.patch, recipe.data.batch, recipe.data.folder_weights) == (12, 4, {"xray": 3})
    assert (recipe.loss.pixel, recipe.seed) == ("mse", 5)


@pytest.mark.parametrize(
    ("setting", "weights"),
    [
        ("data.folder_weights={}", {}),
        ("data.folder_weights = { own = 2 }", {"own": 2}),
        ("data={folder_weights={own=2}}", {"own": 2}),
        ("data.folder_weights.own=2", {"xray": 3, "own": 2}),
        ("data={patch=8}", {"xray": 3}),
    ],
)
def test_a_table_that_is_set_replaces_the_files(setting: str, weights: dict[str, float]) -> None:
    text = SHORTEST + "[data]\nbatch = 12\nfolder_weights = { xray = 3 }\n"
    recipe = parse_recipe(text, "", [setting])
    assert (recipe.data.folder_weights, recipe.data.batch) == (weights, 12)


@pytest.mark.parametrize(
    ("settings", "length"),
    [
        (["optimiser.steps=2"], (2, 0)),
        (["optimiser.epochs=5"], (0, 5)),
        (["optimiser.steps=2", "optimiser.epochs=5"], (0, 5)),
        (["optimiser.epochs=0", "optimiser.steps=2"], (2, 0)),
    ],
)
def test_a_length_that_is_set_stands_in_place_of_the_files(settings: list[str], length: tuple[int, int]) -> None:
    for of_file in ("steps = 300", "epochs = 6"):
        optimiser = parse_recipe(SHORTEST.replace("steps = 3", of_file), "", settings).optimiser
        assert (optimiser.steps, optimiser.epochs) == length


@pytest.mark.parametrize(
    ("setting", "message"),
    [("loss.pixel=mse", "not a setting"), ("patch", "not a setting"), ("data.side=3", "unknown key")],
)
def test_a_wrong_setting_is_refused(setting: str, message: str) -> None:
    with pytest.raises(InvalidRecipe, match=message):
        parse_recipe(SHORTEST, "x.toml", [setting])


def test_a_whole_number_does_for_a_rate() -> None:
    recipe = parse_recipe(SHORTEST.replace("steps = 3", "steps = 3, rate = 1"), "")
    assert recipe.optimiser.rate == 1.0
    assert isinstance(recipe.optimiser.rate, float)


@pytest.mark.parametrize(
    ("old", "new", "message", "advice"),
    [
        ('name = "short"', "", "x.toml: name is missing", ""),
        ("steps = 3", "", "x.toml: optimiser.steps = 0 and optimiser.epochs = 0", "Give exactly one"),
        ("steps = 3", "steps = 3, epochs = 1", "optimiser.steps = 3 and optimiser.epochs = 1", "Give exactly one"),
        (
            "steps = 3",
            "steps = 3, epoch = 1",
            "x.toml: unknown key optimiser.epoch",
            "Allowed here: steps, epochs, kind",
        ),
        ("name", "nmae", "x.toml: unknown key nmae", "Allowed here: name, summary, network"),
        (
            "steps = 3",
            "steps = 3.5",
            "x.toml: optimiser.steps = 3.5 must be of type int",
            "Allowed: a whole number, 0 or more.",
        ),
        (
            "steps = 3",
            "steps = true",
            "x.toml: optimiser.steps = True must be of type int",
            "Allowed: a whole number, 0 or more.",
        ),
        (
            "steps = 3",
            "steps = 3, rate = '1'",
            "x.toml: optimiser.rate = '1' must be of type float",
            "Allowed: a number, above 0.",
        ),
        ("{ steps = 3 }", "3", "x.toml: optimiser = 3 must be a table", "Write it as [TABLE]"),
        ("steps = 3", "steps = -1", "x.toml: optimiser.steps = -1", "Allowed: 0 or more."),
        ("steps = 3", "steps = 3, rate = 0", "x.toml: optimiser.rate = 0", "Allowed: above 0."),
        ("steps = 3", "steps = 3, rate = nan", "x.toml: optimiser.rate = nan", "Allowed: above 0."),
        ("steps = 3", "steps = 3, ema = 1.5", "x.toml: optimiser.ema = 1.5", "Allowed: 0 to 1."),
        ("steps = 3", "steps = 3, clip_threshold = -1", "optimiser.clip_threshold = -1", "Allowed: above 0."),
        (
            "steps = 3",
            "steps = 3, clip = 'tight'",
            "optimiser.clip = 'tight'",
            "Allowed: none, norm, value, adjustable.",
        ),
        ("steps = 3", "steps = 3, betas = [0.9]", "optimiser.betas = [0.9]", "Allowed: a list of 2 numbers."),
        (
            "steps = 3",
            "steps = 3, betas = 0.9",
            "optimiser.betas = 0.9 must be a list",
            "Allowed: a list of numbers, 0 to 1.",
        ),
        ("steps = 3", "steps = 3, schedule = 'milestones'", "optimiser.milestones = [] with schedule", "Milestones go"),
        ("steps = 3", "steps = 3, milestones = [2]", "milestones = [2] with schedule = 'cosine'", "Milestones go"),
        (
            "steps = 3 }",
            "steps = 3 }\nvalidation = { every = -1 }",
            "x.toml: validation.every = -1",
            "Allowed: 0 or more.",
        ),
        ("steps = 3 }", "steps = 3 }\ndata = { patch = -8 }", "x.toml: data.patch = -8", "Allowed: above 0."),
        ("steps = 3 }", "steps = 3 }\ndata = { invert_share = 2 }", "data.invert_share = 2", "Allowed: 0 to 1."),
        (
            "steps = 3 }",
            "steps = 3 }\ndata = { resize = [512] }",
            "data.resize = [512]",
            "Allowed: [] or [rows, columns].",
        ),
        ("steps = 3 }", "steps = 3 }\ndata = { resize = [512, 0] }", "data.resize = 0", "Allowed: 1 or more."),
        (
            "steps = 3 }",
            "steps = 3 }\ndata = { folder_weights = { a = -1 } }",
            "data.folder_weights.a = -1",
            "Allowed: 0 or more.",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndegradation = { blur_sigma = [2, 1] }",
            "degradation.blur_sigma = [2, 1]",
            "Allowed: the smaller",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndegradation = { jpeg_quality = [0, 90] }",
            "degradation.jpeg_quality = 0",
            "Allowed: 1 to 100.",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndegradation = { noise_sigma = [0, 'a'] }",
            "degradation.noise_sigma = 'a' must be of type",
            "",
        ),
        ("steps = 3 }", "steps = 3 }\nloss = { pixel = 'l2' }", "loss.pixel = 'l2'", "Allowed: l1, mse, charbonnier"),
        ("steps = 3 }", "steps = 3 }\nprecision = 'fp8'", "x.toml: precision = 'fp8'", "Allowed: fp32, bf16, fp16."),
        (
            "steps = 3 }",
            "steps = 3 }\ndegradation = { noise_share = 0.5 }\nloss = { consistency_weight = 0.1 }",
            "x.toml: loss.consistency_weight = 0.1 with a degradation by chance",
            "It compares with inputs that a kernel alone made",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndata = { patch = 6 }\nloss = { consistency_weight = 1 }",
            "x.toml: loss.consistency_weight = 1 with data.patch = 6",
            "It leaves out 3 pixels at each border: data.patch of 7 or more",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndata = { patch = 7 }\nloss = { lattice_weight = 0.5 }",
            "x.toml: loss.lattice_weight = 0.5 with data.patch = 7",
            "It averages over 8 pixels: data.patch of 8 or more",
        ),
        (
            "steps = 3 }",
            "steps = 3 }\ndata = { patch = 7 }\nloss = { perceptual_weight = 1, perceptual_shift = 15 }",
            "x.toml: loss.perceptual_shift = 15 with data.patch = 7",
            "VGG-16 sees 16 pixels a side or more: data.patch of 8 or more",
        ),
        ("steps = 3", "steps =", "x.toml: not valid TOML", ""),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(old: str, new: str, message: str, advice: str) -> None:
    with pytest.raises(InvalidRecipe) as caught:
        parse_recipe(SHORTEST.replace(old, new, 1), "x.toml")
    assert message in str(caught.value)
    assert caught.value.advice.startswith(advice)


def test_a_gain_may_be_negative() -> None:
    text = SHORTEST + "[validation]\nmin_gain_db = -0.5\n"
    assert parse_recipe(text, "").validation.min_gain_db == -0.5


@pytest.mark.parametrize("name", ["no-such-recipe", "missing/own.toml"])
def test_a_missing_recipe_is_refused_with_those_that_ship(name: str) -> None:
    with pytest.raises(InvalidRecipe, match=f"{name}: no such recipe") as caught:
        load_recipe(name)
    assert "fmen-x4" in caught.value.advice


def test_pairs_and_lists_are_read_as_tuples() -> None:
    text = SHORTEST.replace("steps = 3", "epochs = 3, schedule = 'milestones', milestones = [10, 20]")
    recipe = parse_recipe(text + "[degradation]\nblur_sigma = [0, 2]\n[data]\nresize = [720, 640]\n", "")
    assert recipe.degradation.blur_sigma == (0.0, 2.0)
    assert recipe.optimiser.milestones == (10, 20)
    assert recipe.data.resize == (720, 640), "rows first, the larger too"
