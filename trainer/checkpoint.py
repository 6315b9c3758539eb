"""The state of a run on disk: written whole or not at all, read without pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from medsr_viewer.errors import ModelError

LAST = "last.pt"
BEST = "best.safetensors"


def save_state(run: Path, state: dict[str, Any]) -> None:
    """Write everything that a resume needs to ``last.pt``."""
    temporary = run / (LAST + ".part")
    torch.save(state, temporary)
    temporary.replace(run / LAST)


def load_state(run: Path) -> dict[str, Any] | None:
    """Return what `save_state` wrote, or None where the run has not begun.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = run / LAST
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as exc:
        raise ModelError(f"{path}: damaged checkpoint ({exc})", "Delete it to start the run anew.") from exc
    return state


def save_weights(path: Path, network: nn.Module) -> None:
    """Write a network's parameters and buffers as safetensors."""
    temporary = path.with_name(path.name + ".part")
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, temporary)
    temporary.replace(path)


def warm_start(network: nn.Module, source: Path) -> list[str]:
    """Copy the parameters that fit from a run folder's best weights, or from a safetensors file.

    Returns
    -------
    list of str
        Names of the parameters that start anew, because `source` has none of that name and shape.

    Raises
    ------
    ModelError
        If the file cannot be read, or nothing in it fits.
    """
    path = source / BEST if source.is_dir() else source
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{path}: cannot start from it ({exc})") from exc
    own = network.state_dict()
    fitting: dict[str, Tensor] = {
        name: tensor.to(own[name].dtype)
        for name, tensor in tensors.items()
        if name in own and own[name].shape == tensor.shape
    }
    if not fitting:
        raise ModelError(f"{path}: holds no parameter of this network")
    network.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]
