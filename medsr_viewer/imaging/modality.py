"""From stored values to modality units (PS3.3 C.11.1), and which pixels are padding (PS3.3 C.7.5.1.1.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.elements import first_item, number, text
from medsr_viewer.imaging.frame import BoolArray, FloatArray
from medsr_viewer.imaging.functional_groups import FrameHeader
from medsr_viewer.imaging.layout import Layout
from medsr_viewer.imaging.lookup_tables import read_lookup_table

_UNSPECIFIED = frozenset({"", "US", "UNSPECIFIED", "NORMALIZED"})


def to_modality_units(
    stored: npt.NDArray[Any], header: FrameHeader, layout: Layout
) -> tuple[FloatArray, str, list[str]]:
    """Apply the modality LUT or the rescale slope and intercept.

    Parameters
    ----------
    stored : ndarray
        (H, W) stored values.
    header : FrameHeader
        The header for this frame.
    layout : Layout
        How the pixels are stored.

    Returns
    -------
    values : ndarray
        (H, W) float32, in modality units.
    unit : str
        "HU" …, or "".
    notes : list of str
        What was left out because it made no sense.
    """
    item = first_item(header.header, "ModalityLUTSequence")
    if item is not None and np.issubdtype(stored.dtype, np.integer):
        table = read_lookup_table(item, signed=layout.signed)
        if table is not None:
            return table(stored).astype(np.float32), _unit(text(item, "ModalityLUTType"), ""), []
        return stored.astype(np.float32), "", ["The modality LUT is damaged; stored values are shown."]
    return _rescale(stored, header)


def valid_pixels(stored: npt.NDArray[Any], header: Any, layout: Layout) -> BoolArray | None:
    """Return which pixels are neither padding nor non-finite; None where all are valid, or none is.

    Parameters
    ----------
    stored : ndarray
        (H, W) stored values.
    header : pydicom Dataset
        The file's header.
    layout : Layout
        How the pixels are stored.
    """
    floating = np.issubdtype(stored.dtype, np.floating)
    prefix = {32: "Float", 64: "DoubleFloat"}.get(layout.bits_allocated, "") if floating else ""
    valid = np.isfinite(stored) if floating else np.ones(stored.shape, np.bool_)
    first = _padding(header, f"{prefix}PixelPaddingValue", layout)
    if first is not None:
        last = _padding(header, f"{prefix}PixelPaddingRangeLimit", layout)
        low, high = sorted((first, first if last is None else last))
        valid &= (stored < low) | (stored > high)
    return valid if valid.any() and not valid.all() else None


def _rescale(stored: npt.NDArray[Any], header: FrameHeader) -> tuple[FloatArray, str, list[str]]:
    source = header.macro("PixelValueTransformationSequence", "RescaleSlope")
    if "RescaleSlope" not in source and "RescaleIntercept" not in source:
        return stored.astype(np.float32), "", []
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    if slope is None and "RescaleSlope" not in source:
        slope = 1.0
    if not slope:
        return stored.astype(np.float32), "", ["The rescale slope is zero or not a number; stored values are shown."]
    values = stored.astype(np.float64) * slope + (intercept or 0.0)
    with np.errstate(over="ignore", under="ignore"):
        single = values.astype(np.float32)
    if _is_lost(stored, single):
        return stored.astype(np.float32), "", ["The rescale slope is absurd; stored values are shown."]
    modality = text(header.header, "Modality")
    return single, _unit(text(source, "RescaleType"), _usual_unit(modality, header.header)), []


def _is_lost(stored: npt.NDArray[Any], rescaled: FloatArray) -> bool:
    """Whether rescaled values overflow float32, or all fall on one number of it."""
    finite = np.isfinite(stored)
    overflow = not np.isfinite(rescaled[finite]).all()
    return overflow or bool(finite.any() and np.ptp(rescaled[finite]) == 0 and np.ptp(stored[finite]) != 0)


def _unit(stated: str, usual: str) -> str:
    # "US" is written where the unit is not known; the standard takes HU for CT where Rescale Type is absent
    # (PS3.3 C.8.2.1.1.2), and so do viewers where it says nothing.
    return usual if stated.upper() in _UNSPECIFIED else stated


def _usual_unit(modality: str, header: Any) -> str:
    if modality == "CT":
        return "HU"
    return text(header, "Units") if modality == "PT" else ""


def _padding(header: Any, keyword: str, layout: Layout) -> float | None:
    stated = number(header, keyword)
    if stated is not None and layout.signed and "Float" not in keyword and stated >= 1 << (layout.bits_allocated - 1):
        return stated - (1 << layout.bits_allocated)  # written as unsigned beside signed pixels
    return stated
