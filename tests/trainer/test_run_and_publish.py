"""From a folder of images to a method in the viewer in two commands: `prepare`, then `run --publish`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.models.cards import read_card
from medsr_viewer.upscaling.catalogue import catalogue
from trainer import loop
from trainer.cli import STOPPED, main

from .conftest import picture, save_png

TOML = """
name = "tiny"
summary = "for tests"
precision = "fp32"
network = { architecture = "fmen", scale_factor = 2, options = { features = 8, blocks = 1, attention_features = 6 } }
data = { patch = 8, batch = 2, split = "random" }
optimiser = { steps = 2 }
validation = { every = 2 }
"""


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the user's models folder."""
    folders = (tmp_path / "shipped", tmp_path / "models")
    monkeypatch.setattr("medsr_viewer.settings.model_folders", lambda: folders)
    monkeypatch.setattr("medsr_viewer.upscaling.catalogue.model_folders", lambda: folders)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TOML)
    catalogue.cache_clear()
    yield folders[1]
    catalogue.cache_clear()


@pytest.fixture(params=["DICOM", "PNG"])
def images(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder with images of several patients and no order at all."""
    if request.param == "DICOM":
        folder: Path = request.getfixturevalue("studies")
        return folder
    for index in range(12):
        save_png(tmp_path / "flat" / f"{index}.png", (picture(48, 56, index) * 255).astype(np.uint8))
    return tmp_path / "flat"


def test_two_commands_lead_from_images_to_a_method_in_the_viewer(
    images: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prepare", str(images), "--out", "data", "--min-side", "32", "--shares", "0.5", "0.3", "0.2"]) == 0
    capsys.readouterr()
    assert main(["run", "tiny.toml", "--data", "data", "--publish", "mine"]) == 0
    told = capsys.readouterr().out
    assert "PSNR dB" in told
    assert "barely trained" in told
    assert "Rescan" in told
    card = read_card(models / "mine-x2.json")
    assert f"{card.figures['data']['psnr_db']:.2f}" in told
    assert [one["split"] for one in card.training["data"]] == ["patient"], "whatever the recipe states"
    assert "mine" in [method.name for method in catalogue().methods]


def test_what_is_published_can_go_elsewhere(data: list[Path], models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", "tiny.toml", "--data", *map(str, data), "--publish", "mine", "--models-out", "other"]
    assert main(command) == 0
    assert "Rescan" not in capsys.readouterr().out
    assert Path("other/mine-x2.safetensors").is_file()
    assert not models.exists()
    assert main(["run", "tiny.toml", "--data", *map(str, data), "--publish", "again"]) == 0, "a finished run, too"
    assert (models / "again-x2.json").is_file()


def test_a_wrong_name_is_refused_before_hours_of_training(data: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "tiny.toml", "--data", *map(str, data), "--publish", "a/b"]) != 0
    assert "no name for a method" in capsys.readouterr().err
    assert main(["run", "tiny.toml", "--data", *map(str, data), "--models-out", "x"]) == 2
    assert not Path("runs").exists()


def test_a_method_that_ships_is_replaced_on_purpose_alone(
    data: list[Path], models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--data", *map(str, data)]
    shipped = models.parent / "shipped"
    assert main(["run", "tiny.toml", *folders, "--publish", "fmen", "--models-out", str(shipped)]) == 0
    for command in (["run", "tiny.toml", *folders, "--publish"], ["publish", "runs/tiny", *folders, "--name"]):
        assert main([*command, "fmen"]) == 2
        assert "fmen ships with the viewer" in capsys.readouterr().err
        assert main([*command, "fmen", "--models-out" if "run" in command else "--out", str(models)]) == 2
        assert not models.exists()
    assert main(["run", "tiny.toml", *folders, "--out", "new", "--publish", "fmen"]) == 2
    assert not Path("new").exists(), "before hours of training"
    assert main(["publish", "runs/tiny", *folders, "--name", "fmen", "--replace"]) == 0
    assert (models / "fmen-x2.json").is_file()


def test_a_stopped_run_is_not_published(data: list[Path], models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "train", lambda *_, **__: False)
    assert main(["run", "tiny.toml", "--data", *map(str, data), "--publish", "mine"]) == STOPPED
    assert not models.exists()


def test_modalities_are_not_guessed(models: Path, tmp_path: Path) -> None:
    for split, count in (("train", 2), ("val", 1)):
        for index in range(count):
            save_png(tmp_path / "knees" / split / f"{index}.png", (picture(48, 56, index) * 255).astype(np.uint8))
    assert main(["run", "tiny.toml", "--data", "knees", "--publish", "mine"]) == 0
    assert read_card(models / "mine-x2.json").modalities == ()
    assert main(["publish", "runs/tiny", "--name", "mine", "--data", "knees", "--modality", "MR", "CT"]) == 0
    card = read_card(models / "mine-x2.json")
    assert card.modalities == ("CT", "MR")
    assert 0 < card.figures["knees"]["consistency_rms"] < 0.05
