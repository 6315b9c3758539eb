"""Which weights a run began with, and what those descend from: so that a model card can name its family.

Weights are told by the hash that they have when they are published, folded and rounded. It is taken when the run
begins: the run that it began with may go on afterwards.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.cards import read_card
from medsr_viewer.models.folding import fold_for_inference
from medsr_viewer.whole_files import write_whole
from trainer.checkpoint import BEST, GOES_ON

LINEAGE = "lineage.json"

Ancestor = dict[str, str]
"""``name`` and ``sha256``."""


def record_lineage(run: Path, network: dict[str, Any]) -> None:
    """Write what a run descends from into its folder.

    Parameters
    ----------
    run : Path
        Its folder.
    network : dict
        The recipe's ``network``.

    Raises
    ------
    ModelError
        If the weights that it begins with cannot be read.
    CannotWrite
        If the file cannot be written.
    """
    write_whole(run / LINEAGE, json.dumps(_trace(network), indent=2), advice=GOES_ON)


def lineage_of(run: Path, network: dict[str, Any]) -> tuple[Ancestor, ...]:
    """Return what a run descends from, nearest first: as it was recorded, else as it is found now.

    Only weights of the same network count: where parameters began anew, another family begins.

    Raises
    ------
    ModelError
        If the weights that it began with cannot be read.
    """
    recorded = run / LINEAGE
    if recorded.is_file():
        ancestors: list[Ancestor] = json.loads(recorded.read_text(encoding="utf-8"))
        return tuple(ancestors)
    return _trace(network)


def published_weights(module: nn.Module) -> bytes:
    """Return the content of a weights file: float16, of a network that is folded already."""
    content: bytes = save({key: _rounded(tensor) for key, tensor in module.state_dict().items()})
    return content


def _trace(network: dict[str, Any]) -> tuple[Ancestor, ...]:
    if not network.get("warm_start"):
        return ()
    source = Path(network["warm_start"])
    weights = source / BEST if source.is_dir() else source
    if not weights.exists():  # an older run, which recorded nothing, and what it began with is gone
        return ()
    try:
        tensors = load_file(weights)
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{weights}: cannot be read ({exc})", "The run began with these weights.") from exc
    module = build_network(network["architecture"], network["scale_factor"], network["options"])
    own = {name: tensor.shape for name, tensor in module.state_dict().items()}
    if own != {name: tensor.shape for name, tensor in tensors.items()}:
        return ()
    if not source.is_dir():
        return _trace_file(source)
    module.load_state_dict(tensors)
    sha256 = hashlib.sha256(published_weights(fold_for_inference(module.eval()))).hexdigest()
    recipe = source / "recipe.json"
    if not recipe.is_file():
        return ({"name": source.name, "sha256": sha256},)
    values: dict[str, Any] = json.loads(recipe.read_text(encoding="utf-8"))
    return {"name": str(values["name"]), "sha256": sha256}, *lineage_of(source, values["network"])


def _trace_file(path: Path) -> tuple[Ancestor, ...]:
    """Return a weights file and, where a card lies beside it, what that says it descends from."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        card = read_card(path.with_suffix(".json"))
    except ModelError:  # weights without a card
        return ({"name": path.stem, "sha256": sha256},)
    return {"name": card.name, "sha256": sha256}, *(dict(ancestor) for ancestor in card.ancestors)


def _rounded(tensor: Tensor) -> Tensor:
    return (tensor.to(torch.float16) if tensor.is_floating_point() else tensor).contiguous()
