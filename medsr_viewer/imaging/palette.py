"""PALETTE COLOR to RGB (PS3.3 C.7.6.3.1.5, C.7.9)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.pixels import apply_color_lut

from medsr_viewer.imaging.elements import DAMAGED, BadHeader


def apply_palette(stored: npt.NDArray[Any], header: Any) -> npt.NDArray[Any]:
    """Return the colours that indices stand for.

    Parameters
    ----------
    stored : ndarray
        (H, W) indices.
    header : pydicom Dataset
        With the Palette Color Lookup Table module, plain or segmented.

    Returns
    -------
    ndarray
        (H, W, 3) uint8, or uint16 where the palette has 16 bits.

    Raises
    ------
    BadHeader
        If the palette is absent or damaged.
    """
    try:
        return np.asarray(apply_color_lut(stored, header))
    except DAMAGED as exc:
        raise BadHeader("its colour palette is missing or damaged") from exc
