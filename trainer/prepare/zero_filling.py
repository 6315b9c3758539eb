"""Undoing the zero-filling of MR images: a scanner that acquires 256 x 256 may store 512 x 512 interpolated pixels.

Networks that train on such images learn blur, since their references hold no detail. Cropping k-space to the acquired
matrix gives the pixels that were measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_FACTOR = 1.05
"""Below this an image is left as it is."""


@dataclass(frozen=True)
class Acquisition:
    """What a header says about the acquired matrix.

    Attributes
    ----------
    rows, columns : float
        Acquisition Matrix (0018,1310), whichever of frequency and phase runs along them; 0 where it is not said.
    phase_in_rows : bool
        Whether rows are counted by phase encoding steps.
    percent_sampling, percent_phase_fov : float
        (0018,0093) and (0018,0094); 0 where they are not said.
    """

    rows: float
    columns: float
    phase_in_rows: bool
    percent_sampling: float = 0.0
    percent_phase_fov: float = 0.0


def zero_filling_factor(shape: tuple[int, int], acquisition: Acquisition) -> float:
    """Return by how much an image is larger than what was acquired, along the axis where it is least so.

    One factor for both axes keeps pixels square: what is cut is what both axes have in excess. Phase encoding steps are
    counted over what the image shows: with those that partial sampling left out, without those beyond the image's
    borders where the phase field of view was wider.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns of the image.
    acquisition : Acquisition
        What the header says.

    Returns
    -------
    float
        1 where nothing is to be undone.
    """
    steps = [acquisition.rows, acquisition.columns]
    if min(steps) <= 0:
        return 1.0
    phase = 0 if acquisition.phase_in_rows else 1
    if 0 < acquisition.percent_sampling < 100:
        steps[phase] *= 100 / acquisition.percent_sampling
    if acquisition.percent_phase_fov > 0:
        steps[phase] *= 100 / acquisition.percent_phase_fov * shape[phase] / shape[1 - phase]
    factor = min(length / count for length, count in zip(shape, steps, strict=True))
    return factor if factor >= LEAST_FACTOR else 1.0


def crop_kspace(pixels: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Crop an image's k-space to the centre, and take the magnitude.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32.
    factor : float
        By which both sides shrink.

    Returns
    -------
    ndarray
        (H / factor, W / factor), rounded, float32, in the same unit; not negative where `pixels` are not.
    """
    shape = tuple(max(1, round(length / factor)) for length in pixels.shape)
    kspace = np.fft.fftshift(np.fft.fft2(pixels.astype(np.float64)))
    cut = tuple(
        slice(length // 2 - side // 2, length // 2 - side // 2 + side)
        for length, side in zip(pixels.shape, shape, strict=True)
    )
    share = shape[0] * shape[1] / pixels.size
    # The real part: of an even size's highest frequency k-space holds one half alone, which would add a phase.
    image = np.fft.ifft2(np.fft.ifftshift(kspace[cut])).real * share
    return np.asarray(np.abs(image) if pixels.min() >= 0 else image, np.float32)
