"""Upscaling without a network."""

from __future__ import annotations

from typing import cast

from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH, back_project
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import KERNEL_REACH, FloatArray, Kernel, enlarge

BACK_PROJECTIONS = 6


def interpolate(pixels: FloatArray, scale_factor: int, method: str, region: Region) -> FloatArray:
    """Upscale a region of an image by interpolation.

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32, in modality units: the whole input.
    scale_factor : int
        At least 1.
    method : {"nearest", "bilinear", "bicubic", "lanczos", "back-projection"}
        Which.
    region : Region
        In pixels of the input.

    Returns
    -------
    ndarray
        ``scale_factor`` times the region's size, float32: exactly what the upscaled whole image holds there.
    """
    if method == "back-projection":
        return _back_project(pixels, scale_factor, region)
    return enlarge(pixels, scale_factor, cast(Kernel, method), region)


def interpolation_reach(method: str) -> int:
    """Return how many input pixels on each side of a place a method's result depends on."""
    if method == "back-projection":
        return BACK_PROJECTIONS * BACK_PROJECTION_REACH + KERNEL_REACH["bicubic"]
    return KERNEL_REACH[cast(Kernel, method)]


def _back_project(pixels: FloatArray, scale_factor: int, region: Region) -> FloatArray:
    outer = region.grown(interpolation_reach("back-projection"), pixels.shape)
    observed = pixels[outer.slices]
    estimate = enlarge(observed, scale_factor, "bicubic")
    for _ in range(BACK_PROJECTIONS):
        estimate = back_project(estimate, observed, scale_factor)
    return estimate[region.moved(-outer.top, -outer.left).scaled(scale_factor).slices]
