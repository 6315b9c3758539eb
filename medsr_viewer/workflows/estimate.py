"""How long a comparison will take and how much memory, before it is begun."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import tile_grid
from medsr_viewer.upscaling.upscaler import TILE, Precision, UpscalingRequest, upscale
from medsr_viewer.workflows.compare import ComparisonRequest

PROBE_SIDE = 96
RESULT_BYTES, DISPLAY_BYTES = 4, 3
"""A result's float32 pixel, and its 16-bit copy with the smaller ones that the window paints from."""
TILE_BYTES = 200 * 2**20
"""What a network's features of one tile take; measured on SRResNet, the largest."""


@dataclass(frozen=True)
class Estimate:
    """What a comparison costs.

    Parameters
    ----------
    seconds : float
        Wall-clock time for all methods, loading left out.
    memory : int
        Bytes, beyond what the program holds already.
    output_pixels : int
        Of one method's result.
    """

    seconds: float
    memory: int
    output_pixels: int

    @property
    def text(self) -> str:
        """The estimate as a sentence."""
        return (
            f"{self.output_pixels / 1e6:.0f} megapixels each: about {_duration(self.seconds)} "
            f"and {self.memory / 2**30:.1f} GB of memory"
        )


def estimate(request: ComparisonRequest, input_shape: tuple[int, ...], token: CancelToken | None = None) -> Estimate:
    """Estimate a comparison from a quick run of each method on a small tile.

    Parameters
    ----------
    request : ComparisonRequest
        What will be compared; `within` is taken into account.
    input_shape : tuple of int
        Of the methods' input: rows and columns, and 3 for colour.
    token : CancelToken, optional
        Checked before each method.

    Raises
    ------
    Cancelled
        If the token was cancelled.
    MedsrError
        If a method cannot be run.
    """
    token = token or CancelToken()
    tiles = tile_grid(input_shape, TILE, request.within)
    seconds = 0.0
    for method in request.methods:
        token.check()
        per_pixel = _seconds_per_pixel(method, request.scale_factor, request.device, request.precision)
        seconds += per_pixel * sum(_computed_area(tile, method, request.scale_factor, input_shape) for tile in tiles)
    output_pixels = sum(tile.area for tile in tiles) * request.scale_factor**2
    channels = input_shape[2] if len(input_shape) == 3 else 1
    memory = len(request.methods) * output_pixels * channels * (RESULT_BYTES + DISPLAY_BYTES) + TILE_BYTES
    return Estimate(seconds, memory, output_pixels)


def _computed_area(tile: Region, method: Method, scale_factor: int, shape: tuple[int, ...]) -> int:
    if not method.is_learned:
        return tile.area
    return tile.grown(method.cards[scale_factor].halo, shape).area


@lru_cache(maxsize=32)
def _seconds_per_pixel(method: Method, scale_factor: int, device: str, precision: Precision) -> float:
    pixels: FloatArray = np.random.default_rng(0).random((PROBE_SIDE, PROBE_SIDE), dtype=np.float32)
    request = UpscalingRequest(pixels, method, scale_factor, device, precision)
    upscale(request)  # the first run of a network is slower: kernels are chosen, memory is taken
    return upscale(request).seconds / PROBE_SIDE**2


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
