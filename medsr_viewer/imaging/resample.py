"""Resampling by an integer factor, pixel-centre aligned, with Pillow's kernels on float32 pixels.

Pillow's bicubic has a = -0.5 and widens with the factor when it shrinks: the degradation and the baseline of the
super-resolution literature (MATLAB's ``imresize``). OpenCV's and torch's default bicubic have a = -0.75 and differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medsr_viewer.imaging.region import Region

Kernel: TypeAlias = Literal["nearest", "bilinear", "bicubic", "lanczos"]
FloatArray: TypeAlias = NDArray[np.float32]

KERNEL_REACH: Mapping[Kernel, int] = {"nearest": 0, "bilinear": 1, "bicubic": 2, "lanczos": 3}
"""Input pixels on each side of a place that an enlarged pixel depends on."""

_PILLOW: Mapping[Kernel, Image.Resampling] = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def resize(pixels: FloatArray, shape: tuple[int, int], kernel: Kernel) -> FloatArray:
    """Resample an image to (rows, columns).

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32, any unit and range, finite. The result is not clipped.
    shape : (int, int)
        Rows and columns of the result.
    kernel : {"nearest", "bilinear", "bicubic", "lanczos"}
        Interpolation kernel, widened when it shrinks (antialiased). At the borders the kernel is cut and renormalised.

    Returns
    -------
    ndarray
        `shape` (and 3 for colour), float32.
    """
    if pixels.ndim == 3:
        return np.stack([resize(plane, shape, kernel) for plane in np.moveaxis(pixels, 2, 0)], axis=2)
    image = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
    return np.array(image.resize((shape[1], shape[0]), _PILLOW[kernel]), dtype=np.float32)


def enlarge(pixels: FloatArray, scale_factor: int, kernel: Kernel, region: Region | None = None) -> FloatArray:
    """Enlarge an image, or a region of it, by an integer factor.

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32: the whole image.
    scale_factor : int
        At least 1.
    kernel : {"nearest", "bilinear", "bicubic", "lanczos"}
        Interpolation kernel.
    region : Region, optional
        In pixels of the input; the whole image where it is left out. The result is what the enlarged whole image holds
        there.

    Returns
    -------
    ndarray
        ``scale_factor`` times the region's height and width, float32.
    """
    region = region or Region.whole(pixels.shape)
    outer = region.grown(KERNEL_REACH[kernel] + 1, pixels.shape)
    enlarged = resize(pixels[outer.slices], (outer.height * scale_factor, outer.width * scale_factor), kernel)
    return enlarged[region.moved(-outer.top, -outer.left).scaled(scale_factor).slices]
