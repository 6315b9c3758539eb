"""Shared fixtures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling import catalogue as place

from .families import save_family
from .postgresql_server import running_postgresql

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
for name in ("QT_SCALE_FACTOR", "QT_SCREEN_SCALE_FACTORS"):
    os.environ.pop(name, None)  # pixels are compared

# No test asserts a time, and a deadline is one: a busy machine would fail a correct example.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of development images that lies beside the checkout; skip where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the development images are not on this machine")
    return folder


@pytest.fixture(scope="session")
def card_with() -> Callable[..., ModelCard]:
    """Return a function that makes a model card of the values that it is given; the rest is empty or small."""

    def make(**values: Any) -> ModelCard:
        plain: dict[str, Any] = {
            "name": "net",
            "kind": "psnr",
            "architecture": "fmen",
            "options": {},
            "scale_factor": 2,
            "parameters": 1,
            "halo": 1,
            "sha256": "",
            "date": "",
            "training": {},
            "attribution": (),
            "modalities": (),
            "degradation": "",
            "precision": "",
            "figures": {},
            "path": Path("net.safetensors"),
        }
        return ModelCard(**plain | values)

    return make


@pytest.fixture
def make_family(tmp_path: Path) -> Callable[..., tuple[ModelCard, ModelCard]]:
    """Return a function that saves a PSNR-oriented and an adversarial model of one family, and returns their cards."""

    def make(
        fidelity: str = "net", sharpness: str = "net-gan", *, seed: int = 1, scale_factor: int = 2
    ) -> tuple[ModelCard, ModelCard]:
        return save_family(tmp_path / "family", fidelity, sharpness, seed=seed, scale_factor=scale_factor)

    return make


@pytest.fixture
def model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the only model folder that there is: empty, and the one that the fixture `make_family` saves in."""
    folder = tmp_path / "family"
    folder.mkdir()
    monkeypatch.setattr(place, "model_folders", lambda: (folder,))
    place.catalogue.cache_clear()
    yield folder
    place.catalogue.cache_clear()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Return ``postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME`` of a server; skip where none is installed."""
    with running_postgresql() as address:
        yield address
