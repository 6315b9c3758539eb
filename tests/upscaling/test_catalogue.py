from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.models.cards import write_card
from medsr_viewer.upscaling import catalogue as module
from medsr_viewer.upscaling.catalogue import Catalogue, catalogue
from medsr_viewer.upscaling.methods import INTERPOLATIONS, SCALE_FACTORS, Method


@pytest.fixture
def some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_method: Callable[..., Method]) -> Iterator[Catalogue]:
    """Return the catalogue of a model folder with four methods and a damaged card."""
    card = tiny_method("fmen", 2).cards[2]
    for name, scale_factor in (("swift-srgan", 4), ("srgan", 2), ("fmen", 4), ("another", 4), ("srgan", 4)):
        path = tmp_path / f"{name}-x{scale_factor}.safetensors"
        path.touch()
        kind = "gan" if "srgan" in name else "psnr"
        write_card(dataclasses.replace(card, name=name, kind=kind, scale_factor=scale_factor, path=path))
    (tmp_path / "damaged.json").write_text("{")
    monkeypatch.setattr(module, "model_folders", lambda: (tmp_path,))
    catalogue.cache_clear()
    yield catalogue()
    catalogue.cache_clear()


def test_interpolation_comes_first_then_networks_in_the_programs_order(some: Catalogue) -> None:
    names = [method.name for method in some.methods]
    assert names == [*INTERPOLATIONS, "fmen", "srgan", "swift-srgan", "another"]
    assert [method.kind for method in some.methods[-4:]] == ["psnr", "gan", "gan", "psnr"]
    assert [str(problem).split(":")[0] for problem in some.problems] == ["damaged.json"]


def test_scale_factors_are_those_of_the_cards(some: Catalogue) -> None:
    factors = {method.name: method.scale_factors for method in some.methods}
    assert factors["fmen"] == factors["srgan"] == (2, 4)
    assert factors["another"] == (4,)
    assert factors["bicubic"] == SCALE_FACTORS
    assert [method.name for method in some.at_scale(2)] == [*INTERPOLATIONS, "fmen", "srgan"]
    assert [method.name for method in some.at_scale(8)] == list(INTERPOLATIONS)
    assert some.at_scale(5) == ()


def test_find(some: Catalogue) -> None:
    method = some.find("srgan", 4)
    assert method.is_learned
    assert method.cards[4].scale_factor == 4
    assert not some.find("lanczos", 3).is_learned


def test_an_unknown_name_is_refused_with_the_names(some: Catalogue) -> None:
    with pytest.raises(UnknownMethod, match="there is no method 'esrgan'") as caught:
        some.find("esrgan", 4)
    assert caught.value.advice == (
        "Methods: nearest, bilinear, bicubic, lanczos, back-projection, fmen, srgan, swift-srgan, another."
    )


def test_a_missing_scale_is_refused_with_what_there_is(some: Catalogue) -> None:
    with pytest.raises(UnknownMethod, match="swift-srgan has no scale factor 2") as caught:
        some.find("swift-srgan", 2)
    assert "swift-srgan has x4;" in caught.value.advice
    assert "methods at x2: nearest, bilinear, bicubic, lanczos, back-projection, fmen, srgan." in caught.value.advice
    with pytest.raises(UnknownMethod) as caught:
        some.find("bicubic", 5)
    assert caught.value.advice == "bicubic has x2, x3, x4, x8; methods at x5: none."
