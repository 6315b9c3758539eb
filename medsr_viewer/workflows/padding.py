"""Pixels that are no picture: filled before anything is computed where the file declares them, told of where not."""

from __future__ import annotations

import cv2
import numpy as np

from medsr_viewer.imaging.frame import BoolArray, FloatArray, Frame

UNDECLARED_SHARE = 0.05
UNDECLARED_GAP = 500.0
"""HU between the smallest value and the next one. Air is noisy or, where it is cut off at -1000 or -1024, followed by
the very next values; padding stands alone, usually at -2000 or below."""


def filled(frame: Frame) -> FloatArray:
    """Return a frame's pixels with padding replaced by the nearest valid pixel, so that no kernel spreads it.

    The lowest valid value instead would stand as an edge around the image, and ring.
    """
    if frame.valid is None or frame.valid.all() or not frame.valid.any():
        return frame.pixels
    _, nearest = cv2.distanceTransformWithLabels(
        (~frame.valid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    values = np.zeros((nearest.max() + 1, *frame.pixels.shape[2:]), dtype=np.float32)
    values[nearest[frame.valid]] = frame.pixels[frame.valid]
    pixels: FloatArray = values[nearest]
    return pixels


def degraded_valid(valid: BoolArray | None, scale_factor: int) -> BoolArray | None:
    """Return which pixels of the degraded image come from valid ones alone; None where all pixels are valid."""
    if valid is None:
        return None
    rows, columns = (length // scale_factor for length in valid.shape)
    blocks = valid[: rows * scale_factor, : columns * scale_factor].reshape(rows, scale_factor, columns, scale_factor)
    return np.asarray(blocks.all(axis=(1, 3)))


def undeclared_padding(frame: Frame, modality: str) -> str:
    """Return a note on what seems to be padding that the file does not declare; "" where nothing does.

    Only for CT, whose values are known to be dense: at least 5 % of the pixels hold the smallest value, and none is
    within 500 HU of it.
    """
    if modality != "CT" or frame.is_colour:
        return ""
    pixels = frame.pixels if frame.valid is None else frame.pixels[frame.valid]
    others = pixels[pixels > frame.value_range[0]]
    share = 1 - others.size / pixels.size if pixels.size else 0.0
    if not others.size or share < UNDECLARED_SHARE or others.min() - frame.value_range[0] <= UNDECLARED_GAP:
        return ""
    value = f"{frame.value_range[0]:g} {frame.unit}".rstrip()
    return (
        f"{100 * share:.0f} % of the pixels hold the smallest value, {value}, far below all others: it may be padding "
        "that the file does not declare. The full data range, and so PSNR and SSIM on it, include it."
    )
