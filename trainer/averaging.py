"""The mean of several runs' weights, as one run: what runs from the same start found apart is often better together.

Wortsman et al. 2022 (model soups); Izmailov et al. 2018 (stochastic weight averaging).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from medsr_viewer.errors import InputError, ModelError
from medsr_viewer.whole_files import write_whole
from trainer.checkpoint import BEST, load_state
from trainer.lineage import LINEAGE, lineage_of
from trainer.run_log import LOG
from trainer.trained_images import IMAGES, trained_images

_SAME = ("architecture", "scale_factor", "options", "output")
_COUNTS = ("step", "epoch", "seconds")
_HELD = "module."
"""What torch's averaged model puts before the names of the network that it holds."""

Taken: TypeAlias = tuple[dict[str, Tensor], dict[str, Any]]
"""A run's weights, and what tells their step and seconds."""


def average_runs(runs: Sequence[Path], out: Path, *, last: bool = False) -> None:
    """Write the mean of the best weights of several runs into a new run folder, to be published or trained on.

    Parameters
    ----------
    runs : sequence of Path
        Two or more run folders of one network; the last one's recipe, log, and count of steps become the new folder's.
        Its figures do not: they are measured when the weights are published.
    out : Path
        New folder.
    last : bool, optional
        Whether the weights at a run's end count, not its best: what moved away from a good start may be worse alone
        and better in the mean. A run without a checkpoint, as a mean itself, has its best ones.

    Raises
    ------
    InputError
        If there are fewer than two runs, `out` is there already, or the networks differ.
    ModelError
        If a run's weights or recipe cannot be read.
    CannotWrite
        If the folder cannot be written.
    """
    if len(runs) < 2:
        raise InputError("an average is of two runs or more", "Name their folders.")
    if out.exists():
        raise InputError(f"{out}: there is something already", "Name a new folder.")
    recipes = [_read(run / "recipe.json") for run in runs]
    _check_alike(runs, recipes)
    taken = [(last and _last(run)) or _best(run) for run in runs]
    mean = _mean([weights for weights, _ in taken])
    newest, recipe, counts = runs[-1], recipes[-1], taken[-1][1]
    note = (
        f"Mean of the {'last' if last else 'best'} weights of {len(runs)} runs: {', '.join(run.name for run in runs)}."
    )
    recipe["differs"] = f"{recipe.get('differs', '')} {note}".strip()
    images = [trained_images(run) for run in runs]
    write_whole(out / BEST, save(mean))
    if all(images):
        write_whole(out / IMAGES, json.dumps(list(dict.fromkeys(chain.from_iterable(images))), indent=2))
    write_whole(out / LINEAGE, json.dumps(list(lineage_of(newest, recipe["network"])), indent=2))
    write_whole(out / LOG, (newest / LOG).read_bytes())
    write_whole(out / "best.json", json.dumps({name: counts[name] for name in _COUNTS if name in counts}, indent=2))
    write_whole(out / "recipe.json", json.dumps(recipe, indent=2))


def _check_alike(runs: Sequence[Path], recipes: Sequence[dict[str, Any]]) -> None:
    for run, recipe in zip(runs, recipes, strict=True):
        for key in _SAME:
            first, found = recipes[0]["network"].get(key), recipe["network"].get(key)
            if found != first:
                raise InputError(
                    f"{run}: network.{key} is {found!r}, of {runs[0]} {first!r}",
                    "Only runs of one network have a mean.",
                )


def _mean(weights: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {
        name: torch.stack([tensors[name].double() for tensors in weights]).mean(dim=0).to(first.dtype).contiguous()
        if first.is_floating_point()
        else first
        for name, first in weights[-1].items()
    }


def _best(run: Path) -> Taken:
    try:
        tensors: dict[str, Tensor] = load_file(run / BEST)
    except (OSError, SafetensorError) as exc:
        raise ModelError(f"{run / BEST}: cannot be read ({exc})", "Name a run that has validated once.") from exc
    return tensors, _read(run / "best.json")


def _last(run: Path) -> Taken | None:
    state = load_state(run)
    if state is None:
        return None
    held: dict[str, Tensor] = state["players"]["average"]
    return {name.removeprefix(_HELD): tensor for name, tensor in held.items() if name.startswith(_HELD)}, state


def _read(path: Path) -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ModelError(f"{path}: cannot be read ({exc})", "Name the folder of a run.") from exc
    return held
