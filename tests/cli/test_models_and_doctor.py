"""`medsr models` and `medsr doctor`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from medsr_viewer.upscaling import catalogue as module
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows import import_model as import_module


@pytest.fixture
def rescan() -> Iterator[Callable[[], None]]:
    yield catalogue.cache_clear
    catalogue.cache_clear()


def test_every_method_is_listed_with_the_same_keys(medsr: Callable[..., Any]) -> None:
    outcome = medsr("models", "--json")
    assert outcome.status == 0, outcome.err
    rows = json.loads(outcome.out)
    for row in rows:
        assert row.keys() >= {"name", "kind", "network", "scale_factors", "parameters", "sha256", "figures"}
        assert row["kind"] in {"interpolation", "psnr", "gan", "blend"}
    by_name = {row["name"]: row for row in rows}
    assert list(by_name)[:5] == ["nearest", "bilinear", "bicubic", "lanczos", "back-projection"]
    assert by_name["bicubic"]["kind"] == "interpolation"
    assert by_name["bicubic"]["network"] is None
    assert by_name["bicubic"]["scale_factors"] == [2, 3, 4, 8]
    assert by_name["bicubic"]["parameters"] == {}


def test_learned_methods_give_the_hash_of_each_scale(medsr: Callable[..., Any]) -> None:
    learned = [method for method in catalogue().methods if method.is_learned]
    assert learned, "the program ships weights"
    by_name = {row["name"]: row for row in json.loads(medsr("models", "--json").out)}
    for method in learned:
        row = by_name[method.name]
        assert row["network"]
        for scale, card in method.cards.items():
            assert row["sha256"][str(scale)] == hashlib.sha256(card.path.read_bytes()).hexdigest()
            assert row["parameters"][str(scale)] > 1000
            assert str(scale) in row["figures"]


def test_table_names_every_method_and_the_use(medsr: Callable[..., Any]) -> None:
    outcome = medsr("models")
    assert all(method.name in outcome.out for method in catalogue().methods)
    assert "Research use only" in outcome.out


def test_damaged_card_is_named(
    medsr: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rescan: Callable[[], None]
) -> None:
    (tmp_path / "odd-x4.json").write_text("{}")
    monkeypatch.setattr(module, "model_folders", lambda: (tmp_path,))
    rescan()
    outcome = medsr("models", "--json")
    assert outcome.status == 1
    assert len(json.loads(outcome.out)) == 5
    (line,) = outcome.lines
    assert "odd-x4.json" in line


def test_doctor_lists_versions_devices_and_decoders(medsr: Callable[..., Any]) -> None:
    outcome = medsr("doctor")
    assert outcome.status == 0, outcome.out
    for text in ("medsr-viewer", "torch", "pydicom", "pylibjpeg-openjpeg", "cpu", "Nothing is missing."):
        assert text in outcome.out


def test_doctor_says_how_to_get_what_is_missing(
    medsr: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rescan: Callable[[], None]
) -> None:
    from medsr_viewer.cli import doctor

    monkeypatch.setattr(module, "model_folders", lambda: (tmp_path,))
    monkeypatch.setattr(doctor, "PACKAGES", ("torch", "no-such-package"))
    rescan()
    outcome = medsr("doctor")
    assert outcome.status == 1
    assert "python -m pip install no-such-package" in outcome.out
    assert "learned methods: install the program again" in outcome.out


def test_importing_says_what_was_recognised_or_what_is_known(
    medsr: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rescan: Callable[[], None]
) -> None:
    for place in (module, import_module):
        monkeypatch.setattr(place, "model_folders", lambda: (tmp_path,))
    rescan()
    weights = {f"features.{index}.weight": torch.zeros(4, 4, 3, 3) for index in range(2, 38, 2)}
    weights |= {"features.0.weight": torch.zeros(4, 1, 3, 3), "features.38.weight": torch.zeros(1, 4, 3, 3)}
    torch.save(weights, tmp_path / "vdsr.pth")
    outcome = medsr("models", "import", tmp_path / "vdsr.pth", "--name", "vdsr-public", "--scale", 3)
    assert outcome.status == 0, outcome.err
    assert "vdsr-public x3: recognised as VDSR" in outcome.out
    assert "vdsr-public" in medsr("models").out
    torch.save({"fc.weight": torch.zeros(1)}, tmp_path / "other.pth")
    outcome = medsr("models", "import", tmp_path / "other.pth", "--name", "other")
    assert outcome.status == 1
    assert "fc.weight" in outcome.err
    assert "EDSR" in outcome.err
