from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.blending import blendable, blended_card
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.interpolation import interpolate_weights, network_of
from medsr_viewer.models.weights import load_network

OPTIONS: dict[str, Any] = {"features": 4, "blocks": 1, "norm": "batch"}
MakeCard = Callable[..., ModelCard]


@pytest.fixture
def make_card(tmp_path: Path, card_with: MakeCard) -> MakeCard:
    """Return a function that saves a random network and returns its card."""

    def make(name: str, seed: int, **changes: Any) -> ModelCard:
        torch.manual_seed(seed)
        network = build_network("srresnet", 2, OPTIONS)
        for buffer in network.buffers():
            if buffer.is_floating_point():
                buffer.uniform_(0.5, 1.5)
            else:
                buffer.fill_(seed)
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(save({key: tensor.contiguous() for key, tensor in network.state_dict().items()}))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        values = {"name": name, "architecture": "srresnet", "options": OPTIONS, "sha256": sha256, "path": path}
        return card_with(**values | changes)

    return make


def test_the_ends_are_the_parents_exactly(make_card: MakeCard) -> None:
    fidelity, sharpness = make_card("faithful", 1), make_card("sharp", 2, kind="gan")
    for alpha, parent in ((0.0, fidelity), (1.0, sharpness)):
        blend = interpolate_weights(fidelity, sharpness, alpha)
        for name, tensor in load_network(parent).state_dict().items():
            if tensor.is_floating_point():
                assert torch.equal(blend.state_dict()[name], tensor), name
        pixels = torch.rand(1, 1, 6, 6)
        assert torch.equal(blend(pixels), load_network(parent)(pixels))
    assert not blend.training


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.9])
def test_between_the_ends_weights_and_statistics_are_weighted_means(alpha: float, make_card: MakeCard) -> None:
    fidelity, sharpness = make_card("faithful", 1), make_card("sharp", 2, kind="gan")
    first, second = load_network(fidelity).state_dict(), load_network(sharpness).state_dict()
    for name, tensor in interpolate_weights(fidelity, sharpness, alpha).state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, (1 - alpha) * first[name] + alpha * second[name], rtol=0, atol=1e-6)
        else:
            assert tensor == 1
    assert torch.equal(load_network(fidelity).state_dict()["head.0.weight"], first["head.0.weight"])


@pytest.mark.parametrize("alpha", [-0.1, 1.1, float("nan")])
def test_beyond_the_ends_there_is_nothing(alpha: float, make_card: MakeCard) -> None:
    with pytest.raises(ValueError, match="alpha"):
        interpolate_weights(make_card("faithful", 1), make_card("sharp", 2), alpha)


OTHERS: list[dict[str, Any]] = [
    {"scale_factor": 4},
    {"options": {"features": 8}},
    {"architecture": "fmen"},
    {"output": "image"},
]


@pytest.mark.parametrize("changes", OTHERS)
def test_different_networks_are_refused(changes: dict[str, Any], make_card: MakeCard) -> None:
    with pytest.raises(ModelError, match="faithful and sharp are different networks"):
        interpolate_weights(make_card("faithful", 1), make_card("sharp", 2, **changes), 0.5)


@pytest.mark.parametrize(("percent", "parent"), [(0, "faithful"), (100, "sharp"), (30, "")])
def test_a_blends_card_gives_the_network_at_its_position(percent: int, parent: str, make_card: MakeCard) -> None:
    ends = make_card("faithful", 1, halo=2), make_card("sharp", 2, kind="gan")
    card = blended_card("blend", *ends, percent)
    expected = next((load_network(end) for end in ends if end.name == parent), interpolate_weights(*ends, 0.3))
    pixels = torch.rand(1, 1, 6, 6)
    assert torch.equal(network_of(card)(pixels), expected(pixels))
    assert card.kind == ("gan" if percent else "psnr")
    assert card.halo == 2


def test_a_blend_claims_no_more_than_both_its_ends(make_card: MakeCard) -> None:
    fidelity = make_card(
        "faithful", 1, modalities=("CT", "MR"), training={"steps": 9000}, attribution=("A", "B"), degradation="bicubic",
        figures={"ct": {"gain_db": 2.0}},
    )  # fmt: skip
    sharpness = make_card(
        "sharp", 2, kind="gan", modalities=("MR", "CR"), training={"steps": 900}, attribution=("B", "C"),
        degradation="noise",
    )  # fmt: skip
    card = blended_card("blend", fidelity, sharpness, 50)
    assert card.modalities == ("MR",)
    assert card.attribution == ("A", "B", "C")
    assert card.degradation == "bicubic; noise"
    assert card.note == "barely trained (900 steps)"
    assert card.figures == {}, "nothing was measured between the ends"
    assert card.sources == (fidelity, sharpness)


def test_positions_and_weights_tell_blends_apart(make_card: MakeCard) -> None:
    ends = make_card("faithful", 1), make_card("sharp", 2, kind="gan")
    at_40 = blended_card("blend", *ends, 40)
    assert at_40 == blended_card("blend", *ends, 40)
    assert hash(at_40) == hash(blended_card("blend", *ends, 40))
    others = [
        blended_card("blend", *ends, 45),
        blended_card("blend", ends[0], dataclasses.replace(ends[1], sha256="other"), 40),
    ]
    assert all(one != at_40 for one in others)
    for percent in (-5, 105):
        with pytest.raises(ValueError, match="between the ends"):
            blended_card("blend", *ends, percent)


def descended(card: ModelCard, *ancestors: ModelCard) -> ModelCard:
    return dataclasses.replace(card, ancestors=tuple({"name": one.name, "sha256": one.sha256} for one in ancestors))


def test_pairs_are_of_one_family(make_card: MakeCard) -> None:
    first, fidelity = make_card("first", 1), make_card("faithful", 2)
    sharpness, stranger = make_card("sharp", 3, kind="gan"), make_card("stranger", 4, kind="gan")
    child = descended(sharpness, fidelity)
    assert blendable([fidelity, child, stranger]) == [(fidelity, child)]
    assert blendable([fidelity, sharpness]) == [], "older cards do not say what they descend from"
    grandchild = descended(sharpness, first, fidelity)
    assert blendable([fidelity, grandchild]) == [(fidelity, grandchild)]
    siblings = descended(fidelity, first), descended(sharpness, first)
    assert blendable(siblings) == [siblings]
    parent = descended(fidelity, sharpness)
    assert blendable([parent, sharpness]) == [(parent, sharpness)], "the adversarial one may have come first"


def test_the_nearest_relative_is_the_other_end(make_card: MakeCard) -> None:
    first, second = make_card("a-first", 1), make_card("second", 2)
    child = descended(make_card("sharp", 3, kind="gan"), second, first)
    assert blendable([first, second, child]) == [(second, child)]
    assert blendable([descended(second, first), first, child]) == [(descended(second, first), child)]


@pytest.mark.parametrize("changes", [*OTHERS, {"kind": "psnr"}, {"orientations": 8}])
def test_relatives_that_are_other_networks_are_no_pair(changes: dict[str, Any], make_card: MakeCard) -> None:
    fidelity = make_card("faithful", 1)
    child = descended(make_card("sharp", 2, **{"kind": "gan", **changes}), fidelity)
    assert blendable([fidelity, child]) == []
