from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from medsr_viewer.errors import ModelError, UnknownMethod
from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.cards import read_card
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling import catalogue as module
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.inference import network_on
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from trainer.cli import main
from trainer.degradations import degrade_patch, describe
from trainer.distributed import World
from trainer.images import load_images, resized
from trainer.loop import Run, train
from trainer.losses import PerceptualDistance
from trainer.objective import FeatureFiles
from trainer.publish import publish
from trainer.recipe import (
    DataRecipe,
    DegradationRecipe,
    LossRecipe,
    NetworkRecipe,
    OptimiserRecipe,
    Recipe,
    ValidationRecipe,
)
from trainer.recipe_file import load_recipe, shipped_recipes

RecipeOf = Callable[..., Recipe]


@pytest.fixture(autouse=True)
def forget_networks() -> Iterator[None]:
    catalogue.cache_clear()
    network_on.cache_clear()
    yield
    catalogue.cache_clear()
    network_on.cache_clear()


def quiet(_: str) -> None:
    pass


def test_published_weights_run_in_the_viewer(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, out = tmp_path / "run", tmp_path / "models"
    train(recipe_of(steps=2), data, run, report=quiet)
    path = publish(run, "own", data, out, vgg)
    assert path == out / "own-x2.json"
    assert sorted(p.name for p in out.iterdir()) == ["own-x2.json", "own-x2.log.csv", "own-x2.safetensors"]
    assert (out / "own-x2.log.csv").read_bytes() == (run / "log.csv").read_bytes()

    card = read_card(path)
    assert (card.name, card.kind, card.architecture, card.scale_factor) == ("own", "psnr", "fmen", 2)
    assert card.sha256 == hashlib.sha256(card.path.read_bytes()).hexdigest()
    weights = load_file(card.path)
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert card.parameters == sum(tensor.numel() for tensor in weights.values())
    assert card.training["steps"] == json.loads((run / "best.json").read_text())["step"]
    assert card.training["settings"]["optimiser"]["steps"] == 2
    assert card.training["data"] == [
        {"folder": "xray", "train": 3, "val": 1}, {"folder": "ct", "train": 3, "val": 1},
    ]  # fmt: skip
    assert card.attribution == ("C: Somebody (CC BY 4.0)", "D: Nobody (CC0)"), (
        "each source that it was trained on, once"
    )
    assert card.modalities == ("CR", "CT", "DX", "MR"), "a folder named xray without modalities holds radiographs"
    assert card.barely_trained
    for folder in ("xray", "ct"):
        figures = card.figures[folder]
        assert figures["images"] == 1
        assert figures["psnr_db"] > 15
        assert abs(figures["gain_db"]) < 1
        assert 0 < figures["ssim"] <= 1
        assert 0 <= figures["consistency"] < 0.01
        assert 0 < figures["perceptual_distance"] < 1.1 * figures["baseline_perceptual_distance"]

    monkeypatch.setattr(module, "model_folders", lambda: (out,))
    method = catalogue().find("own", 2)
    pixels = np.random.default_rng(0).uniform(-1000, 2000, (30, 40)).astype(np.float32)
    result = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    assert result.pixels.shape == (60, 80)
    assert result.notes == (card.note,)


def test_an_adversarial_run_is_published_as_such(
    recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    recipe = recipe_of("srresnet", loss=LossRecipe(adversarial_weight=1e-3), steps=2)
    train(recipe, data, tmp_path / "run", vgg_weights=vgg, report=quiet)
    card = read_card(publish(tmp_path / "run", "srgan", data, tmp_path / "models"))
    assert card.kind == "gan"
    assert "perceptual_distance" not in card.figures["ct"]


def test_a_failed_measurement_leaves_what_was_published(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, out = tmp_path / "run", tmp_path / "models"
    train(recipe_of(steps=2), data, run, report=quiet)
    publish(run, "own", data, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail(*_: object) -> None:
        raise ModelError("no figures")

    monkeypatch.setattr("trainer.publish.evaluate", fail)
    train(recipe_of(steps=4), data, run, report=quiet)
    with pytest.raises(ModelError, match="no figures"):
        publish(run, "own", data, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_weights_whose_results_the_viewer_would_refuse_are_not_published(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipe_of("srresnet", steps=2)
    network = dataclasses.replace(recipe.network, output="tanh")
    train(dataclasses.replace(recipe, network=network), data, tmp_path / "run", report=quiet)
    folders = ["--data", *map(str, data), "--out", str(tmp_path / "models")]
    assert main(["publish", str(tmp_path / "run"), "--name", "own", *folders]) == 1
    error = capsys.readouterr().err
    assert "medsr-train: These weights cannot be published: own: degraded again, the result is" in error
    assert "barely trained: go on with the run" in error
    assert not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize(("scale_factors", "counted"), [((2, 2, 2), 421), ((4, 2, 2), 420), ((2, 4, 2), 400)])
def test_a_later_phase_counts_steps_and_seconds_of_those_before_that_trained_its_network(
    scale_factors: tuple[int, ...], counted: int, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    for index, (scale_factor, steps) in enumerate(zip(scale_factors, (1, 20, 400), strict=True)):
        run, earlier = tmp_path / str(index), str(tmp_path / str(index - 1)) if index else ""
        train(recipe_of(scale_factor=scale_factor, steps=2, warm_start=earlier), data, run, report=quiet)
        best = json.loads((run / "best.json").read_text())
        (run / "best.json").write_text(json.dumps(best | {"step": steps, "seconds": steps / 10}))
    training = read_card(publish(run, "own", data, tmp_path / "models")).training
    assert (training["steps"], training["seconds"]) == (counted, counted / 10)


def test_what_went_on_from_a_published_model_counts_what_its_card_says(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    train(recipe_of(steps=2), data, tmp_path / "first", report=quiet)
    card = publish(tmp_path / "first", "own", data, tmp_path / "models")
    told = json.loads(card.read_text())
    card.write_text(json.dumps(told | {"training": told["training"] | {"steps": 700, "seconds": 70.0}}))
    weights = str(card.with_suffix(".safetensors"))
    train(recipe_of(steps=2, warm_start=weights), data, tmp_path / "second", report=quiet)
    best = json.loads((tmp_path / "second" / "best.json").read_text())
    training = read_card(publish(tmp_path / "second", "own", data, tmp_path / "more")).training
    assert training["steps"] == 700 + best["step"]
    assert training["seconds"] == pytest.approx(70 + best["seconds"], abs=0.1)
    train(recipe_of(steps=2, scale_factor=4, warm_start=weights), data, tmp_path / "third", report=quiet)
    assert read_card(publish(tmp_path / "third", "own", data, tmp_path / "models")).training["steps"] <= 2
    card.unlink()
    assert read_card(publish(tmp_path / "second", "own", data, tmp_path / "more")).training["steps"] == best["step"]


def test_a_folder_that_is_no_run_is_refused(data: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"recipe\.json: not a run folder's file"):
        publish(tmp_path, "own", data, tmp_path / "models")


def test_a_run_without_best_weights_is_refused(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> None:
    train(recipe_of(steps=2), data, tmp_path, report=quiet)
    best = tmp_path / "best.safetensors"
    for content in (b"damaged", None):
        best.unlink() if content is None else best.write_bytes(content)
        with pytest.raises(ModelError, match="no such weights"):
            publish(tmp_path, "own", data, tmp_path / "models")


def test_a_run_without_its_log_is_refused_and_nothing_written(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    run, out = tmp_path / "run", tmp_path / "models"
    train(recipe_of(steps=2), data, run, report=quiet)
    (run / "log.csv").unlink()
    with pytest.raises(ModelError, match=r"log\.csv: not a run folder's file"):
        publish(run, "own", data, out)
    assert not out.exists()


TOML = """
name = "cli"
summary = "for a test"
precision = "fp32"
network = { architecture = "fmen", scale_factor = 2, options = { features = 8, blocks = 1, attention_features = 6 } }
data = { patch = 8, batch = 2 }
optimiser = { steps = 2 }
validation = { every = 2 }
"""


def test_the_command_trains_resumes_and_publishes(
    data: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, run, out = tmp_path / "cli.toml", str(tmp_path / "run"), tmp_path / "models"
    recipe.write_text(TOML)
    folders = [str(folder) for folder in data]
    assert main(["run", str(recipe), "--data", *folders, "--out", run]) == 0
    assert "step 2" in capsys.readouterr().out
    assert main(["run", str(recipe), "--data", *folders, "--out", run]) == 0
    assert "resumed at step 2" in capsys.readouterr().out
    assert main(["publish", run, "--name", "mine", "--data", *folders, "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out / "mine-x2.json")


def test_the_command_lists_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("fmen-x4 ") and "PSNR-oriented" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["run", "no-such-recipe", "--data", "."], 2, "no such recipe. Recipes that ship: "),
        (["run", "fmen-x4", "--data", "nowhere", "--out", "run"], 2, "no image for 'train' in nowhere"),
        (["run", "srgan-x4", "--data", "nowhere", "--out", "run"], 2, "no image for 'train' in nowhere"),
        (["publish", "nowhere", "--name", "x", "--data", ".", "--out", "."], 1, "Name the folder of a run"),
    ],
)
def test_errors_are_one_line_and_an_exit_status(
    arguments: list[str],
    status: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == status
    error = capsys.readouterr().err
    assert error.startswith("medsr-train: ")
    assert error.count("\n") == 1
    assert message in error


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "fmen-x4"], ["fly"]])
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: medsr-train" in capsys.readouterr().err


def test_an_unfolded_network_is_published_folded(data: list[Path], tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "models"
    network = NetworkRecipe("fmen-unfolded", 2, {"features": 8, "blocks": 1, "attention_features": 6})
    recipe = Recipe(
        name="unfolded",
        summary="",
        network=network,
        data=DataRecipe(patch=12, batch=2),
        degradation=DegradationRecipe(kernel="bilinear"),
        optimiser=OptimiserRecipe(steps=2),
        validation=ValidationRecipe(every=2),
        precision="fp32",
    )
    train(recipe, data, run, report=quiet)
    card = read_card(publish(run, "folded", data, out))
    assert (card.architecture, card.output) == ("fmen", "residual")
    assert "bilinear" in card.degradation.lower()
    trained = build_network("fmen-unfolded", 2, network.options)
    trained.load_state_dict(load_file(run / "best.safetensors"))
    pixels = torch.rand(1, 1, 20, 24, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(load_network(card)(pixels), trained.eval()(pixels), atol=2e-3, rtol=0)


def test_the_users_folder_is_where_models_are_published(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medsr_viewer.settings.model_folders", lambda: (tmp_path / "shipped", tmp_path / "own"))
    train(recipe_of(steps=2), data, tmp_path / "run", report=quiet)
    assert main(["publish", str(tmp_path / "run"), "--name", "mine", "--data", *map(str, data)]) == 0
    assert (tmp_path / "own" / "mine-x2.json").is_file()


@pytest.mark.parametrize(
    "degradation",
    [DegradationRecipe(kernel="bilinear-aliased"), DegradationRecipe(noise_share=1.0, noise_sigma=(0.02, 0.1))],
)
def test_figures_are_measured_under_the_recipes_own_degradation(
    degradation: DegradationRecipe, recipe_of: RecipeOf, data: list[Path], vgg: Path, tmp_path: Path
) -> None:
    train(recipe_of(steps=2, degradation=degradation), data, tmp_path / "run", report=quiet)
    card = read_card(publish(tmp_path / "run", "own", data, tmp_path / "models", vgg))
    perceptual = PerceptualDistance(vgg)
    for index, image in enumerate(load_images(data, "val")):
        reference = np.ascontiguousarray(crop_to_multiple(image.pixels.clip(0, 1), 2))
        degraded = degrade_patch(reference, 2, degradation, np.random.default_rng(index))
        baseline = enlarge(degraded, 2, "bicubic")
        figures = card.figures[image.folder]
        assert figures["psnr_db"] - figures["gain_db"] == pytest.approx(psnr(reference, baseline, 1.0), abs=1e-4)
        distance = float(perceptual(*(torch.from_numpy(side)[None, None] for side in (baseline, reference))))
        assert figures["baseline_perceptual_distance"] == pytest.approx(distance, abs=1e-5)
    assert card.training["measured"].endswith(f"degradation: {describe(degradation)}")


@pytest.mark.parametrize("resize_validation", [True, False])
def test_validation_images_are_resized_as_the_recipe_says_and_the_card_repeats_it(
    resize_validation: bool, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    recipe = recipe_of(steps=2, data=DataRecipe(patch=8, batch=2, resize=(48, 40), resize_validation=resize_validation))
    run = Run(recipe, data, tmp_path / "run", World(0, 1, torch.device("cpu")), FeatureFiles(), quiet)
    expected = [(48, 40), (48, 40)] if resize_validation else [(51, 66), (64, 48)]
    assert [image.shape for image in run.examiner.images] == expected
    train(recipe, data, tmp_path / "run", workers=0, report=quiet)
    card = read_card(publish(tmp_path / "run", "own", data, tmp_path / "models"))
    sized = resized(load_images(data[:1], "val")[0].stored, (48, 40) if resize_validation else ())
    reference = np.ascontiguousarray(crop_to_multiple(sized.astype(np.float32) / 255, 2))
    baseline = enlarge(degrade(reference, 2), 2, "bicubic")
    figures = card.figures["xray"]
    assert figures["psnr_db"] - figures["gain_db"] == pytest.approx(psnr(reference, baseline, 1.0), abs=1e-4)
    assert ("resized to 48 x 40 (rows x columns)" in card.training["measured"]) == resize_validation


def test_of_the_papers_covid_srgan_alone_resizes_training_images_only() -> None:
    recipes = [load_recipe(name).data for name in shipped_recipes()]
    sizes = [recipe.validation_size for recipe in recipes if recipe.resize]
    assert sizes.count(()) == 1
    assert load_recipe("covid-srgan").data.validation_size == ()
    assert load_recipe("queens-srgan").data.validation_size == (512, 512)


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a\\b", "", ".", "..", " ", "bicubic", "own 40 %", "own:0.4", "x" * 41]
)
def test_a_name_that_is_none_is_refused_before_anything_is_written(name: str, data: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UnknownMethod, match="is no name for a method|already"):
        publish(tmp_path / "run", name, data, tmp_path / "models" / "deep")
    assert list(tmp_path.iterdir()) == []


def test_images_too_small_for_the_runs_validation_are_left_out_of_the_figures(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    own = tmp_path / "xray"
    shutil.copytree(data[0], own)
    train(recipe_of(steps=2), [own], tmp_path / "run", report=quiet)
    figures = read_card(publish(tmp_path / "run", "own", [own], tmp_path / "models")).figures
    speck = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert cv2.imwrite(str(own / "val" / "a-speck.png"), speck)
    assert read_card(publish(tmp_path / "run", "own", [own], tmp_path / "models")).figures == figures
