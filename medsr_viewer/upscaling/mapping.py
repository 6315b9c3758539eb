"""The linear mapping from modality units to what a network was trained on, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.imaging.resample import FloatArray

PERCENTILES = (0.1, 99.9)


@dataclass(frozen=True)
class IntensityMapping:
    """``network value = (pixel - low) / span``; nothing is clipped, so that metal in CT survives.

    Parameters
    ----------
    low : float
        Pixel value that maps to 0.
    span : float
        Pixel values between 0 and 1; 0 for a constant image, which a network then leaves as it is.
    """

    low: float
    span: float

    def to_network(self, pixels: FloatArray) -> FloatArray:
        """Map modality units to network values."""
        return ((pixels - np.float32(self.low)) / np.float32(self.span or 1.0)).astype(np.float32, copy=False)

    def residual_to_pixels(self, residual: FloatArray) -> FloatArray:
        """Map a difference of network values to a difference in modality units."""
        return residual * np.float32(self.span)


def fit_mapping(pixels: FloatArray, valid: NDArray[np.bool_] | None = None) -> IntensityMapping:
    """Fit the mapping to a network's input.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32, in modality units: the whole input, so that every tile of a frame is mapped alike. Never the
        reference, which does not exist when an image is enhanced.
    valid : ndarray, optional
        (H, W) bool; pixels to leave out are False.

    Returns
    -------
    IntensityMapping
        The 0.1 and 99.9 percentiles map to 0 and 1; the extremes do where those percentiles are equal.
    """
    values = pixels if valid is None or not valid.any() else pixels[valid]
    low, high = (float(value) for value in np.percentile(values, PERCENTILES))
    if low == high:
        low, high = float(values.min()), float(values.max())
    return IntensityMapping(low, high - low)
