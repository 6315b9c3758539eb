from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medsr_viewer.errors import ModelError
from medsr_viewer.models.cards import (
    BARELY_TRAINED_STEPS,
    ModelCard,
    find_cards,
    read_card,
    read_verified_card,
    write_card,
)

MakeCard = Callable[..., ModelCard]


@pytest.fixture
def make_card(tmp_path: Path) -> MakeCard:
    """Return a function that writes a card beside an empty weights file."""

    def make(folder: str = "models", name: str = "fmen", scale_factor: int = 4, **changes: Any) -> ModelCard:
        path = tmp_path / folder / f"{name}-x{scale_factor}.safetensors"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        card = ModelCard(
            name=name,
            kind="psnr",
            architecture="fmen",
            options={"features": 8},
            scale_factor=scale_factor,
            parameters=1234,
            halo=34,
            sha256="0" * 64,
            date="2026-01-31",
            training={"recipe": "fmen-x4", "steps": 9000, "data": [{"folder": "xray", "train": 3, "val": 1}]},
            attribution=("Jürgen Muster: radiographs (CC BY 4.0)", "second"),
            modalities=("CT", "MR"),
            degradation="bicubic",
            precision="float16",
            figures={"xray": {"psnr_db": 37.5, "gain_db": 2.5}},
            path=path,
        )
        card = dataclasses.replace(card, **changes)
        write_card(card)
        return card

    return make


def change(card: ModelCard, **changes: Any) -> Path:
    """Rewrite a card's file with other values; a value of ... leaves the key out."""
    path = card.path.with_suffix(".json")
    values = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not ...}, default=str))
    return path


def test_round_trip(make_card: MakeCard) -> None:
    card = make_card()
    found = read_card(card.path.with_suffix(".json"))
    assert found == card
    assert found.path == card.path
    assert hash(found) == hash(card)
    assert found.attribution[0].startswith("Jürgen")
    assert [path.name for path in card.path.parent.iterdir() if "part" in path.name] == []


def test_an_older_card_says_nothing_of_the_output(make_card: MakeCard) -> None:
    card = make_card(output="tanh")
    assert read_card(card.path.with_suffix(".json")).output == "tanh"
    assert read_card(change(card, output=...)).output == "residual"


def test_ancestors_are_kept_and_older_cards_have_none(make_card: MakeCard) -> None:
    ancestors = ({"name": "parent", "sha256": "1" * 64}, {"name": "grandparent", "sha256": "2" * 64})
    card = make_card(ancestors=ancestors)
    found = read_card(card.path.with_suffix(".json"))
    assert found.ancestors == ancestors
    assert hash(found) == hash(card)
    assert read_card(change(card, ancestors=...)).ancestors == ()


@pytest.mark.parametrize("ancestors", [[{"name": "parent"}], [{"name": "parent", "sha256": 1}], ["parent"], "parent"])
def test_ancestors_of_another_form_are_refused(ancestors: object, make_card: MakeCard) -> None:
    with pytest.raises(ModelError, match="not a model card"):
        read_card(change(make_card(), ancestors=ancestors))


def test_verified_cards_are_of_the_weights_beside_them(make_card: MakeCard) -> None:
    card = make_card(sha256=hashlib.sha256(b"weights").hexdigest())
    card.path.write_bytes(b"weights")
    assert find_cards([card.path.parent], read_verified_card) == ([card], [])
    card.path.write_bytes(b"others")
    cards, (problem,) = find_cards([card.path.parent], read_verified_card)
    assert cards == []
    assert "fmen-x4.safetensors: the file is not the one that its card describes" in str(problem)
    assert find_cards([card.path.parent]) == ([card], [])


def test_keys_of_a_later_version_are_ignored(make_card: MakeCard) -> None:
    card = make_card()
    assert read_card(change(card, licence="later")) == card


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"card"', "{}", '{"name": "fmen"}', "\x00\xff"])
def test_a_damaged_card_is_refused_by_its_name(make_card: MakeCard, text: str) -> None:
    path = make_card().path.with_suffix(".json")
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=r"fmen-x4\.json: not a model card"):
        read_card(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"scale_factor": "4"},
        {"scale_factor": 0},
        {"halo": -1},
        {"halo": None},
        {"name": 7},
        {"name": ""},
        {"kind": "magic"},
        {"output": "picture"},
        {"orientations": 2},
        {"options": []},
        {"training": None},
        {"training": {"steps": "many"}},
        {"figures": "good"},
        {"modalities": "CT"},
        {"sha256": None},
        {"sha256": ...},
    ],
)
def test_a_value_of_a_wrong_type_is_refused(make_card: MakeCard, changes: dict[str, Any]) -> None:
    """One such card must not take the others down when they are sorted or shown."""
    good, bad = make_card(), make_card(name="srgan")
    path = change(bad, **changes)
    with pytest.raises(ModelError, match=f"not a model card.*{next(iter(changes))}"):
        read_card(path)
    cards, problems = find_cards([good.path.parent])
    assert cards == [good]
    assert len(problems) == 1


def test_missing_weights_are_named(make_card: MakeCard) -> None:
    card = make_card()
    card.path.unlink()
    with pytest.raises(ModelError, match=r"its weights, fmen-x4\.safetensors, are missing"):
        read_card(card.path.with_suffix(".json"))


def test_cards_are_sorted_and_a_later_folder_wins(make_card: MakeCard, tmp_path: Path) -> None:
    shipped = [make_card("shipped", name, scale) for name, scale in (("srgan", 4), ("fmen", 4), ("fmen", 2))]
    own = make_card("own", "fmen", 4, sha256="1" * 64)
    (tmp_path / "own" / "damaged.json").write_text("{")
    cards, problems = find_cards([tmp_path / "shipped", tmp_path / "own", tmp_path / "missing"])
    assert [(card.name, card.scale_factor) for card in cards] == [("fmen", 2), ("fmen", 4), ("srgan", 4)]
    assert cards[1] == own
    assert cards[1].path.parent.name == "own"
    assert cards[2] == shipped[0]
    assert ["damaged.json" in str(problem) for problem in problems] == [True]


@pytest.mark.parametrize(
    ("steps", "note"),
    [(0, "barely trained (0 steps)"), (BARELY_TRAINED_STEPS - 1, "barely trained (4,999 steps)"), (5000, "")],
)
def test_brief_training_is_said(make_card: MakeCard, steps: int, note: str) -> None:
    card = make_card(training={"steps": steps})
    assert card.note == note
    assert card.barely_trained is bool(note)


def test_one_kind_of_radiograph_stands_for_the_other(make_card: MakeCard) -> None:
    card = make_card(modalities=("CR", "MR"))
    assert [card.is_trained_on(modality) for modality in ("CR", "DX", "MR", "CT", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_cards_and_methods_are_read_without_torch() -> None:
    code = (
        "import sys\n"
        "from medsr_viewer.upscaling.catalogue import catalogue\n"
        "import medsr_viewer.upscaling.upscaler\n"
        "assert catalogue().methods\n"
        "assert 'torch' not in sys.modules, 'torch was imported'\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
