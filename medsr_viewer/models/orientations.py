"""Geometric self-ensemble: the mean of what a network makes of an image turned and flipped."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def over_orientations(upscale: Callable[[Tensor], Tensor], degraded: Tensor, orientations: int) -> Tensor:
    """Return the mean, over the orientations of an image, of what `upscale` makes of it, turned back.

    A network's errors differ from one orientation to the next and partly cancel (Lim et al. 2017, EDSR, section 3.4).
    It costs as many times the time.

    Parameters
    ----------
    upscale : callable
        Takes (N, C, h, w) and returns (N, C, h * scale, w * scale).
    degraded : Tensor
        (N, C, h, w).
    orientations : int
        1 or 8.

    Returns
    -------
    Tensor
        (N, C, h * scale, w * scale), float32 where there are several.
    """
    if orientations == 1:
        return upscale(degraded)
    results = (_oriented(upscale, degraded, turns, mirrored) for turns in range(4) for mirrored in (False, True))
    total = next(results)
    for result in results:
        total += result
    return total / orientations


def _oriented(upscale: Callable[[Tensor], Tensor], degraded: Tensor, turns: int, mirrored: bool) -> Tensor:
    turned = degraded.rot90(turns, (-2, -1))
    seen = turned.flip(-1) if mirrored else turned
    result = upscale(seen.contiguous(memory_format=torch.channels_last)).float()
    return (result.flip(-1) if mirrored else result).rot90(-turns, (-2, -1))
