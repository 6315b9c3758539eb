"""What goes wrong while batches are prepared: a lost process is named, and every other error stays what it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from medsr_viewer.errors import UnreadableFile
from trainer.data import Batch, PatchSampler, load_images
from trainer.distributed import World
from trainer.loader import BatchLoader, LoaderFailed, naming_lost_workers
from trainer.loop import Run
from trainer.objective import FeatureFiles
from trainer.recipe import DataRecipe, Recipe

RecipeOf = Callable[..., Recipe]


def quiet(_: str) -> None:
    pass


class Raising:
    """Draws no batch, but raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def batch(self, _: int) -> Batch:
        raise self.error


BROKEN = [ConnectionResetError(104, "Connection reset by peer"), EOFError("the file ends early")]


@pytest.mark.parametrize("lost", BROKEN)
def test_a_worker_lost_while_its_batch_is_read_is_named(lost: Exception) -> None:
    batches = BatchLoader(Raising(lost), range(1), torch.device("cpu"), 1)
    batches._loader = map(Raising(lost).batch, [0])  # type: ignore[assignment]
    with pytest.raises(LoaderFailed, match="a process that prepares batches ended"), naming_lost_workers():
        list(batches)


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("error", BROKEN)
def test_the_same_error_out_of_the_data_is_not_a_lost_worker(error: Exception, workers: int) -> None:
    with pytest.raises(type(error), match="reset by peer|ends early"), naming_lost_workers():
        list(BatchLoader(Raising(error), range(1), torch.device("cpu"), workers))


@pytest.mark.parametrize("error", BROKEN)
def test_nor_is_one_of_the_training_step(error: Exception) -> None:
    with pytest.raises(type(error)), naming_lost_workers():
        raise error


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), naming_lost_workers():
        raise RuntimeError("shapes differ")


class Unreadable:
    """Draws batches until a file cannot be read."""

    def __init__(self, images: PatchSampler, step: int) -> None:
        self.images, self.step = images, step

    def batch(self, step: int) -> Batch:
        if step == self.step:
            raise UnreadableFile("gone.png", "No such file or directory", "Copy it again.")
        return self.images.batch(step)


@pytest.mark.parametrize("workers", [0, 1])
def test_what_drawing_a_batch_raises_reaches_the_user_as_itself(data: list[Path], workers: int) -> None:
    sampler = Unreadable(PatchSampler(load_images(data, "train"), DataRecipe(patch=8, batch=2), 2, 0), 2)
    batches = BatchLoader(sampler, range(4), torch.device("cpu"), workers)
    seen: list[Batch] = []
    with pytest.raises(UnreadableFile, match=r"^gone\.png: No such file") as caught, naming_lost_workers():
        seen.extend(batches)
    assert len(seen) == 2
    assert (caught.value.title, caught.value.advice) == (UnreadableFile.title, "Copy it again.")


def test_a_bug_in_a_worker_is_not_a_lost_worker() -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), naming_lost_workers():
        list(BatchLoader(Raising(RuntimeError("shapes differ")), range(1), torch.device("cpu"), 1))


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_becomes_unreadable_is_told_once_and_two_stop_the_run(
    workers: int, recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, lines = tmp_path / "own", list[str]()
    for split, count in (("train", 20), ("val", 1)):
        (place / split).mkdir(parents=True)
        for index in range(count):
            shutil.copy(data[0] / "train" / f"{index % 3}.png", place / split / f"{index:02}.png")
    monkeypatch.setattr(load_images, "__kwdefaults__", {**(load_images.__kwdefaults__ or {}), "memory_bytes": 0})
    recipe = recipe_of(steps=40)
    run = Run(
        recipe, [place], tmp_path / "run", World(0, 1, torch.device("cpu")), FeatureFiles(), lines.append, workers
    )
    (place / "train" / "03.png").write_bytes(b"damaged")
    assert run.work()
    assert len([line for line in lines if "03.png: it is damaged" in line]) == 1

    for index in (1, 3):
        shutil.copy(data[0] / "train" / "0.png", place / "train" / f"{index:02}.png")
    again = Run(recipe, [place], tmp_path / "again", World(0, 1, torch.device("cpu")), FeatureFiles(), quiet, workers)
    for index in (1, 3):
        (place / "train" / f"{index:02}.png").write_bytes(b"damaged")
    with pytest.raises(UnreadableFile, match=r"2 of 20 images of 'train' in own: too many .*\.png.*\.png"):
        again.work()
