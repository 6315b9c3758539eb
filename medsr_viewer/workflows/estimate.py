"""How long a comparison will take and how much memory, before it is begun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray
from medsr_viewer.upscaling.device import WHOLE_IMAGE_BYTES
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import Precision, UpscalingRequest, largest_tile_of, plan_tiles, upscale
from medsr_viewer.workflows.compare import ComparisonRequest

PROBE_SIDE = 96
RESULT_BYTES, DISPLAY_BYTES = 4, 3
"""A result's float32 pixel, and its 16-bit copy with the smaller ones that the window paints from."""
TILE_BYTES = 200 * 2**20
"""What a network's features of one tile take; measured on SRResNet, the largest."""

_measured: dict[tuple[Method, int, str, Precision], float] = {}


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
        What will be compared; `within`, and what is computed already, are taken into account.
    input_shape : tuple of int
        Of the methods' input: rows and columns, and 3 for colour.
    token : CancelToken, optional
        Checked before each layer of the networks.

    Raises
    ------
    Cancelled
        If the token was cancelled.
    MedsrError
        If a method cannot be run.
    """
    token = token or CancelToken()
    scale = request.scale_factor
    seconds, areas, features = 0.0, [], TILE_BYTES
    for method in request.methods:
        token.check()
        per_pixel = _seconds_per_pixel(method, scale, request.device, request.precision, token)
        largest = largest_tile_of(method, scale, request.device, request.precision)
        tiles, _ = plan_tiles(input_shape, scale, request.within, request.begun.get(method.name), largest_tile=largest)
        if largest is None:
            features = max(features, WHOLE_IMAGE_BYTES * sum(tile.area for tile in tiles))
        seconds += per_pixel * sum(_computed_area(tile, method, scale, input_shape) for tile in tiles)
        areas.append(sum(tile.area for tile in tiles) * scale**2)
    channels = input_shape[2] if len(input_shape) == 3 else 1
    memory = sum(areas) * channels * (RESULT_BYTES + DISPLAY_BYTES) + features
    return Estimate(seconds, memory, max(areas, default=0))


def _computed_area(tile: Region, method: Method, scale_factor: int, shape: tuple[int, ...]) -> int:
    if not method.is_learned:
        return tile.area
    return tile.grown(method.cards[scale_factor].halo, shape).area


def _seconds_per_pixel(
    method: Method, scale_factor: int, device: str, precision: Precision, token: CancelToken
) -> float:
    probed = (method, scale_factor, device, precision)
    if probed not in _measured:
        pixels: FloatArray = np.random.default_rng(0).random((PROBE_SIDE, PROBE_SIDE), dtype=np.float32)
        request = UpscalingRequest(pixels, method, scale_factor, device, precision)
        upscale(request, token)  # the first run of a network is slower: kernels are chosen, memory is taken
        _measured[probed] = upscale(request, token).seconds / PROBE_SIDE**2
    return _measured[probed]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
