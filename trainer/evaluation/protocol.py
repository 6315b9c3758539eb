"""How an image is compared: as the viewer does it, or as the literature on natural images does (Set5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import NothingToOpen, UnreadableFile, UnusableImage
from medsr_viewer.imaging.resample import FloatArray
from trainer.images import SUFFIXES, Report, TrainingImage, check_names_differ, data_name, warn
from trainer.tolerance import LEFT_OUT

LUMA_WEIGHTS = (65.481, 128.553, 24.966)
LUMA_OFFSET = 16
"""ITU-R BT.601, studio range: luma of 8-bit RGB from 16 to 235, as MATLAB's ``rgb2ycbcr`` and the tables have it."""


@dataclass(frozen=True)
class Protocol:
    """What is done to images before they are scored.

    Attributes
    ----------
    border : int
        Pixels of the reference cut off at each side before scoring.
    rounds : bool
        Whether the degraded and the upscaled image are rounded and clipped to 8 bits, as if saved as PNG between.
    """

    border: int = 0
    rounds: bool = False

    @classmethod
    def set5(cls, scale_factor: int) -> Protocol:
        """Return what the tables for Set5, Set14 and BSD100 use: a border of scale pixels, 8-bit images."""
        return cls(border=scale_factor, rounds=True)

    def describe(self) -> str:
        """Return it in words."""
        if not self.rounds:
            return "whole image, clipped to [0, 1]; results are neither rounded nor clipped"
        return (
            f"Set5 protocol: BT.601 luma (16 to 235 of 255), {self.border} pixels cropped at each border; luma, "
            "degraded and upscaled image rounded to 8 bits and clipped; data range 255, written as [0, 1]"
        )

    def stored(self, pixels: FloatArray) -> FloatArray:
        """Return an image on [0, 1] as the protocol hands it on: rounded, or as it is."""
        return (np.rint(pixels.clip(0, 1) * 255) / 255).astype(np.float32) if self.rounds else pixels

    def inner(self, pixels: FloatArray) -> FloatArray:
        """Return what is scored of an image.

        Raises
        ------
        UnusableImage
            If nothing is left within the border.
        """
        if min(pixels.shape) <= 2 * self.border:
            rows, columns = pixels.shape
            raise UnusableImage(f"{rows} x {columns} pixels leave nothing within a border of {self.border}")
        return np.ascontiguousarray(
            pixels[self.border or None : -self.border or None, self.border or None : -self.border or None]
        )


def load_luma(places: Sequence[Path], split: str, report: Report = warn) -> list[TrainingImage]:
    """Read images as the Set5 protocol does: 8-bit luma of colour, gray as it is.

    Parameters
    ----------
    places : sequence of Path
        Folders; the images are in the split's subfolder, or where there is none in the folder itself.
    split : str
        Of the subfolder.
    report : callable
        Takes a line about a file that was left out.

    Raises
    ------
    InputError
        If two folders have one name.
    NothingToOpen
        If there is no image.
    """
    check_names_differ(places)
    images = []
    for place in places:
        folder = place / split if (place / split).is_dir() else place
        for path in sorted(folder.glob("*")):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                try:
                    images.append(TrainingImage(_luma(path), str(path), data_name(place), data_name(place), "", 0, 255))
                except UnreadableFile as exc:
                    report(f"{LEFT_OUT}{exc}")
    if not images:
        raise NothingToOpen(f"no image in {', '.join(map(str, places))}", "Name folders with 8-bit PNG or TIFF files.")
    return images


def _luma(path: Path) -> NDArray[np.uint8]:
    try:
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    except (OSError, cv2.error) as exc:
        raise UnreadableFile(path, getattr(exc, "strerror", None) or "it is empty or damaged") from exc
    if pixels is None or pixels.dtype != np.uint8:
        raise UnreadableFile(path, "it is damaged, or not an image of 8 bits", "The Set5 protocol is for 8-bit images.")
    if pixels.ndim == 2 or pixels.shape[2] < 3:
        return np.ascontiguousarray(pixels if pixels.ndim == 2 else pixels[..., 0])
    luma = LUMA_OFFSET + pixels[..., 2::-1].astype(np.float64) @ np.array(LUMA_WEIGHTS) / 255
    rounded: NDArray[np.uint8] = np.rint(luma).astype(np.uint8)
    return rounded
