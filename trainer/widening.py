"""Wider networks that begin where a narrower one ended (Chen et al. 2016, Net2Net, section 2.2)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

LEAST, MOST = 0.5, 1.5
"""Copies of a channel share what it gave unevenly, in the ratio of numbers drawn between these: copies that shared it
alike would get one gradient, and stay copies."""


def widened(tensors: Mapping[str, Tensor], shapes: Mapping[str, torch.Size]) -> dict[str, Tensor]:
    """Return a network's parameters for a wider one of the same function.

    Channels that are too few are filled with copies of those that there are, and whatever reads them divides by the
    number of copies. Which ones are copied depends on the two numbers alone, so that tensors that are added or
    multiplied (skips, gates) agree; normalisation layers, whose statistics are copied, agree too.

    Parameters
    ----------
    tensors : mapping
        Names to parameters: (out, in, rows, columns) of convolutions, (out, in) of linear layers, (channels,).
    shapes : mapping
        Names to the wider network's shapes.

    Returns
    -------
    dict
        The parameters whose names both have and that can be widened: no side is smaller, and there are as many.
    """
    return {
        name: _widened(tensor, shapes[name])
        for name, tensor in tensors.items()
        if name in shapes and _is_wider(shapes[name], tensor.shape)
    }


def _is_wider(wide: torch.Size, narrow: torch.Size) -> bool:
    # Kernels keep their size.
    return (
        len(wide) == len(narrow) and wide[2:] == narrow[2:] and all(a >= b for a, b in zip(wide, narrow, strict=True))
    )


def _widened(tensor: Tensor, shape: torch.Size) -> Tensor:
    if not shape:
        return tensor
    wide = tensor[_sources(tensor.shape[0], shape[0])[0]]
    if len(shape) == 1:
        return wide
    sources, shares = _sources(tensor.shape[1], shape[1])
    return wide[:, sources] * shares.to(tensor.dtype).view(1, -1, *[1] * (len(shape) - 2))


def _sources(narrow: int, wide: int) -> tuple[Tensor, Tensor]:
    """Return which channel each channel is a copy of, and its share of what that one gave."""
    rng = np.random.default_rng((narrow, wide))
    sources = np.concatenate([np.arange(narrow), rng.integers(narrow, size=wide - narrow)])
    shares = rng.uniform(LEAST, MOST, wide)
    shares /= np.bincount(sources, shares)[sources]
    return torch.from_numpy(sources), torch.from_numpy(shares)
