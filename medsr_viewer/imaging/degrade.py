"""The standard degradation, antialiased bicubic reduction by an integer factor, and the correction that undoes it."""

from __future__ import annotations

from medsr_viewer.errors import UnusableImage
from medsr_viewer.imaging.resample import KERNEL_REACH, FloatArray, enlarge, resize

STANDARD_DEGRADATION = "bicubic, a = -0.5, antialiased (Pillow)"
BACK_PROJECTION_REACH = 2 * KERNEL_REACH["bicubic"] + 1
"""Input pixels on each side of a place that one `back_project` depends on."""


def crop_to_multiple(pixels: FloatArray, scale_factor: int) -> FloatArray:
    """Crop an image at right and bottom to a multiple of the scale factor.

    Raises
    ------
    UnusableImage
        If nothing is left: the image is smaller than one degraded pixel.
    """
    rows, columns = (length // scale_factor * scale_factor for length in pixels.shape[:2])
    if rows == 0 or columns == 0:
        raise UnusableImage(
            f"{pixels.shape[1]} x {pixels.shape[0]} pixels cannot be degraded by {scale_factor}",
            "Choose a smaller scale factor or a larger image.",
        )
    return pixels[:rows, :columns]


def degrade(reference: FloatArray, scale_factor: int) -> FloatArray:
    """Reduce an image by the standard degradation.

    Parameters
    ----------
    reference : ndarray
        (H, W) or (H, W, 3) float32; H and W multiples of `scale_factor` (see `crop_to_multiple`).
    scale_factor : int
        At least 1.

    Returns
    -------
    ndarray
        (H / scale_factor, W / scale_factor), float32, in the same unit, not clipped.
    """
    rows, columns = reference.shape[:2]
    return resize(reference, (rows // scale_factor, columns // scale_factor), "bicubic")


def back_project(estimate: FloatArray, observed: FloatArray, scale_factor: int) -> FloatArray:
    """Correct an upscaled image so that degrading it comes closer to what was observed (Irani and Peleg 1991).

    Parameters
    ----------
    estimate : ndarray
        (h * scale, w * scale) or with 3 channels, float32.
    observed : ndarray
        (h, w) or with 3 channels, float32: the methods' input, in the same unit.
    scale_factor : int
        At least 1.

    Returns
    -------
    ndarray
        The estimate plus the bicubic upscaling of what its degradation lacks.
    """
    return estimate + enlarge(observed - degrade(estimate, scale_factor), scale_factor, "bicubic")
