"""Sample pictures of a run: what a few validation images become, beside their references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional as F

from medsr_viewer.whole_files import write_whole
from trainer.checkpoint import GOES_ON
from trainer.validation import Upscaled, centre

SIDE = 192
"""Of each panel: the middle of the image, unscaled, where its detail can be judged."""
CAPTIONS = ("degraded", "bicubic", "upscaled", "reference")
HEADER, GAP = 14, 4
Spread = TypeVar("Spread")


def spread(items: Sequence[Spread], count: int) -> list[Spread]:
    """Return `count` of the items, evenly spread, always the same ones."""
    count = min(count, len(items))
    return [items[index * len(items) // count] for index in range(count)]


def draw_samples(results: Iterable[Upscaled]) -> NDArray[np.uint8]:
    """Draw one row an image: degraded (its pixels enlarged), bicubic, upscaled, reference.

    Returns
    -------
    ndarray
        (H, W) uint8, with a line of captions at the top.
    """
    rows = [_row(result) for result in results]
    width = len(CAPTIONS) * (SIDE + GAP) - GAP
    sheet = Image.new("L", (width, HEADER + len(rows) * (SIDE + GAP)), 32)
    draw = ImageDraw.Draw(sheet)
    for column, caption in enumerate(CAPTIONS):
        draw.text((column * (SIDE + GAP) + 2, 1), caption, fill=235)
    for index, panels in enumerate(rows):
        for column, panel in enumerate(panels):
            sheet.paste(Image.fromarray(panel), (column * (SIDE + GAP), HEADER + index * (SIDE + GAP)))
    return np.asarray(sheet)


def write_samples(path: Path, sheet: NDArray[np.uint8]) -> None:
    """Write a drawn sheet as PNG.

    Raises
    ------
    CannotWrite
        If the disk is full, or the folder may not be written to.
    """
    write_whole(path, lambda file: Image.fromarray(sheet).save(file, "png"), advice=GOES_ON)


def _row(result: Upscaled) -> list[NDArray[np.uint8]]:
    enlarged = F.interpolate(result.degraded, size=result.reference.shape[-2:], mode="nearest")
    return [_panel(pixels) for pixels in (enlarged, result.base, result.picture, result.reference)]


def _panel(pixels: Tensor) -> NDArray[np.uint8]:
    cut = centre(pixels, SIDE)[0, 0].float().cpu().numpy()
    gray: NDArray[np.uint8] = np.rint(cut.clip(0, 1) * 255).astype(np.uint8)
    return gray
