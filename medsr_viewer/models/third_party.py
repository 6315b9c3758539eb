"""Recognise a checkpoint of another program by its parameters' names and shapes, and turn it into a network of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import Option, build_network
from medsr_viewer.models.cards import Output
from medsr_viewer.models.checkpoint_file import Tensors, read_tensors
from medsr_viewer.models.descriptions import describe
from medsr_viewer.models.folding import FOLDED_ARCHITECTURES, fold_for_inference
from medsr_viewer.models.layouts import LAYOUTS, Layout

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Of red, green and blue: what EDSR's programs take off their input, and BasicSR does not store."""
NAMES_SHOWN = 3


@dataclass(frozen=True, eq=False)
class ThirdPartyNetwork:
    """A network of ours with the weights of a checkpoint, for images on [0, 1].

    Parameters
    ----------
    title : str
        What was recognised.
    architecture, options
        What `build_network` builds it of.
    scale_factor : int
        Of the weights, or the one that was asked for where they serve several.
    output : {"residual", "image", "tanh"}
        What it returns.
    network : nn.Module
        In evaluation mode.
    """

    title: str
    architecture: str
    options: Mapping[str, Option]
    scale_factor: int
    output: Output
    network: nn.Module


def read_third_party(path: Path, scale_factor: int | None = None) -> ThirdPartyNetwork:
    """Read a checkpoint of another program.

    Parameters
    ----------
    path : Path
        safetensors, or what ``torch.save`` wrote.
    scale_factor : int, optional
        For the networks whose weights do not tell it.

    Raises
    ------
    ModelError
        If it cannot be read, or is of no network that we have: what was seen, and what is known.
    """
    try:
        return recognise(read_tensors(path), scale_factor)
    except ValueError as exc:
        raise ModelError(f"{path.name}: {exc}", f"Known are {_known()}.") from exc


def recognise(tensors: Tensors, scale_factor: int | None = None) -> ThirdPartyNetwork:
    """Return the network that some tensors, by another program's names, are the parameters of.

    Raises
    ------
    ValueError
        If there is none.
    """
    for layout in LAYOUTS:
        if layout.matches(tensors):
            try:
                return _converted(layout, tensors, scale_factor)
            except (ModelError, ValueError, KeyError, IndexError) as exc:
                reason = f"parameter {exc} is missing" if isinstance(exc, KeyError) else str(exc)
                raise ValueError(f"looks like {layout.title}, but {reason}") from exc
    if "conv_first.weight" in tensors and "upconv1.weight" in tensors:
        raise ValueError("MSRResNet of BasicSR: an SRResNet of other layers, which we do not have")
    shown = ", ".join(list(tensors)[:NAMES_SHOWN])
    raise ValueError(f"no network that we have: it holds {len(tensors)} parameters named {shown} ...")


def _converted(layout: Layout, tensors: Tensors, asked: int | None) -> ThirdPartyNetwork:
    ours = layout.renamed(tensors)
    found, options = describe(layout.architecture, ours)
    if found and asked and asked != found:
        raise ValueError(f"its weights upscale by {found}, not by {asked}")
    scale_factor = found or asked
    if scale_factor is None:
        raise ValueError("its weights do not tell the scale factor: say which it was trained for, as --scale 4")
    if layout.architecture == "edsr":
        _centre(ours, layout.value_range)
    elif layout.value_range != 1:
        _absorb_range(ours, layout.value_range, "head", "tail.0")
    network = build_network(layout.architecture, scale_factor, options)
    _load(network, ours)
    return ThirdPartyNetwork(
        title=layout.title,
        architecture=FOLDED_ARCHITECTURES.get(layout.architecture, layout.architecture),
        options=options,
        scale_factor=scale_factor,
        output=layout.output,
        network=fold_for_inference(network.eval()),
    )


def _load(network: nn.Module, tensors: Tensors) -> None:
    own = network.state_dict()
    # Checkpoints of old torch versions lack the count of batches, which evaluation does not use.
    counts = {name: tensor for name, tensor in own.items() if name.endswith("num_batches_tracked")}
    tensors = counts | tensors
    for names, problem in ((own.keys() - tensors.keys(), "lacks"), (tensors.keys() - own.keys(), "has in addition")):
        if names:
            raise ValueError(f"it {problem} {', '.join(sorted(names)[:NAMES_SHOWN])} (by our names)")
    for name, tensor in own.items():
        if tensor.shape != tensors[name].shape:
            raise ValueError(f"{name} (by our name) is {tuple(tensors[name].shape)}, not {tuple(tensor.shape)}")
    network.load_state_dict(tensors)


def _absorb_range(tensors: Tensors, value_range: float, first: str, last: str) -> None:
    """Let a network that was made for images on [0, `value_range`] take and return them on [0, 1].

    Exact: the first convolution sees ``value_range`` times its input, borders of zeros included.
    """
    tensors[f"{first}.weight"] = tensors[f"{first}.weight"] * value_range
    for part in ("weight", "bias"):
        tensors[f"{last}.{part}"] = tensors[f"{last}.{part}"] / value_range


def _centre(tensors: Tensors, value_range: float) -> None:
    """Store the mean that EDSR takes off, on [0, 1], and absorb the range."""
    if "mean" in tensors:
        stored = -tensors["mean"]  # the bias of a convolution: minus the mean, on the program's range
        value_range = 255.0 if float(stored.abs().max()) > 1 else 1.0
        mean = stored / value_range
    else:
        mean = torch.tensor(DIV2K_MEAN)
    tensors["mean"] = mean.reshape(1, -1, 1, 1)
    _absorb_range(tensors, value_range, "head", "tail")


def _known() -> str:
    return "; ".join(layout.title for layout in LAYOUTS)
