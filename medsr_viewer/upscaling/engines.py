"""What computes the tiles of one image: an interpolation, or a network on a device."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.colour import rgb_to_ycbcr, ycbcr_to_rgb
from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.checks import NETWORK_DRIFT_SHARE
from medsr_viewer.upscaling.device import CPU, Device
from medsr_viewer.upscaling.interpolation import interpolate, interpolation_reach
from medsr_viewer.upscaling.mapping import IntensityMapping, fit_mapping


class Interpolation:
    """Interpolates tiles of one image.

    Parameters
    ----------
    pixels : ndarray
        (H, W) or (H, W, 3) float32.
    scale_factor : int
        2, 3, 4 or 8.
    name : str
        Of the interpolation.
    """

    device = CPU
    mapping: IntensityMapping | None = None
    slack = 0.0
    largest_tile: int | None = sys.maxsize

    def __init__(self, pixels: FloatArray, scale_factor: int, name: str) -> None:
        self.pixels, self.scale_factor, self.name = pixels, scale_factor, name
        self.reach = interpolation_reach(name)
        self.notes: list[str] = []

    def run(self, tile: Region, _token: CancelToken) -> FloatArray:
        """Upscale a tile."""
        return interpolate(self.pixels, self.scale_factor, self.name, tile)


class Network:
    """Runs a network on tiles of one image; goes on on the CPU where another device has too little memory.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32 in modality units, or (H, W, 3) RGB, of which the network sees the luma.
    card : ModelCard
        Which weights.
    device : str
        See `find_device`.
    precision : {"fp32", "bf16"}
        Of the network.
    valid : ndarray or None
        (H, W) bool; padding is False and left out of the intensity mapping.

    Raises
    ------
    OutOfMemory, DeviceUnavailable, ModelError
        If it cannot be run.
    """

    def __init__(
        self, pixels: FloatArray, card: ModelCard, device: str, precision: str, valid: NDArray[np.bool_] | None
    ) -> None:
        from medsr_viewer.upscaling.devices import find_device

        self.card, self.precision = card, precision
        self.notes = [card.note] if card.note else []
        self._use(find_device(device))
        self.planes = rgb_to_ycbcr(pixels) if pixels.ndim == 3 else None
        self.luma = pixels if self.planes is None else np.ascontiguousarray(self.planes[..., 0])
        self.mapping = fit_mapping(self.luma, valid)
        self.reach = card.halo + BACK_PROJECTION_REACH
        self.slack = NETWORK_DRIFT_SHARE * self.mapping.span

    @property
    def largest_tile(self) -> int | None:
        """See `TileRunner`."""
        return self._runner.largest_tile

    def run(self, tile: Region, token: CancelToken) -> FloatArray:
        """Upscale a tile.

        Raises
        ------
        Cancelled, TileTooLarge, OutOfMemory, OutputCheckFailed
            See `TileRunner.run`.
        """
        try:
            luma = self._runner.run(self.luma, tile, self.mapping, token)
        except OutOfMemory:
            if self.device.name == CPU.name:
                raise
            self._fall_back()
            return self.run(tile, token)
        if self.planes is None:
            return luma
        chroma = enlarge(self.planes[..., 1:], self.card.scale_factor, "bicubic", tile)
        return ycbcr_to_rgb(np.concatenate([luma[..., None], chroma], axis=2))

    def _use(self, device: Device) -> None:
        from medsr_viewer.upscaling.inference import TileRunner

        self.device = device
        try:
            self._runner = TileRunner(self.card, device.name, self.precision)
        except OutOfMemory:
            if device.name == CPU.name:
                raise
            self._fall_back()

    def _fall_back(self) -> None:
        from medsr_viewer.upscaling.devices import find_device

        self.notes.append(f"{self.device.label} ran out of memory: computed on the CPU")
        self._use(find_device(CPU.name))
