"""Two tiny models of one family, as a user's model folder would hold them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from medsr_viewer.models.cards import ModelCard, write_card

OPTIONS: dict[str, Any] = {"features": 8, "blocks": 1, "attention_features": 6}


def save_family(
    folder: Path, fidelity: str = "net", sharpness: str = "net-gan", *, seed: int = 1, scale_factor: int = 2
) -> tuple[ModelCard, ModelCard]:
    """Write random weights of a PSNR-oriented model, and a perturbed copy of them as the adversarial one.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    fidelity, sharpness : str
        Names of the two.
    seed : int
        Of the weights.
    scale_factor : int
        Of both.
    """
    import torch
    from torch import nn

    from medsr_viewer.models.architectures import build_network

    torch.manual_seed(seed)
    network = build_network("fmen", scale_factor, OPTIONS)
    with torch.no_grad():
        # Residuals of some percent of the range and without a constant part, as trained networks have.
        last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][-1]
        last.weight.mul_(0.1)
        if last.bias is not None:
            last.bias.zero_()
    first = _save(folder, fidelity, "psnr", scale_factor, network, ())
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1 + 0.2 * torch.rand_like(parameter))
    ancestors = ({"name": fidelity, "sha256": first.sha256},)
    return first, _save(folder, sharpness, "gan", scale_factor, network, ancestors)


def _save(
    folder: Path, name: str, kind: Any, scale_factor: int, network: Any, ancestors: tuple[dict[str, str], ...]
) -> ModelCard:
    from safetensors.torch import save

    from medsr_viewer.models.architectures import as_upscaling, parameter_count

    folder.mkdir(parents=True, exist_ok=True)
    data = save({key: tensor.contiguous() for key, tensor in network.state_dict().items()})
    path = folder / f"{name}-x{scale_factor}.safetensors"
    path.write_bytes(data)
    card = ModelCard(
        name=name,
        kind=kind,
        architecture="fmen",
        options=OPTIONS,
        scale_factor=scale_factor,
        parameters=parameter_count(network),
        halo=as_upscaling(network).halo,
        sha256=hashlib.sha256(data).hexdigest(),
        date="2026-01-31",
        training={"steps": 9000},
        attribution=(),
        modalities=("CT",),
        degradation="bicubic",
        precision="float32",
        figures={"ct": {"gain_db": 3.0 if kind == "psnr" else 0.5, "perceptual_distance": 0.3}},
        path=path,
        ancestors=ancestors,
    )
    write_card(card)
    return card
