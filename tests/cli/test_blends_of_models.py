"""A blend is run at a position, which every file names, with both parents' hashes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling import catalogue as module
from medsr_viewer.upscaling.catalogue import catalogue

from .conftest import Run

Pair = tuple[ModelCard, ModelCard]


@pytest.fixture
def pair(make_family: Callable[..., Pair], monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """The only models that there are."""
    cards = make_family()
    monkeypatch.setattr(module, "model_folders", lambda: (cards[0].path.parent,))
    catalogue.cache_clear()
    yield cards
    catalogue.cache_clear()


def hashes(pair: Pair) -> list[dict[str, str]]:
    return [{"name": card.name, "sha256": card.sha256} for card in pair]


def test_comparing_names_position_and_parents(medsr: Run, pair: Pair, gray_png: Path, tmp_path: Path) -> None:
    scores, arrays, figure = tmp_path / "scores.json", tmp_path / "arrays.npz", tmp_path / "figure.png"
    methods = [
        word for name in ("net", "net-blend:0", "net-blend:0.4", "net-blend 40 %") for word in ("--method", name)
    ]
    outcome = medsr(
        "compare", gray_png, "--scale", 2, *methods, "--json", scores, "--arrays", arrays, "--figure", figure
    )
    assert outcome.status == 0, outcome.err
    assert "net-blend 40 %" in outcome.out
    net, end, blend = json.loads(scores.read_text(encoding="utf-8"))["methods"]
    assert [one["name"] for one in (net, end, blend)] == ["net", "net-blend 0 %", "net-blend 40 %"], "each once"
    assert (blend["weights"], blend["sharpness"]) == (hashes(pair), 0.4)
    assert (net["weights"], "sharpness" in net) == (hashes(pair)[:1], False)
    assert end["psnr_db"] == net["psnr_db"] != blend["psnr_db"]
    assert any(f"60 % net (SHA-256 {pair[0].sha256[:12]})" in note for note in blend["notes"])
    with np.load(arrays) as saved:
        assert np.array_equal(saved["net-blend 0 %"], saved["net"])
    description = Image.open(figure).text["Description"]
    assert f"net-blend 40 % x2 is made of 60 % net (SHA-256 {pair[0].sha256[:12]})" in description
    assert f"40 % net-gan (SHA-256 {pair[1].sha256[:12]})" in description


def test_upscaled_files_name_position_and_parents(medsr: Run, pair: Pair, gray_png: Path, tmp_path: Path) -> None:
    outcome = medsr("upscale", gray_png, "--scale", 2, "--method", "net-blend:0.4", "--out", tmp_path / "out")
    assert outcome.status == 0, outcome.err
    path = tmp_path / "out" / "gray_upscaled_x2_net-blend-40.png"
    beside = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    inside = json.loads(Image.open(path).text["Description"])
    for description in (beside, inside):
        assert description["method"] == "net-blend 40 %"
        assert (description["weights"], description["sharpness"]) == (hashes(pair), 0.4)
        assert description["label"].startswith("UPSCALED x2 by net-blend 40 %.")


def test_without_a_name_only_what_was_measured_is_compared(medsr: Run, pair: Pair, gray_png: Path) -> None:
    outcome = medsr("compare", gray_png, "--scale", 2)
    assert "net-gan" in outcome.out
    assert "net-blend" not in outcome.out


def test_the_list_of_models_says_what_the_ends_are(medsr: Run, pair: Pair) -> None:
    rows = json.loads(medsr("models", "--json").out)
    assert rows[-1]["name"] == "net-blend"
    assert rows[-1]["kind"] == "blend"
    assert rows[-1]["notes"] == {"2": "net-blend:0 is net, net-blend:1 is net-gan"}
    assert set(rows[0]) == set(rows[-1])
    assert "net-blend:0 is net" in " ".join(medsr("models").out.split())


@pytest.mark.parametrize(
    ("name", "message"), [("net-blend:4", "no position in a blend"), ("net:0.4", "there is no method")]
)
def test_what_is_no_position_is_wrong_usage(name: str, message: str, medsr: Run, pair: Pair, gray_png: Path) -> None:
    outcome = medsr("compare", gray_png, "--scale", 2, "--method", name)
    assert outcome.status == 2
    assert message in outcome.err
