"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import comparable_pair, require_data_range, require_finite, require_window


def psnr(reference: npt.ArrayLike, upscaled: npt.ArrayLike, data_range: float) -> float:
    """Return the peak signal-to-noise ratio, 10 log10(data_range² / MSE).

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units.
    data_range : float
        Span of the possible or actual values, in the images' units.

    Returns
    -------
    float
        In dB; infinity for identical images.

    Raises
    ------
    ValueError
        The images are empty, differ in shape or are not finite; the data range is not above zero.
    """
    require_data_range(data_range)
    error = mse(reference, upscaled)
    if error == 0:
        return math.inf
    # Two logarithms: the square of a large data range would overflow, that of a small one would be zero.
    return 20 * math.log10(data_range) - 10 * math.log10(error)


def mse(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> float:
    """Return the mean squared error, in squared units of the images.

    The pixels are subtracted before anything is squared, and the squares are summed in float64: an offset common to
    both images costs no accuracy.

    Parameters
    ----------
    reference, upscaled : array_like
        (H, W) of equal shape, in the same units.

    Returns
    -------
    float
        Zero or more.

    Raises
    ------
    ValueError
        The images are empty, differ in shape or are not finite.
    """
    first, second = comparable_pair(reference, upscaled)
    require_window(first, 1)
    total = float(cv2.norm(first, second, cv2.NORM_L2SQR))
    if not math.isfinite(total) or total == 0:
        # Rare, so checked only now: pixels that are not finite, or squares beyond what float32 can hold.
        require_finite(first, second)
        total = float(np.square(np.subtract(first, second, dtype=np.float64)).sum())
    return total / first.size
