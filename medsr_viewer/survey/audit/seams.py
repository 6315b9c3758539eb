"""Seams of tiles: lines on a regular grid along which an image steps, and the others of its case do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding

_LEAST_TILE = 32
_ODD = 4.0
"""Standard deviations above its neighbours from which on a line may be a seam."""
_CHANCE = 1e-6
_LEVELS = 0.25  # of 255: weaker differences are noise of the display
_PERIODS = (1, 2, 3, 4, 6, 8)  # grids of upscaled pixels; each is also compared with

Mask = NDArray[np.bool_]


def check_seams(shown: Mapping[str, FloatArray], scale_factor: int) -> Iterator[Finding]:
    """Find an image with seams.

    Lines are compared with those a few pixels beside them and with those of compressed input blocks (8 pixels): the
    grid of a method's own pixels, or of a JPEG input, is no seam.

    Parameters
    ----------
    shown : mapping
        By stimulus, those of one case: (H, W) float32 in displayed levels.
    scale_factor : int
        Of the survey.

    Notes
    -----
    Two tiles alone, with one seam between them, are not found: one line may be anatomy.
    """
    odd = []
    for name in shown:
        grids = [_has_grid(odd_lines(name, shown, axis, scale_factor)) for axis in (0, 1)]
        if any(grids):
            odd.append(name)
    if odd:
        yield Finding(
            "tile seams",
            "it steps along lines on a regular grid, where the case's other images do not",
            f"stimuli: {', '.join(sorted(name[:8] for name in odd))}",
            f"Compute this method with a larger halo, or in one piece. {SET_UP_AGAIN}",
        )


def odd_lines(name: str, shown: Mapping[str, FloatArray], axis: int, scale_factor: int) -> Mask:
    """Return which lines between pixels along an axis stick out of their neighbours, against the case's other images.

    Returns
    -------
    ndarray
        (n,) bool: entry k stands for the line between pixels k and k + 1.
    """
    own = _steps(shown[name], axis)
    mates = [_steps(image, axis) for other, image in shown.items() if other != name]
    if not mates or len(own) < 2 * _LEAST_TILE:
        return np.zeros(len(own), bool)
    ratio = np.log((own + _LEVELS) / (np.median(mates, axis=0) + _LEVELS))
    ratio -= ndimage.median_filter(ratio, 17, mode="nearest")
    spread = max(1.4826 * float(np.median(np.abs(ratio))), 0.02)
    beside = np.full(len(ratio), -np.inf)
    for period in {*_PERIODS, scale_factor, 8 * scale_factor}:
        for moved in (-period, period):
            np.maximum(beside, _moved(ratio, moved), out=beside)
    return np.asarray((ratio - beside) / spread > _ODD)


def _has_grid(odd: Mask) -> bool:
    """Whether odd lines lie on a grid: tiles of a multiple of 16 pixels from any start, or of equal parts."""
    length = len(odd)
    grids = list(chain(_equal_parts(length + 1), _multiples(length)))
    if not odd.any() or not grids:
        return False
    for cuts in grids:
        hits = int(odd[cuts].sum())
        if hits < 3 or hits < 0.75 * len(cuts):
            continue
        elsewhere = max((int(odd.sum()) - hits) / length, 1 / length)
        if stats.binom.sf(hits - 1, len(cuts), elsewhere) * len(grids) < _CHANCE * 100:
            return True
    return False


def _equal_parts(pixels: int) -> Iterator[NDArray[np.intp]]:
    for parts in range(4, pixels // _LEAST_TILE + 1):
        yield np.round(np.arange(1, parts) * pixels / parts).astype(np.intp) - 1


def _multiples(length: int) -> Iterator[NDArray[np.intp]]:
    for tile in range(_LEAST_TILE, length // 3 + 1, 16):
        for start in range(tile):
            yield np.arange(start, length, tile)


def _steps(image: FloatArray, axis: int) -> NDArray[np.float64]:
    return np.asarray(np.abs(np.diff(image, axis=axis)).mean(1 - axis, dtype=np.float64))


def _moved(values: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    moved = np.full(len(values), -np.inf)
    if abs(by) >= len(values):
        return moved
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved
