"""A card states the data that a run was trained on, and no others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.errors import InputError
from medsr_viewer.models.cards import read_card
from trainer.averaging import average_runs
from trainer.evaluation.protocol import load_luma
from trainer.images import load_images
from trainer.loop import train
from trainer.publish import publish
from trainer.recipe import Recipe
from trainer.trained_images import OtherData, trained_counts

from .conftest import picture, save_png

RecipeOf = Callable[..., Recipe]


@pytest.fixture
def run(recipe_of: RecipeOf, data: list[Path], tmp_path: Path) -> Path:
    train(recipe_of(steps=2), data[:1], tmp_path / "run", report=lambda _: None)
    return tmp_path / "run"


def test_other_data_than_the_runs_are_refused(run: Path, data: list[Path], tmp_path: Path) -> None:
    with pytest.raises(
        OtherData, match=r"3 of its 3 training images are not in .*ct, as .*xray/train/0\.png"
    ) as caught:
        publish(run, "odd", data[1:], tmp_path / "models")
    assert f"what it was trained on: {data[0]}." in caught.value.advice
    with pytest.raises(OtherData, match=r"none of its training images is in .*ct$"):
        publish(run, "odd", data, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_folder_that_moved_and_grew_is_known_and_what_came_later_does_not_count(
    run: Path, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "elsewhere" / "xray"
    shutil.copytree(data[0], moved)
    save_png(moved / "train" / "later.png", (picture(60, 70, 9) * 255).astype(np.uint8))
    card = read_card(publish(run, "own", [moved], tmp_path / "models"))
    assert card.training["data"] == [{"folder": "xray", "train": 3, "val": 1}]
    monkeypatch.chdir(moved)
    assert trained_counts(run, [Path()]) == trained_counts(run, [Path("../xray")]) == [3]


def test_a_run_that_was_trained_in_its_data_folder_and_one_without_a_checkpoint(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    monkeypatch.chdir(data[0])
    train(recipe_of(steps=2), [Path()], run, report=lambda _: None)
    monkeypatch.chdir(tmp_path)
    assert trained_counts(run, data[:1]) == [3]
    (tmp_path / "link").symlink_to(data[0])
    assert trained_counts(run, [tmp_path / "link"]) == [3]
    (run / "last.pt").unlink()
    assert trained_counts(run, data) == [3, 3]


def test_a_mean_of_runs_knows_the_images_of_all(
    run: Path, recipe_of: RecipeOf, data: list[Path], tmp_path: Path
) -> None:
    train(recipe_of(steps=2), data[1:], tmp_path / "second", report=lambda _: None)
    average_runs([run, tmp_path / "second"], tmp_path / "mean")
    assert trained_counts(tmp_path / "mean", data) == [3, 3]
    with pytest.raises(OtherData, match="3 of its 6 training images are not in"):
        trained_counts(tmp_path / "mean", data[1:])
    average_runs([tmp_path / "mean", run], tmp_path / "again")
    assert trained_counts(tmp_path / "again", data) == [3, 3]


def test_folders_of_one_name_are_refused(data: list[Path], tmp_path: Path) -> None:
    shutil.copytree(data[0], tmp_path / "xray")
    for read in (load_images, load_luma):
        with pytest.raises(InputError, match="are both called xray"):
            read([data[0], tmp_path / "xray"], "val")
