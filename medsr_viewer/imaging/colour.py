"""Luma and chroma of RGB images (ITU-R BT.601, full range)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medsr_viewer.imaging.frame import FloatArray

_LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
# Cb = (B - Y) / 1.772 and Cr = (R - Y) / 1.402 span the same width as Y, centred on zero here: no offset that would
# depend on the bit depth.
_BLUE_SPAN = np.float32(1.772)
_RED_SPAN = np.float32(1.402)


def luma(pixels: npt.ArrayLike) -> FloatArray:
    """Return the luma of an RGB image, in the image's own range.

    Parameters
    ----------
    pixels : array_like
        (..., 3) RGB.

    Returns
    -------
    ndarray
        (...) float32: 0.299 R + 0.587 G + 0.114 B.
    """
    return np.ascontiguousarray(np.asarray(pixels, np.float32) @ _LUMA_WEIGHTS)


def rgb_to_ycbcr(pixels: npt.ArrayLike) -> FloatArray:
    """Convert RGB to luma and zero-centred chroma.

    Parameters
    ----------
    pixels : array_like
        (..., 3) RGB, 0..M.

    Returns
    -------
    ndarray
        (..., 3) float32: Y in 0..M, Cb and Cr in -M/2..M/2.
    """
    rgb = np.asarray(pixels, np.float32)
    y = luma(rgb)
    return np.stack([y, (rgb[..., 2] - y) / _BLUE_SPAN, (rgb[..., 0] - y) / _RED_SPAN], axis=-1)


def ycbcr_to_rgb(pixels: npt.ArrayLike) -> FloatArray:
    """Undo `rgb_to_ycbcr`. Nothing is clipped.

    Parameters
    ----------
    pixels : array_like
        (..., 3) Y, Cb, Cr as `rgb_to_ycbcr` returns them.

    Returns
    -------
    ndarray
        (..., 3) float32 RGB.
    """
    ycbcr = np.asarray(pixels, np.float32)
    y = ycbcr[..., 0]
    blue = y + _BLUE_SPAN * ycbcr[..., 1]
    red = y + _RED_SPAN * ycbcr[..., 2]
    green = (y - _LUMA_WEIGHTS[0] * red - _LUMA_WEIGHTS[2] * blue) / _LUMA_WEIGHTS[1]
    return np.stack([red, green, blue], axis=-1)
