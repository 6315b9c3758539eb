"""The names of the log's columns that hold figures of a data folder's images."""

from __future__ import annotations

from collections.abc import Iterable

_TRAINING = "train_"
_ALWAYS_THERE = "gain_db"


def column_of(folder: str, figure: str, *, training: bool = False) -> str:
    """Return the column of a figure over a folder's validation images, or over those training images that are scored.

    Parameters
    ----------
    folder : str
        Name of a data folder.
    figure : str
        ``psnr_db``, ``gain_db``, ``ssim``, ``perceptual_distance`` or ``consistency``.
    training : bool
        Whether the training images are meant.
    """
    return f"{_TRAINING if training else ''}{folder}_{figure}"


def folders_of(columns: Iterable[str]) -> list[str]:
    """Return the names of the data folders whose validation images have columns, but for ones named ``train_...``."""
    suffix = f"_{_ALWAYS_THERE}"
    return [
        column.removesuffix(suffix)
        for column in columns
        if column.endswith(suffix) and not column.startswith(_TRAINING)
    ]
