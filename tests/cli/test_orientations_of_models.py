"""A result that is the mean over orientations says so wherever a file says what made its pixels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from medsr_viewer.models.cards import ModelCard, write_card
from medsr_viewer.upscaling import catalogue as module
from medsr_viewer.upscaling.catalogue import catalogue

from .conftest import Run

Pair = tuple[ModelCard, ModelCard]
SENTENCE = "net x2 is the mean over 8 orientations of the image"


@pytest.fixture
def pair(make_family: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """The only models that there are: the first is run over eight orientations."""
    plain, other = make_family()
    cards = replace(plain, orientations=8), other
    write_card(cards[0])
    monkeypatch.setattr(module, "model_folders", lambda: (plain.path.parent,))
    catalogue.cache_clear()
    yield cards
    catalogue.cache_clear()


@pytest.mark.usefixtures("pair")
def test_a_comparison_and_its_figure_tell_the_orientations(medsr: Run, gray_png: Path, tmp_path: Path) -> None:
    scores, figure = tmp_path / "scores.json", tmp_path / "figure.png"
    methods = ("--method", "net", "--method", "net-gan", "--method", "bicubic")
    outcome = medsr("compare", gray_png, "--scale", 2, *methods, "--json", scores, "--figure", figure)
    assert outcome.status == 0, outcome.err
    reports = {one["name"]: one for one in json.loads(scores.read_text(encoding="utf-8"))["methods"]}
    assert reports["net"]["orientations"] == 8
    assert reports["net-gan"]["orientations"] == 1
    assert "orientations" not in reports["bicubic"]
    with Image.open(figure) as picture:
        description = picture.info["Description"]
    assert SENTENCE in description
    assert description.count("orientations") == 1


@pytest.mark.usefixtures("pair")
def test_an_upscaled_file_tells_the_orientations(medsr: Run, gray_png: Path, tmp_path: Path) -> None:
    outcome = medsr("upscale", gray_png, "--scale", 2, "--method", "net", "--out", tmp_path / "out")
    assert outcome.status == 0, outcome.err
    description = json.loads((tmp_path / "out" / "gray_upscaled_x2_net.json").read_text(encoding="utf-8"))
    assert description["orientations"] == 8
