"""Make a checkpoint of another program a model of ours: weights and model card."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import as_upscaling, parameter_count
from medsr_viewer.models.cards import ModelCard, write_card
from medsr_viewer.models.layers import bicubic
from medsr_viewer.models.output import residual_of_gray
from medsr_viewer.models.third_party import ThirdPartyNetwork, read_third_party
from medsr_viewer.whole_files import write_whole

SHARPENED = ("rrdb", "srresnet", "swift-srgan")
"""Architectures whose public weights were trained adversarially, unless the user says otherwise."""
LARGEST_DRIFT = 0.1
"""Root mean square, on [0, 1], of what a network changes in a smooth picture. Trained networks stay below 0.02."""


def import_checkpoint(
    path: Path, name: str, folder: Path, scale_factor: int | None = None, kind: Literal["psnr", "gan"] | None = None
) -> ModelCard:
    """Write the weights of another program's checkpoint, and their card, into a model folder.

    Parameters
    ----------
    path : Path
        See `read_third_party`.
    name : str
        Method name, without the scale.
    folder : Path
        Made where it is missing.
    scale_factor : int, optional
        For the networks whose weights do not tell it.
    kind : {"psnr", "gan"}, optional
        What it was trained for; by its architecture where it is left out.

    Raises
    ------
    ModelError
        If it cannot be read, is of no network that we have, or makes no picture of what it sees.
    CannotWrite
        If the folder cannot be written to.
    """
    imported = read_third_party(path, scale_factor)
    weights = save({key: tensor.contiguous() for key, tensor in imported.network.state_dict().items()})
    card = ModelCard(
        name=name,
        kind=kind or ("gan" if imported.architecture in SHARPENED else "psnr"),
        architecture=imported.architecture,
        options=imported.options,
        scale_factor=imported.scale_factor,
        parameters=parameter_count(imported.network),
        halo=as_upscaling(imported.network).halo,
        sha256=hashlib.sha256(weights).hexdigest(),
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        training={"imported": path.name, "note": _note(imported)},
        attribution=("not known to this program: see where the file comes from, for its licence too",),
        modalities=(),
        degradation="not known: imported",
        precision="float32",
        figures={},
        path=folder / f"{name}-x{imported.scale_factor}.safetensors",
        output=imported.output,
    )
    _require_a_picture(imported, card, path)
    write_whole(card.path, weights)
    write_card(card)
    return card


def _note(imported: ThirdPartyNetwork) -> str:
    note = f"recognised as {imported.title}"
    if imported.options["channels"] != 1:
        note += "; it sees a gray image in every channel, and the luma of its result counts"
    return note


def _require_a_picture(imported: ThirdPartyNetwork, card: ModelCard, path: Path) -> None:
    """Refuse a network that changes a smooth picture: untrained weights, or some that were made for another range."""
    coarse = torch.linspace(0.1, 0.9, 16).reshape(1, 1, 4, 4)
    with torch.inference_mode():
        residual = residual_of_gray(imported.network, bicubic(coarse, 8), card)
    drift = float(bicubic(residual, 1 / card.scale_factor).square().mean().sqrt())
    if not drift <= LARGEST_DRIFT:
        raise ModelError(
            f"{path.name}: recognised as {imported.title}, but its result is no picture of what it sees "
            f"(off by {drift:.0%} of the range)",
            "The weights may be untrained, damaged, or made for images on another range of values.",
        )
