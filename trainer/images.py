"""Training and validation images: what the data folders and manifests hold, read into memory as they are stored.

A data folder holds ``train/`` and ``val/`` with PNG, TIFF or JPEG files, and may hold ``manifest.csv``. In place of a
folder, a manifest alone can be named: a CSV file with the columns ``file`` (relative to it) and ``split``. Other
columns that are read, all optional: ``source``, ``modality``, and ``black`` and ``white``, the stored values of 0, 1.
Nothing here imports pydicom, Qt or the settings: training runs on bare machines.
"""

from __future__ import annotations

import csv
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import InputError, NothingToOpen, UnreadableFile
from trainer.damage import is_damaged
from trainer.tolerance import Unreadable
from trainer.unprepared import check_place, expected

SUFFIXES = (".png", ".tif", ".tiff", ".jpg", ".jpeg")
MANIFEST = "manifest.csv"
MEMORY_BYTES = 4 << 30
"""What the images may take together; those beyond it are read again at every draw."""
SMALLEST_DEGRADED = 8
"""Pixels of a degraded validation image that its scores need at least."""

Report = Callable[[str], None]


def warn(line: str) -> None:
    """Report a line to the log; what is used where no other report is given."""
    logging.getLogger("trainer").warning(line)


def unheard(_: str) -> None:
    """Drop a line: a report for where another one already told it."""


@dataclass(frozen=True, eq=False)
class TrainingImage:
    """One image. Its float pixels are made from the stored ones where they are asked for, patch by patch.

    Attributes
    ----------
    stored : ndarray or None
        (H, W) uint8, uint16 or float32. None: read from the file at every draw.
    path, folder, source, modality : str
        The file, the name of its data folder, and what its row of the manifest says.
    black, span : float
        Stored value of 0, and stored values between 0 and 1: 0 and 255 for 8-bit files; for others the 0.1 percentile
        and the way to the 99.9, or the manifest's. Nothing is clipped.
    shape : (int, int)
        Rows and columns; taken from `stored` where that is given.
    size : tuple of int
        (rows, columns) that the file is resized to when it is read; empty: as it is.
    """

    stored: NDArray[Any] | None
    path: str
    folder: str
    source: str
    modality: str
    black: float = 0.0
    span: float = 1.0
    shape: tuple[int, int] = (0, 0)
    size: tuple[int, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if self.stored is not None:
            object.__setattr__(self, "shape", self.stored.shape)

    @property
    def pixels(self) -> NDArray[np.float32]:
        """(H, W) float32; computed at each call."""
        return self.crop(0, 0, *self.shape)

    def crop(self, row: int, column: int, rows: int, columns: int) -> NDArray[np.float32]:
        """Return a part of the image, mirrored beyond its bottom and right border.

        Parameters
        ----------
        row, column : int
            Its first pixel, inside the image.
        rows, columns : int
            Its size.

        Returns
        -------
        ndarray
            (rows, columns) float32.

        Raises
        ------
        UnreadableFile
            If the file is read again, and cannot be any more.
        """
        stored = self._read_again() if self.stored is None else self.stored
        cut = stored[row : row + rows, column : column + columns]
        if cut.shape != (rows, columns):
            beyond = (row + rows - stored.shape[0], column + columns - stored.shape[1])
            cut = np.pad(stored, [(0, max(0, more)) for more in beyond], mode="symmetric")[
                row : row + rows, column : column + columns
            ]
        unit: NDArray[np.float32] = (cut.astype(np.float32) - np.float32(self.black)) / np.float32(self.span)
        return unit

    def _read_again(self) -> NDArray[Any]:
        stored = read_gray(Path(self.path), self.size)
        if stored.shape != self.shape:
            raise UnreadableFile(self.path, "it is no longer the image that it was at the start")
        return stored


def load_images(
    data: Sequence[Path],
    split: str,
    *,
    resize: Sequence[int] = (),
    report: Report = warn,
    memory_bytes: int = MEMORY_BYTES,
) -> list[TrainingImage]:
    """Read the images of a split, in the order of their names.

    Parameters
    ----------
    data : sequence of Path
        Data folders and manifests.
    split : {"train", "val", "test"}
        Subfolder, or value of a manifest's column.
    resize : sequence of int
        (rows, columns) that every image is resized to; empty: as they are.
    report : callable
        Takes a line about what was left out.
    memory_bytes : int
        What the images may take together.

    Raises
    ------
    InputError
        If two of the places have one name.
    NothingToOpen
        If there is no image, or one of the places is not there or no data folder yet.
    UnreadableFile
        If more than 1 % of a data folder's images cannot be read, and more than one; of fewer than ten images, any. The
        message names them.
    """
    check_names_differ(data)
    for place in data:
        check_place(Path(place), split)
    entries = [entry for place in data for entry in _entries(Path(place), split)]
    if not entries:
        raise NothingToOpen(f"no image for {split!r} in {', '.join(map(str, data))}", expected(split))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        budget = _Budget(memory_bytes)
        found = list(pool.map(lambda entry: _load(entry, tuple(resize), budget), entries))
    unreadable = Unreadable((entry.folder for entry in entries), split, report)
    unreadable.leave_out(
        [(entry.folder, exc) for entry, exc in zip(entries, found, strict=True) if isinstance(exc, UnreadableFile)]
    )
    images = [image for image in found if isinstance(image, TrainingImage)]
    beyond = sum(image.stored is None for image in images)
    if beyond:
        report(f"{beyond} of {len(images)} images are beyond {memory_bytes / 2**30:.1f} GiB: read again at every draw")
    return images


def large_enough(images: Iterable[TrainingImage], scale_factor: int, report: Report = warn) -> list[TrainingImage]:
    """Return the images that have at least 8 x 8 pixels when they are degraded; report the others by name.

    Raises
    ------
    NothingToOpen
        If none has.
    """
    least = SMALLEST_DEGRADED * scale_factor
    kept = []
    for image in images:
        if min(image.shape) < least:
            rows, columns = image.shape
            report(f"{image.path}: {rows} x {columns} pixels are too few to score at x{scale_factor}; left out")
        else:
            kept.append(image)
    if not kept:
        raise NothingToOpen(f"no validation image of {least} x {least} pixels or more", "Add larger images to val/.")
    return kept


def data_name(place: Path) -> str:
    """Return the name of a data folder, or of a manifest: its own, or its folder's where it is ``manifest.csv``."""
    if not place.is_file():
        return place.resolve().name
    return place.resolve().parent.name if place.name == MANIFEST else place.stem


def image_files(place: Path, split: str) -> list[Path]:
    """Return the files of a split, in a data folder or as a manifest names them, in the order in which they are read.

    Raises
    ------
    UnreadableFile
        If the manifest cannot be read.
    """
    return [entry.path for entry in _entries(place, split)]


def check_names_differ(places: Sequence[Path]) -> None:
    """Refuse data folders of one name: figures, weights and model cards tell folders by it.

    Raises
    ------
    InputError
        If two have the same; the message names them.
    """
    by_name: dict[str, Path] = {}
    for place in places:
        name = data_name(place)
        if name in by_name:
            raise InputError(
                f"{by_name[name]} and {place} are both called {name}, and could not be told apart",
                "Rename one of the folders.",
            )
        by_name[name] = place


def manifest_rows(place: Path) -> list[dict[str, str]]:
    """Return the rows of a data folder's manifest, or of a manifest; empty for a folder without one.

    Raises
    ------
    UnreadableFile
        If it is not a CSV file with a column ``file``.
    """
    path = place if place.is_file() else place / MANIFEST
    if not path.is_file():
        return []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableFile(path, f"not a CSV file in UTF-8 ({exc})", "Name a folder or a manifest CSV.") from exc
    if rows and "file" not in rows[0]:
        raise UnreadableFile(path, "it has no column named file", f"Its columns: {', '.join(rows[0])}.")
    return rows


def read_gray(path: Path, size: Sequence[int] = ()) -> NDArray[Any]:
    """Read an image file as gray.

    Parameters
    ----------
    path : Path
        PNG, TIFF or JPEG; colour becomes luma (BT.601), alpha is dropped.
    size : sequence of int
        (rows, columns) to resize to: by area where it shrinks, else bicubic; empty: as it is.

    Returns
    -------
    ndarray
        (H, W) uint8, uint16 or float32.

    Raises
    ------
    UnreadableFile
        If it is damaged, or of another type.
    """
    try:
        # imdecode rather than imread: the path may hold characters that OpenCV cannot open.
        data = path.read_bytes()
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except (OSError, cv2.error) as exc:
        raise UnreadableFile(path, getattr(exc, "strerror", None) or "it is empty or damaged") from exc
    if pixels is None or pixels.dtype not in (np.uint8, np.uint16, np.float32) or is_damaged(data):
        raise UnreadableFile(path, "it is damaged, or not an image of 8 or 16 bits or float32")
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels[..., :3], cv2.COLOR_BGR2GRAY) if pixels.shape[2] >= 3 else pixels[..., 0]
    if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
        raise UnreadableFile(path, "it holds values that are not finite")
    return resized(np.ascontiguousarray(pixels), size)


def resized(pixels: NDArray[Any], size: Sequence[int]) -> NDArray[Any]:
    """Return an image of (rows, columns), resampled by area where it shrinks, else bicubic; as it is without a size."""
    if not size or tuple(size) == pixels.shape:
        return pixels
    shrinks = size[0] <= pixels.shape[0] and size[1] <= pixels.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (size[1], size[0]), interpolation=method))


@dataclass(frozen=True)
class _Entry:
    path: Path
    folder: str
    row: dict[str, str]


def _entries(place: Path, split: str) -> list[_Entry]:
    name, rows = data_name(place), manifest_rows(place)
    if place.is_file():
        if rows and "split" not in rows[0]:
            raise UnreadableFile(place, "it has no column named split", "Say train, val or test for each file.")
        return [_Entry(place.parent / row["file"], name, row) for row in rows if row["split"] == split]
    by_file = {row["file"]: row for row in rows}
    files = sorted(p for p in (place / split).glob("*") if p.suffix.lower() in SUFFIXES and p.name[0] != ".")
    return [_Entry(path, name, by_file.get(f"{split}/{path.name}", {})) for path in files]


class _Budget:
    """Bytes that may still be kept. Draws are uniform: no cache would be hit more often than what is kept at first."""

    def __init__(self, left: int) -> None:
        self._left = left
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Return whether there is room, and take it."""
        with self._lock:
            fits = count <= self._left
            self._left -= count if fits else 0
            return fits


def _load(entry: _Entry, size: tuple[int, ...], budget: _Budget) -> TrainingImage | UnreadableFile:
    try:
        stored = read_gray(entry.path, size)
        black, span = _unit_range(stored, entry)
    except UnreadableFile as exc:
        return exc
    row = entry.row
    return TrainingImage(
        stored if budget.take(stored.nbytes) else None,
        str(entry.path),
        entry.folder,
        row.get("source", entry.folder),
        row.get("modality", ""),
        black,
        span,
        stored.shape,
        size=size,
    )


def _unit_range(stored: NDArray[Any], entry: _Entry) -> tuple[float, float]:
    """Return the stored value of 0, and the stored values between 0 and 1."""
    if entry.row.get("black") and entry.row.get("white"):
        try:
            low, high = float(entry.row["black"]), float(entry.row["white"])
        except ValueError as exc:
            raise UnreadableFile(entry.path, "black and white in its manifest are not numbers") from exc
        return low, high - low if high > low else 1.0
    if stored.dtype == np.uint8:
        return 0.0, 255.0
    low, high = np.percentile(stored, (0.1, 99.9))
    if stored.dtype == np.float32:
        return float(low), float(high - low) if high > low else 1.0
    return float(low), float(max(high - low, 1.0))
