"""Putting a `Frame` together: ranges, full-range windows, read-only pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from medsr_viewer.imaging.frame import BoolArray, FloatArray, Frame, Voi, VoiLut, full_range_window

_USELESS_WINDOW = "A window of the file lies outside the image's values and was left out."


def assemble_frame(
    values: FloatArray, *, valid: BoolArray | None = None, vois: tuple[Voi, ...] = (), **about: Any
) -> Frame:
    """Return a frame whose range, windows and mask agree with its pixels.

    Pixels that are not finite are set to the smallest valid value, so that nothing computed from them spreads; `valid`
    still leaves them out.

    Parameters
    ----------
    values : ndarray
        (H, W) or (H, W, 3) float32; not used afterwards.
    valid : ndarray, optional
        (H, W) bool, False where a pixel is padding or not finite.
    vois : tuple of Window or VoiLut
        The file's own; a full-range window takes their place where there are none.
    **about
        The other fields of `Frame`.
    """
    pixels = np.array(values, np.float32, order="C", copy=True)
    finite = np.isfinite(pixels if pixels.ndim == 2 else pixels.sum(axis=2))
    if not finite.all():
        valid = finite if valid is None else valid & finite
    kept = pixels if valid is None or not valid.any() else pixels[valid]
    kept = kept if finite.all() else kept[np.isfinite(kept)]
    low, high = (float(kept.min()), float(kept.max())) if kept.size else (0.0, 0.0)
    if not finite.all():
        pixels[~finite] = low
    pixels.flags.writeable = False
    if valid is not None:
        valid = None if valid.all() or not valid.any() else np.ascontiguousarray(valid)
    usable = tuple(voi for voi in vois if _shows_something(voi, low, high))
    if len(usable) < len(vois):
        about["warnings"] = (*about.get("warnings", ()), _USELESS_WINDOW)
    return Frame(
        pixels=pixels,
        valid=valid,
        vois=usable or (_default_window(pixels, low, high, about),),
        value_range=(low, high),
        **about,
    )


def _shows_something(voi: Voi, low: float, high: float) -> bool:
    """Whether a window overlaps the values at all: some files state one of another range, which shows nothing."""
    if isinstance(voi, VoiLut) or voi.function == "SIGMOID" or low == high:
        return True
    return voi.center - voi.width / 2 < high and voi.center + voi.width / 2 > low


def _default_window(pixels: FloatArray, low: float, high: float, about: dict[str, Any]) -> Voi:
    # Eight-bit rasters and colour are made for display: white is their type's maximum, not the image's own.
    maximum, bits = about.get("stored_maximum"), about.get("bits_stored")
    if maximum is None and pixels.ndim == 3 and bits:
        maximum = 2.0**bits - 1
    return full_range_window(0.0, maximum) if maximum else full_range_window(low, high)
