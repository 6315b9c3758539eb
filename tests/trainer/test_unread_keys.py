"""Keys that a recipe states and nothing reads are told, those of defaults are not."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from trainer.cli import main
from trainer.recipe import Recipe
from trainer.recipe_file import parse_recipe, read_values, shipped_recipes
from trainer.unread_keys import READ_WITH, unread_keys

RECIPE = """
name = "own"
summary = "for tests"
network = { architecture = "srresnet", scale_factor = 4, options = { blocks = 1, features = 8 } }
optimiser = { steps = 3 }
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(RECIPE)
    return path


def told(path: Path, *settings: str) -> list[str]:
    values = read_values(str(path), settings)
    return unread_keys(parse_recipe(path.read_text(), str(path), settings), values)


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_key_of_a_shipped_recipe_is_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", name]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ([], []),
        (
            ["optimiser.kernel_rate=0.1"],
            ['optimiser.kernel_rate has no effect with optimiser.kind = "adam", but with "muon"'],
        ),
        (["optimiser.kernel_rate=0.1", "optimiser.kind='muon'"], []),
        (
            ["optimiser.betas=[0.9, 0.99]", "optimiser.kind='sgd'"],
            ['optimiser.betas has no effect with optimiser.kind = "sgd", but with "adam", "adamw", "muon"'],
        ),
        (["optimiser.momentum=0.5"], ['optimiser.momentum has no effect with optimiser.kind = "adam", but with "sgd"']),
        (
            ["optimiser.gamma=0.5", "optimiser.patience=3"],
            [
                'optimiser.gamma has no effect with optimiser.schedule = "cosine", but with "milestones", "plateau"',
                'optimiser.patience has no effect with optimiser.schedule = "cosine", but with "plateau"',
            ],
        ),
        (["optimiser.gamma=0.5", "optimiser.patience=3", "optimiser.schedule='plateau'"], []),
        (
            ["optimiser.clip='none'", "optimiser.clip_threshold=2"],
            [
                'optimiser.clip_threshold has no effect with optimiser.clip = "none", '
                'but with "norm", "value", "adjustable"'
            ],
        ),
        (
            ["loss.adversarial='fmen'", "discriminator.rate=1e-3", "discriminator.options.norm='none'"],
            [
                "loss.adversarial, discriminator.rate, discriminator.options have no effect "
                "with loss.adversarial_weight = 0"
            ],
        ),
        (["loss.adversarial='fmen'", "discriminator.rate=1e-3", "loss.adversarial_weight=1e-3"], []),
        (
            ["loss.perceptual_from=10"],
            ["loss.perceptual_from has no effect with loss.content_weight = 0 and loss.perceptual_weight = 0"],
        ),
        (["loss.perceptual_from=10", "loss.perceptual_weight=1"], []),
        (["loss.perceptual_shift=15"], ["loss.perceptual_shift has no effect with loss.perceptual_weight = 0"]),
        (
            ["validation.selection='last'", "validation.early_stop=3", "validation.min_gain_db=0.1"],
            [
                'validation.early_stop, validation.min_gain_db have no effect with validation.selection = "last", '
                'but with "psnr_db", "ssim", "perceptual_distance"'
            ],
        ),
        (["degradation.blur_sigma=[1, 2]"], ["degradation.blur_sigma has no effect with degradation.blur_share = 0"]),
        (["data.vertical_flip_share=1"], ["data.vertical_flip_share has no effect with data.quarter_turns = true"]),
        (["data.resize_validation=false"], ["data.resize_validation has no effect with data.resize = []"]),
        (["network.widen=false"], ['network.widen has no effect with network.warm_start = ""']),
    ],
)
def test_a_key_is_told_where_what_reads_it_is_off(settings: list[str], lines: list[str], own: Path) -> None:
    assert told(own, *settings) == lines


def test_the_table_names_keys_that_there_are() -> None:
    def keys(kind: Any, prefix: str = "") -> set[str]:
        hints = get_type_hints(kind)
        inner = [keys(hints[f.name], f"{prefix}{f.name}.") for f in fields(kind) if is_dataclass(hints[f.name])]
        return {f"{prefix}{f.name}" for f in fields(kind)}.union(*inner)

    named = {*READ_WITH, *(key for readers in READ_WITH.values() for key in readers)}
    assert named <= keys(Recipe)


def test_a_run_tells_it_before_it_begins_and_goes_on(
    own: Path, data: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ["--set", "optimiser.kernel_rate=0.1", "--set", "data.patch=8", "--set", "data.batch=2"]
    run = own.parent / "run"
    assert main(["run", str(own), "--data", str(data[0]), "--out", str(run), "--workers", "0", *settings]) == 0
    line = 'optimiser.kernel_rate has no effect with optimiser.kind = "adam", but with "muon"'
    assert capsys.readouterr().out.splitlines()[0] == f"Warning: {line}"


def test_printing_a_recipe_checks_it(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RECIPE.replace("steps = 3", "steps = 3, momentum = 0.5")
    own.write_text(text)
    assert main(["recipes", str(own)]) == 0
    printed = capsys.readouterr()
    assert printed.out == text
    assert printed.err == 'Warning: optimiser.momentum has no effect with optimiser.kind = "adam", but with "sgd"\n'
    own.write_text(RECIPE.replace("steps = 3", "stpes = 3"))
    assert main(["recipes", str(own)]) == 2
    assert "unknown key optimiser.stpes" in capsys.readouterr().err
