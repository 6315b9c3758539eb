from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.settings import model_folders
from medsr_viewer.upscaling import catalogue as catalogue_module
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale
from medsr_viewer.workflows import import_model as module
from medsr_viewer.workflows.import_model import import_model


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the user's model folder, an empty one, beside the shipped."""
    folders = (model_folders()[0], tmp_path / "models")
    for place in (module, catalogue_module):
        monkeypatch.setattr(place, "model_folders", lambda: folders)
    catalogue.cache_clear()
    yield folders[-1]
    catalogue.cache_clear()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Return an SRCNN that returns the bicubic upscaling, in the names of a public program."""
    first, second, third = torch.zeros(2, 1, 9, 9), torch.zeros(1, 2, 5, 5), torch.zeros(1, 1, 5, 5)
    first[0, 0, 4, 4] = second[0, 0, 2, 2] = third[0, 0, 2, 2] = 1
    state = {f"conv{index}.weight": weight for index, weight in enumerate((first, second, third), start=1)}
    state |= {f"conv{index}.bias": torch.zeros(count) for index, count in ((1, 2), (2, 1), (3, 1))}
    torch.save(state, tmp_path / "srcnn_x2.pth")
    return tmp_path / "srcnn_x2.pth"


def test_an_imported_model_is_a_method_at_once(models: Path, checkpoint: Path) -> None:
    catalogue()
    card = import_model(checkpoint, "srcnn-public", 2)
    assert card.path.parent == models
    method = catalogue().find("srcnn-public", 2)
    pixels = enlarge(np.random.default_rng(0).uniform(0, 4000, (6, 8)).astype(np.float32), 4, "bicubic")
    result = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    np.testing.assert_allclose(result.pixels, enlarge(pixels, 2, "bicubic"), rtol=0, atol=40)
    assert result.notes == (card.note,)


def test_a_second_scale_joins_the_first_and_a_repetition_replaces_it(models: Path, checkpoint: Path) -> None:
    for scale_factor in (2, 4, 2):
        import_model(checkpoint, "srcnn-public", scale_factor)
    assert {method.name: method.scale_factors for method in catalogue().methods}["srcnn-public"] == (2, 4)


@pytest.mark.parametrize("name", ["", "Fancy", "../up", "a b", ".hidden", "x" * 41])
def test_names_that_are_none(name: str, models: Path, checkpoint: Path) -> None:
    with pytest.raises(UnknownMethod, match="no name for a method"):
        import_model(checkpoint, name, 2)


@pytest.mark.parametrize("name", ["bicubic", "fmen"])
def test_other_methods_keep_their_names(name: str, models: Path, checkpoint: Path) -> None:
    with pytest.raises(UnknownMethod, match=f"there is a method {name} already"):
        import_model(checkpoint, name, 2)
    assert not models.exists()
