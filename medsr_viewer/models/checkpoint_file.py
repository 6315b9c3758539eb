"""Read the tensors of a checkpoint that any program wrote, without running what it may hold."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from medsr_viewer.errors import ModelError

Tensors: TypeAlias = dict[str, Tensor]

WRAPPERS = ("params_ema", "params", "state_dict", "model_state_dict", "model", "generator", "netG")
"""Keys under which training programs keep a network's tensors; averaged ones first."""
PREFIXES = ("module.", "_orig_mod.", "model.")
"""What torch's wrappers (data parallel, compiled) and training frameworks put before every name."""


def read_tensors(path: Path) -> Tensors:
    """Return a network's tensors by name, float32 where they are of floating point.

    Parameters
    ----------
    path : Path
        A safetensors file, or one that ``torch.save`` wrote. The latter is read with ``weights_only=True``.

    Raises
    ------
    ModelError
        If the file cannot be read, would have to run code, or holds no tensors.
    """
    loaded = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    tensors = _without_prefix(_unwrapped(loaded, path))
    return {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


def _safetensors(path: Path) -> object:
    try:
        return load(path.read_bytes())
    except OSError as exc:
        raise ModelError(f"{path.name}: cannot be read ({exc.strerror})", "Choose another file.") from exc
    except SafetensorError as exc:
        raise ModelError(f"{path.name}: not a safetensors file ({exc})", "Choose another file.") from exc


def _pickled(path: Path) -> object:
    try:
        loaded: object = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as exc:
        raise ModelError(f"{path.name}: cannot be read ({exc.strerror or exc})", "Choose another file.") from exc
    except pickle.UnpicklingError as exc:
        raise ModelError(
            f"{path.name}: not a checkpoint, or one that holds program objects beside tensors, which are not run",
            "Save the network's state_dict() alone where the file comes from, best as safetensors.",
        ) from exc
    except (RuntimeError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError) as exc:
        # What torch raises for a damaged file depends on where the damage is.
        raise ModelError(f"{path.name}: damaged, or not a checkpoint ({exc})", "Choose another file.") from exc
    return loaded


def _unwrapped(loaded: object, path: Path) -> Tensors:
    if isinstance(loaded, Mapping):
        tensors = {name: value for name, value in loaded.items() if isinstance(value, Tensor)}
        if tensors:
            return tensors
        for key in WRAPPERS:
            if isinstance(loaded.get(key), Mapping):
                return _unwrapped(loaded[key], path)
    raise ModelError(f"{path.name}: holds no tensors by name", "Choose a file that holds a network's state_dict().")


def _without_prefix(tensors: Tensors) -> Tensors:
    for prefix in PREFIXES:
        # The first layouts of ESRGAN call their layers model.0, model.1 ...: no prefix.
        if all(name.startswith(prefix) and not name[len(prefix)].isdigit() for name in tensors):
            return _without_prefix({name.removeprefix(prefix): tensor for name, tensor in tensors.items()})
    return tensors
