"""Where an upscaled image differs from its reference, pixel by pixel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medsr_viewer.metrics.pair import comparable_pair, require_finite


def signed_error(reference: npt.ArrayLike, upscaled: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return upscaled minus reference: above zero where the upscaled image is too bright.

    Parameters
    ----------
    reference, upscaled : array_like
        As `psnr` takes them.

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
