"""A reference and an upscaled image made ready to be compared."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

FloatImage: TypeAlias = npt.NDArray[np.floating[Any]]


def comparable_pair(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> tuple[FloatImage, FloatImage]:
    """Return both images in one floating-point type that holds their values exactly.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape and real numbers, in the same units. Colour images are scored on their luma.

    Returns
    -------
    tuple of ndarray
        Both as float32; as float64 where one of them is float64 or has integers of more than 16 bits. Not copied
        where they have that type already.

    Raises
    ------
    ValueError
        The images are not two-dimensional, differ in shape, or do not hold real numbers.
    """
    first, second = np.asarray(reference), np.asarray(upscaled)
    if first.ndim != 2 or second.ndim != 2:
        msg = f"scores are of two-dimensional images, not of {first.ndim} and {second.ndim} dimensions"
        raise ValueError(msg)
    if first.shape != second.shape:
        msg = f"the reference is {first.shape} and the upscaled image {second.shape}: they must be equal in shape"
        raise ValueError(msg)
    dtype = np.result_type(_float_type(first.dtype), _float_type(second.dtype))
    return np.asarray(first, dtype), np.asarray(second, dtype)


def require_finite(*images: FloatImage) -> None:
    """Refuse NaN and infinity: one such pixel would make every score meaningless.

    Raises
    ------
    ValueError
        A pixel is NaN or infinite.
    """
    for image in images:
        # A finite sum proves finite pixels without an (H, W) mask; an infinite one may be an overflow of large values.
        if not math.isfinite(cv2.sumElems(image)[0]) and not np.isfinite(image).all():
            msg = "an image to be scored has pixels that are not finite"
            raise ValueError(msg)


def require_data_range(data_range: float) -> None:
    """Refuse a data range that PSNR and SSIM are not defined for.

    Raises
    ------
    ValueError
        The data range is zero, negative, NaN or infinite.
    """
    if not (math.isfinite(data_range) and data_range > 0):
        msg = f"a data range is a finite number above zero, not {data_range}"
        raise ValueError(msg)


def require_window(image: FloatImage, side: int) -> None:
    """Refuse an image that is smaller than the metric's window.

    Raises
    ------
    ValueError
        A side of the image is shorter than ``side`` pixels.
    """
    if min(image.shape) < side:
        msg = f"an image of {image.shape[1]} x {image.shape[0]} pixels is smaller than the {side} x {side} window"
        raise ValueError(msg)


def _float_type(dtype: np.dtype[Any]) -> type[np.float32] | type[np.float64]:
    if dtype.kind not in "buif":
        msg = f"scores are of real numbers, not of {dtype}"
        raise ValueError(msg)
    exact_in_float32 = dtype.itemsize <= (4 if dtype.kind == "f" else 2)
    return np.float32 if exact_in_float32 else np.float64
