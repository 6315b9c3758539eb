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
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.interpolation import blendable, interpolate_weights
from medsr_viewer.models.weights import load_network

OPTIONS: dict[str, Any] = {"features": 4, "blocks": 1, "norm": "batch"}
MakeCard = Callable[..., ModelCard]


@pytest.fixture
def make_card(tmp_path: Path) -> MakeCard:
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
        card = ModelCard(
            name=name,
            kind="psnr",
            architecture="srresnet",
            options=OPTIONS,
            scale_factor=2,
            parameters=1,
            halo=1,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            date="",
            training={},
            attribution=(),
            modalities=(),
            degradation="",
            precision="",
            figures={},
            path=path,
        )
        return dataclasses.replace(card, **changes)

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


def test_pairs_are_a_faithful_and_a_sharp_model_of_one_network(make_card: MakeCard) -> None:
    fidelity, sharpness = make_card("faithful", 1), make_card("sharp", 2, kind="gan")
    others = [make_card(f"other-{index}", 3, kind="gan", **changes) for index, changes in enumerate(OTHERS)]
    assert blendable([sharpness, *others, fidelity]) == [(fidelity, sharpness)]
    assert blendable([fidelity, make_card("faithful-too", 4)]) == []
