"""Training and validation images: folders of PNG files, and the patches drawn from them.

A data folder holds ``train/*.png`` and ``val/*.png`` and may hold ``manifest.csv`` with the columns ``file``,
``source`` and ``modality``. Nothing here imports pydicom, Qt or the settings: training runs on bare machines.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from medsr_viewer.errors import NothingToOpen, UnreadableFile
from trainer.recipe import DataRecipe

MARGIN = 4
"""Degraded pixels around a patch, cut off after resampling: two for each kernel's reach, so that no border shows."""


BLACK, WHITE = (-0.03, 0.17), (0.62, 1.05)
"""Where a stretch puts 0 and 1: the percentiles that degraded validation images have, and some more."""


@dataclass(frozen=True, eq=False)
class TrainingImage:
    """One image.

    Attributes
    ----------
    pixels : ndarray
        (H, W) float32. 0 and 1 are 0 and 255 for 8-bit files, the 0.1 and 99.9 percentiles for 16-bit ones; not
        clipped.
    path, source, modality : str
        From the file and its row of the manifest.
    folder : str
        Name of the data folder.
    """

    pixels: NDArray[np.float32]
    path: str
    folder: str
    source: str
    modality: str


@dataclass(frozen=True)
class Batch:
    """Patches of one step, (N, 1, h, w) float32: `degraded`, its bicubic upscaling `base`, and `reference`."""

    degraded: Tensor
    base: Tensor
    reference: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(patches.to(device) for patches in (self.degraded, self.base, self.reference)))


def load_images(folders: Sequence[Path], split: str) -> list[TrainingImage]:
    """Read every PNG file of a split.

    Parameters
    ----------
    folders : sequence of Path
        Data folders.
    split : {"train", "val"}
        Subfolder.

    Raises
    ------
    NothingToOpen
        If there is no image.
    UnreadableFile
        If a file is not a gray 8-bit or 16-bit PNG.
    """
    images = [
        _load(path, folder, rows.get(f"{split}/{path.name}", {}))
        for folder in folders
        for rows in [_manifest(folder)]
        for path in sorted((folder / split).glob("*.png"))
    ]
    if not images:
        raise NothingToOpen(f"no PNG file in {', '.join(str(f / split) for f in folders)}")
    return images


def bicubic(pixels: Tensor, scale: float) -> Tensor:
    """Resample (N, C, H, W) by bicubic interpolation, a = -0.5, antialiased when it shrinks: what Pillow computes."""
    return F.interpolate(pixels, scale_factor=scale, mode="bicubic", antialias=True, align_corners=False)


class PatchSampler:
    """Draws the batch of a step; the same seed and step always draw the same batch, so a run resumes exactly."""

    def __init__(self, images: Sequence[TrainingImage], recipe: DataRecipe, scale_factor: int, seed: int) -> None:
        self.images = images
        self.recipe = recipe
        self.scale_factor = scale_factor
        self.seed = seed
        self._weights = _sampling_weights(images, recipe)

    def batch(self, step: int) -> Batch:
        """Return the patches of a step."""
        rng = np.random.default_rng((self.seed, step))
        chosen = rng.choice(len(self.images), self.recipe.batch, p=self._weights)
        patches = np.stack([self._patch(self.images[index], rng) for index in chosen])
        reference = torch.from_numpy(patches)[:, None]
        degraded = bicubic(reference, 1 / self.scale_factor)
        base = bicubic(degraded, self.scale_factor)
        outer = MARGIN * self.scale_factor
        return Batch(
            degraded[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous(),
            base[..., outer:-outer, outer:-outer].contiguous(),
            reference[..., outer:-outer, outer:-outer].contiguous(),
        )

    def _patch(self, image: TrainingImage, rng: np.random.Generator) -> NDArray[np.float32]:
        side = (self.recipe.patch + 2 * MARGIN) * self.scale_factor
        pixels = image.pixels
        if min(pixels.shape) < side:
            # A small image: mirrored, rather than left out.
            pixels = np.pad(pixels, [(0, max(0, side - length)) for length in pixels.shape], mode="symmetric")
        row, column = (int(rng.integers(length - side + 1)) for length in pixels.shape)
        patch = pixels[row : row + side, column : column + side]
        patch = self._intensity(patch, image, rng)
        patch = np.rot90(patch, int(rng.integers(4)))
        return np.ascontiguousarray(patch[:, ::-1] if rng.random() < 0.5 else patch, dtype=np.float32)

    def _intensity(
        self, patch: NDArray[np.float32], image: TrainingImage, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        if image.modality == "CT" and rng.random() < self.recipe.ct_window_share:
            patch = _random_window(patch, rng)
        elif rng.random() < self.recipe.stretch_share:
            black, white = rng.uniform(*BLACK), rng.uniform(*WHITE)
            patch = (patch - np.float32(black)) / np.float32(white - black)
        if rng.random() < self.recipe.invert_share:
            patch = 1 - patch
        return patch


def _random_window(patch: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    # A window over a twelfth to the whole of the image's range (soft tissue in a body CT is about a sixth), placed on
    # what the patch shows.
    width = float(np.exp(rng.uniform(np.log(0.08), np.log(1.0))))
    center = float(rng.choice(patch.ravel())) + width * rng.uniform(-0.4, 0.4)
    windowed: NDArray[np.float32] = np.clip((patch - center) / width + 0.5, 0, 1)
    return windowed


def _sampling_weights(images: Sequence[TrainingImage], recipe: DataRecipe) -> NDArray[np.float64]:
    per_source = Counter((image.folder, image.source) for image in images)
    weights = np.array([per_source[image.folder, image.source] ** (recipe.source_balance - 1) for image in images])
    for folder in {image.folder for image in images}:
        members = np.array([image.folder == folder for image in images])
        weights[members] *= recipe.folder_weights.get(folder, 1.0) / weights[members].sum()
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _load(path: Path, folder: Path, row: dict[str, str]) -> TrainingImage:
    stored = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if stored is None or stored.ndim != 2 or stored.dtype not in (np.uint8, np.uint16):
        raise UnreadableFile(path, "not a gray PNG of 8 or 16 bits")
    return TrainingImage(
        _unit_range(stored), str(path), folder.name, row.get("source", folder.name), row.get("modality", "")
    )


def _unit_range(stored: NDArray[Any]) -> NDArray[np.float32]:
    low, high = (0.0, 255.0) if stored.dtype == np.uint8 else np.percentile(stored, (0.1, 99.9))
    unit: NDArray[np.float32] = (stored.astype(np.float32) - np.float32(low)) / np.float32(max(high - low, 1.0))
    return unit


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / "manifest.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row.get("file", ""): row for row in csv.DictReader(file)}
