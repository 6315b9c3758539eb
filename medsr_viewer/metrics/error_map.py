"""Where an upscaled image differs from its reference, pixel by pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import comparable_pair, require_finite
from medsr_viewer.metrics.ssim import ssim_map


def signed_error(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return upscaled minus reference: above zero where the upscaled image is too bright.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units.

    Returns
    -------
    ndarray
        (H, W) float32, in the images' units.

    Raises
    ------
    ValueError
        The images differ in shape or are not finite.
    """
    first, second = comparable_pair(reference, upscaled)
    require_finite(first, second)
    return np.subtract(second, first).astype(np.float32, copy=False)


def absolute_error(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return the distance between upscaled and reference.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units.

    Returns
    -------
    ndarray
        (H, W) float32, zero or more, in the images' units.

    Raises
    ------
    ValueError
        The images differ in shape or are not finite.
    """
    error = signed_error(reference, upscaled)
    return np.abs(error, out=error)


def structural_error(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> npt.NDArray[np.float32]:
    """Return 1 - SSIM around each pixel: zero where the images agree.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units.
    data_range : float
        Span of the possible or actual values, in the images' units.

    Returns
    -------
    ndarray
        (H, W) float32, zero or more up to rounding.

    Raises
    ------
    ValueError
        The images are empty, differ in shape or are not finite; the data range is not above zero.
    """
    error = ssim_map(reference, upscaled, data_range)
    return np.subtract(1, error, out=error)
