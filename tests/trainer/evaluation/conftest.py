"""A network with its card, and a plan, as small as they can be."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import nn

from medsr_viewer.imaging.degrade import STANDARD_DEGRADATION
from medsr_viewer.models.architectures import as_upscaling, build_network, parameter_count
from medsr_viewer.models.cards import ModelCard, write_card
from medsr_viewer.upscaling.inference import network_on
from medsr_viewer.upscaling.methods import Method
from trainer.evaluation.measuring import Plan

OPTIONS = {"features": 8, "blocks": 1, "attention_features": 6}


@pytest.fixture(autouse=True)
def forget_networks() -> Iterator[None]:
    network_on.cache_clear()
    yield
    network_on.cache_clear()


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    """Return a random network's card, which says that it was trained on CT of a folder named ct."""
    torch.manual_seed(0)
    network = build_network("fmen", 2, OPTIONS)
    with torch.no_grad():
        last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][-1]
        last.weight.mul_(0.1)  # residuals of some percent, as trained networks have
        assert last.bias is not None
        last.bias.zero_()
    data = save({name: tensor.contiguous() for name, tensor in network.state_dict().items()})
    path = tmp_path / "models" / "tiny-x2.safetensors"
    path.parent.mkdir()
    path.write_bytes(data)
    made = ModelCard(
        name="tiny",
        kind="psnr",
        architecture="fmen",
        options=OPTIONS,
        scale_factor=2,
        parameters=parameter_count(network),
        halo=as_upscaling(network).halo,
        sha256=hashlib.sha256(data).hexdigest(),
        date="2026-01-31",
        training={"steps": 9000, "data": [{"folder": "ct", "train": 3, "val": 1}]},
        attribution=(),
        modalities=("CT",),
        degradation=STANDARD_DEGRADATION,
        precision="float32",
        figures={},
        path=path,
    )
    write_card(made)
    return made


@pytest.fixture
def plan(card: ModelCard) -> Plan:
    """Return a plan for bicubic, nearest and the tiny network at x2."""
    methods = (
        Method("bicubic", "interpolation"),
        Method("nearest", "interpolation"),
        Method("tiny", "psnr", {2: card}),
    )
    return Plan(methods, 2, radiographs=frozenset({"xray"}))


@pytest.fixture
def interpolations(plan: Plan) -> Plan:
    """Return a plan without a network."""
    return dataclasses.replace(plan, methods=plan.methods[:2])
