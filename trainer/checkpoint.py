"""The state of a run on disk: written whole or not at all, read without pickle."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from medsr_viewer.errors import CannotWrite, ModelError
from medsr_viewer.whole_files import write_whole
from trainer.widening import widened

LAST = "last.pt"
BEST = "best.safetensors"
GOES_ON = (
    "What was there before stays. Make room or allow writing, and run the same command again: it goes on from the last "
    "checkpoint."
)
"""Advice where a file of a run cannot be written."""


def save_state(run: Path, state: dict[str, Any]) -> None:
    """Write everything that a resume needs to ``last.pt``.

    Raises
    ------
    CannotWrite
        If the disk is full, or the folder may not be written to; the checkpoint before stays as it was.
    """
    # Through memory: torch's own writer turns a full disk into a message about positions in a zip file.
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_whole(run / LAST, buffer.getbuffer(), advice=GOES_ON)


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
    """Write a network's parameters and buffers as safetensors.

    Raises
    ------
    CannotWrite
        As `save_state`.
    """
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    write_whole(path, save(tensors), advice=GOES_ON)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it.

    Raises
    ------
    CannotWrite
        If that is not possible.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise CannotWrite(f"{path}: {exc.strerror or exc}", "Name a folder that may be written to.") from exc


def warm_start(network: nn.Module, source: Path, *, widen: bool = False) -> list[str]:
    """Copy the parameters that fit from a run folder's best weights, or from a safetensors file.

    Parameters
    ----------
    network : nn.Module
        Takes them.
    source : Path
        Of the weights.
    widen : bool
        Whether those of a narrower network are widened (see `trainer.widening`).

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
        tensors: Mapping[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{path}: cannot start from it ({exc})", "Train that recipe first, or name its run.") from exc
    own = network.state_dict()
    if widen:
        tensors = widened(tensors, {name: tensor.shape for name, tensor in own.items()})
    fitting: dict[str, Tensor] = {
        name: tensor.to(own[name].dtype)
        for name, tensor in tensors.items()
        if name in own and own[name].shape == tensor.shape
    }
    if not fitting:
        raise ModelError(f"{path}: holds no parameter of this network")
    network.load_state_dict(fitting, strict=False)
    return [name for name in own if name not in fitting]
