"""Seams of tiles: lines on a regular grid along which an image steps, and the others of its case do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.audit.finding import LOOK_AT_IT, Finding, some

_LEAST_TILE = 32
_ODD, _MOST = 2.0, 6.0
"""Standard deviations by which a line sticks out at least, and at most: a single edge of a bone is no grid."""
_SURE = 9.0
"""Of the sum over a grid's lines, in standard deviations of such sums: several thousand grids are tried. On 60 sets of
eight upscalings of development images (x2, x4, no seams) the largest was 7.0; with tiles of 64 or 96 pixels, every
other one brighter by 4 of 255 levels, the median was 13, and 52 of 58 were above 9."""
_TOGETHER = 8  # pixels along a seam
_EDGE = 6.0  # displayed levels
_LEVELS = 0.05  # of 255: weaker steps are noise of the display
_BESIDE = 4  # lines on each side that a line is compared with, of the same place in their upscaled pixels

Profile = NDArray[np.float64]


def check_seams(shown: Mapping[str, FloatArray], scale_factor: int) -> Iterator[Finding]:
    """Find an image with seams.

    Lines are compared with those beside them, and with those of compressed input blocks (8 pixels): the grid of a
    method's own pixels, or of a JPEG input, is no seam.

    Parameters
    ----------
    shown : mapping
        By stimulus, those of one case: (H, W) float32 in displayed levels.
    scale_factor : int
        Of the survey; of several the least common multiple, at which the grids of all of them repeat.

    Notes
    -----
    Two tiles alone, with one seam between them, are not found: one line may be anatomy.
    """
    if len(shown) < 2:
        return
    odd = set()
    for name in shown:
        difference = _off_others(name, shown)
        heights = (sticking_out(_steps(difference, axis), scale_factor) for axis in (0, 1))
        if any(_has_grid(height) for height in heights if len(height) > 4 * _LEAST_TILE):
            odd.add(name)
    if odd:
        yield Finding(
            "tile seams",
            "it steps along lines on a regular grid, where the case's other images do not",
            f"stimuli: {some(odd)}",
            LOOK_AT_IT,
            "warning",
        )


def sticking_out(steps: Profile, scale_factor: int) -> Profile:
    """Return how far each line between pixels sticks out of those beside it.

    Parameters
    ----------
    steps : ndarray
        (n,): entry k stands for the line between pixels k and k + 1; how far the image's difference from the others of
        its case steps there, in displayed levels.
    scale_factor : int
        Of the survey.

    Returns
    -------
    ndarray
        (n,) in standard deviations.
    """
    height = np.log(steps + _LEVELS)
    beside = np.array([_moved(height, turn * scale_factor) for turn in range(-_BESIDE, _BESIDE + 1) if turn])
    known = ~np.isnan(beside).all(axis=0)  # of scales of a great common multiple a small image has few such lines
    usual = np.full(len(height), np.median(height))
    usual[known] = np.nanmedian(beside[:, known], axis=0)
    height = height - usual
    # Blocks of a JPEG input repeat every 8 of its pixels.
    blocks = np.fmax(_moved(height, 8 * scale_factor), _moved(height, -8 * scale_factor))
    spread = max(1.4826 * float(np.median(np.abs(height))), 0.02)
    return np.asarray((height - np.fmax(blocks, 0)) / spread)


def _has_grid(height: Profile) -> bool:
    """Whether lines that stick out are on a grid: tiles of a multiple of 16 pixels from any start, or equal parts."""
    limited = np.clip(height, -_MOST, _MOST)
    for parts in range(4, (len(height) + 1) // _LEAST_TILE + 1):
        cuts = np.round(np.arange(1, parts) * (len(height) + 1) / parts).astype(np.intp) - 1
        if _stick_out(limited[cuts], np.zeros(parts - 1, np.intp)):
            return True
    places = np.arange(len(height))
    return any(_stick_out(limited, places % tile) for tile in range(_LEAST_TILE, len(height) // 3 + 1, 16))


def _stick_out(height: Profile, start: NDArray[np.intp]) -> bool:
    """Whether the lines of any one start do."""
    count = np.bincount(start)
    surely = np.bincount(start, height) > _SURE * np.sqrt(count)
    mostly = np.bincount(start, height > _ODD) >= 0.75 * count
    return bool((surely & mostly & (count > 2)).any())


def _off_others(name: str, shown: Mapping[str, FloatArray]) -> FloatArray:
    """Return the image's difference from the others of its case: without the anatomy, that is."""
    others = [image for other, image in shown.items() if other != name]
    return np.asarray(shown[name] - np.median(others, axis=0), np.float32)


def _steps(image: FloatArray, axis: int) -> Profile:
    """Return the mean size of steps along an axis, each the mean of a few pixels of a line: texture cancels out.

    Great ones are limited: they are edges of bones, which methods differ at.
    """
    steps = np.diff(image, axis=axis)
    lines = steps if axis == 0 else steps.T
    parts = lines.shape[1] // _TOGETHER
    together = lines[:, : parts * _TOGETHER].reshape(len(lines), parts, _TOGETHER).mean(2, dtype=np.float64)
    return np.asarray(np.minimum(np.abs(together), _EDGE).mean(1))


def _moved(values: Profile, by: int) -> Profile:
    moved = np.full(len(values), np.nan)
    if abs(by) >= len(values):
        return moved
    if by > 0:
        moved[by:] = values[:-by]
    else:
        moved[:by] = values[-by:]
    return moved
