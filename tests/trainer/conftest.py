"""Data folders, recipes and a VGG of random weights, as small as they can be."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from trainer.losses import VGG16_LAYERS
from trainer.recipe import DataRecipe, LossRecipe, NetworkRecipe, OptimiserRecipe, Recipe, ValidationRecipe

from .preparing import ID, save_dicom, slice_of

OPTIONS: dict[str, dict[str, Any]] = {
    "fmen": {"features": 8, "blocks": 1, "attention_features": 6},
    "srresnet": {"features": 8, "blocks": 1},
}
VGG_CHANNELS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Sum in one order, so that runs can be compared bit for bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on the CPU, also where there is a GPU: its sums have no fixed order."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture(autouse=True)
def no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the page of a run out: drawing it takes longer than most runs here."""
    monkeypatch.setattr("trainer.run_report.writer.FEWEST_ROWS", 1 << 30)


def save_png(path: Path, stored: np.ndarray[Any, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(stored).save(path)


def picture(rows: int, columns: int, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a picture in 0..1 of a few grays with sharp edges between them, which bicubic upscaling blurs."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :columns] / 16
    waves = sum(np.sin(a * x + b * y + c) for a, b, c in rng.uniform(-3, 3, (4, 3)))
    grays: np.ndarray[Any, np.dtype[np.float64]] = np.clip(np.round(waves) / 6 + 0.5, 0, 1)
    return grays


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return a folder of 8-bit radiographs with a manifest of few columns, and one of 16-bit CT."""
    root = tmp_path_factory.mktemp("data")
    xray, ct = root / "xray", root / "ct"
    for index in range(3):
        save_png(xray / "train" / f"{index}.png", (picture(60, 70, index) * 255).astype(np.uint8))
        save_png(ct / "train" / f"{index}.png", (picture(64, 64, 10 + index) * 3000).astype(np.uint16))
    save_png(xray / "val" / "v.png", (picture(51, 66, 20) * 255).astype(np.uint8))
    save_png(ct / "val" / "v.png", (picture(64, 48, 21) * 3000).astype(np.uint16))
    (xray / "manifest.csv").write_text("file,source\ntrain/0.png,A\ntrain/1.png,A\ntrain/2.png,B\nval/v.png,B\n")
    (ct / "manifest.csv").write_text(
        "file,source,modality,split,licence,attribution\n"
        "train/0.png,C,CT,train,CC BY 4.0,Somebody\n"
        "train/1.png,C,CT,train,CC BY 4.0,Somebody\n"
        "train/2.png,D,MR,train,CC0,Nobody\n"
        "val/v.png,E,PT,val,CC0,Not trained on\n"
    )
    return [xray, ct]


@pytest.fixture(scope="session")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with random weights of VGG-16's shapes, scaled to keep the features' size."""
    path = tmp_path_factory.mktemp("vgg") / "vgg.safetensors"
    generator = torch.Generator().manual_seed(0)
    tensors = {}
    inputs = 3
    for name, outputs in zip(VGG16_LAYERS, VGG_CHANNELS, strict=True):
        weight = torch.randn(outputs, inputs, 3, 3, generator=generator) * (2 / (9 * inputs)) ** 0.5
        tensors[f"conv{name}.weight"] = weight.half()
        tensors[f"conv{name}.bias"] = (torch.randn(outputs, generator=generator) * 0.01).half()
        inputs = outputs
    save_file(tensors, path)
    return path


@pytest.fixture
def recipe_of() -> Callable[..., Recipe]:
    """Return a function that makes a recipe of four steps."""

    def make(
        architecture: str = "fmen",
        scale_factor: int = 2,
        *,
        warm_start: str = "",
        loss: LossRecipe | None = None,
        steps: int = 4,
        rate: float = 1e-3,
        selection: Any = "psnr_db",
        **changes: Any,
    ) -> Recipe:
        recipe = Recipe(
            name="tiny",
            summary="for tests",
            network=NetworkRecipe(architecture, scale_factor, OPTIONS[architecture], warm_start),
            optimiser=OptimiserRecipe(steps=steps, rate=rate, warmup_steps=2),
            data=DataRecipe(patch=8, batch=2),
            loss=loss or LossRecipe(),
            validation=ValidationRecipe(every=2, selection=selection),
            precision="fp32",
        )
        return dataclasses.replace(recipe, **changes)

    return make


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Return a folder with three slices of each of eight patients."""
    for patient in range(8):
        for index in range(3):
            save_dicom(
                tmp_path / "in" / f"p{patient}" / f"{index}.dcm", slice_of(10 * patient + index),
                PatientID=f"{ID}{patient}", StudyInstanceUID=f"1.2.{patient}", SeriesInstanceUID=f"1.2.{patient}.1",
                RescaleSlope="1", RescaleIntercept="-1024",
            )  # fmt: skip
    return tmp_path / "in"
