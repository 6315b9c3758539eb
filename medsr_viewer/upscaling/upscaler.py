"""Upscale an image by any method, tile by tile: modality units in, modality units out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.colour import rgb_to_ycbcr, ycbcr_to_rgb
from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.upscaling.checks import NETWORK_DRIFT_SHARE, check_tile
from medsr_viewer.upscaling.device import CPU, Device
from medsr_viewer.upscaling.interpolation import interpolate, interpolation_reach
from medsr_viewer.upscaling.mapping import IntensityMapping, fit_mapping
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion, tile_grid, visible_first

Precision: TypeAlias = Literal["fp32", "bf16"]
RunTile: TypeAlias = Callable[[Region], FloatArray]

TILE = 256
FIRST_TILE = 128
"""Side of the tiles in the visible region: the first is shown sooner, at twice the cost a pixel."""


@dataclass(frozen=True, eq=False)
class Begun:
    """A result of which some tiles were computed before, by the same method on the same input.

    Parameters
    ----------
    pixels : ndarray
        The result, (H * scale, W * scale) float32 or with 3 channels: the other tiles are written into it.
    computed : tuple of Region
        What it holds, in pixels of the result: tiles that `upscale` reported.
    """

    pixels: FloatArray
    computed: tuple[Region, ...]


@dataclass(frozen=True, eq=False)
class UpscalingRequest:
    """What to upscale, and how.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32 in modality units, or (H, W, 3) RGB in stored values; finite.
    method : Method
        One that has the scale factor.
    scale_factor : int
        2, 3, 4 or 8.
    device : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:0``, ``mps``; interpolation always runs on the CPU.
    precision : {"fp32", "bf16"}
        Of the network.
    valid : ndarray, optional
        (H, W) bool; padding is False and left out of the intensity mapping.
    within : Region, optional
        Compute only the tiles that meet this region, in pixels of the input.
    begun : Begun, optional
        Go on with this result instead of a new one.
    """

    pixels: FloatArray
    method: Method
    scale_factor: int
    device: str = "auto"
    precision: Precision = "fp32"
    valid: NDArray[np.bool_] | None = None
    within: Region | None = None
    begun: Begun | None = None


@dataclass(frozen=True, eq=False)
class Tile:
    """A part that is ready.

    Parameters
    ----------
    region : Region
        In pixels of the result.
    pixels : ndarray
        The whole result, (H * scale, W * scale) or with 3 channels; only the tiles reported so far hold data.
    done, total : int
        How many tiles are ready, of how many.
    """

    region: Region
    pixels: FloatArray
    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Upscaled:
    """A result and how it came about.

    Parameters
    ----------
    pixels : ndarray
        (H * scale, W * scale) float32 in modality units, or with 3 channels; 0 outside `computed`.
    computed : tuple of Region
        The tiles that were computed, in pixels of the result.
    is_whole : bool
        Whether they cover all of it.
    method : str
        Its name.
    scale_factor : int
        Of the method.
    device : Device
        That computed it.
    precision : {"fp32", "bf16"}
        Of the network; "fp32" for interpolation.
    mapping : IntensityMapping or None
        Of the network's input; None for interpolation.
    seconds : float
        Wall-clock time, loading left out.
    notes : tuple of str
        What the user must know: a fallback to the CPU, weights that were barely trained.
    """

    pixels: FloatArray
    computed: tuple[Region, ...]
    is_whole: bool
    method: str
    scale_factor: int
    device: Device
    precision: Precision
    mapping: IntensityMapping | None
    seconds: float
    notes: tuple[str, ...] = ()


def upscale(
    request: UpscalingRequest,
    token: CancelToken | None = None,
    *,
    visible: VisibleRegion | None = None,
    on_tile: Callable[[Tile], None] | None = None,
) -> Upscaled:
    """Upscale an image.

    Parameters
    ----------
    request : UpscalingRequest
        What, and how.
    token : CancelToken, optional
        Checked before every tile, and before every layer of a network.
    visible : VisibleRegion, optional
        Its tiles come first; it may change while this runs.
    on_tile : callable, optional
        Takes each tile, checked, as it is ready; in this thread.

    Raises
    ------
    Cancelled
        If the token was cancelled.
    OutputCheckFailed
        If a tile cannot be right.
    OutOfMemory, DeviceUnavailable, ModelError
        If the network cannot be run.
    """
    token, visible = token or CancelToken(), visible or VisibleRegion()
    engine = _engine(request)
    rows, columns, *channels = request.pixels.shape
    scale = request.scale_factor
    # Zeros come from the system lazily: tiles that are not computed take no memory.
    begun = request.begun or Begun(np.zeros((rows * scale, columns * scale, *channels), dtype=np.float32), ())
    result, computed = begun.pixels, list(begun.computed)
    started = time.perf_counter()
    tiles, ready = plan_tiles(request.pixels.shape, scale, request.within, begun, visible.get())
    total = ready + len(tiles)
    for done, tile in enumerate(visible_first(tiles, visible), start=ready + 1):
        token.check()
        pixels = engine.run(tile, token)
        check_tile(request.method.name, request.pixels, tile, pixels, scale, reach=engine.reach, slack=engine.slack)
        region = tile.scaled(scale)
        result[region.slices] = pixels
        computed.append(region)
        if on_tile:
            on_tile(Tile(region, result, done, total))
    return Upscaled(
        pixels=result,
        computed=tuple(computed),
        is_whole=sum(region.area for region in computed) == rows * columns * scale**2,
        method=request.method.name,
        scale_factor=scale,
        device=engine.device,
        precision=request.precision if request.method.is_learned else "fp32",
        mapping=engine.mapping,
        seconds=time.perf_counter() - started,
        notes=tuple(engine.notes),
    )


def plan_tiles(
    shape: tuple[int, ...], scale_factor: int, within: Region | None, begun: Begun | None, visible: Region | None = None
) -> tuple[list[Region], int]:
    """Return the tiles that are to be computed, and how many are ready.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the input.
    scale_factor : int
        Of the result.
    within : Region or None
        Only tiles that meet this region of the input; None: all.
    begun : Begun or None
        What is ready.
    visible : Region or None
        Of the input: tiles there are cut into smaller ones.
    """
    grid = tile_grid(shape, TILE, within)
    ready = frozenset(begun.computed) if begun is not None else frozenset()
    if len(grid) > 1:
        grid = [piece for tile in grid for piece in _pieces(tile, visible, ready, scale_factor)]
    left = [tile for tile in grid if tile.scaled(scale_factor) not in ready]
    return left, len(grid) - len(left)


def _pieces(tile: Region, visible: Region | None, ready: frozenset[Region], scale_factor: int) -> Iterator[Region]:
    """Cut a tile that is visible, or was computed in part; one that is ready stays whole."""
    pieces = [piece.moved(tile.top, tile.left) for piece in tile_grid((tile.height, tile.width), FIRST_TILE)]
    is_seen = visible is not None and tile.intersects(visible)
    is_cut = is_seen or any(piece.scaled(scale_factor) in ready for piece in pieces)
    yield from pieces if is_cut and tile.scaled(scale_factor) not in ready else [tile]


class _Interpolation:
    """Interpolates tiles of one image."""

    device = CPU
    mapping: IntensityMapping | None = None
    slack = 0.0

    def __init__(self, request: UpscalingRequest) -> None:
        self.request = request
        self.reach = interpolation_reach(request.method.name)
        self.notes: list[str] = []

    def run(self, tile: Region, _token: CancelToken) -> FloatArray:
        return interpolate(self.request.pixels, self.request.scale_factor, self.request.method.name, tile)


class _Network:
    """Runs a network on tiles of one image; falls back to smaller tiles, then to the CPU, when memory runs out."""

    def __init__(self, request: UpscalingRequest) -> None:
        from medsr_viewer.upscaling.devices import find_device
        from medsr_viewer.upscaling.inference import TileRunner

        self.request = request
        self.card = request.method.cards[request.scale_factor]
        self.device = find_device(request.device)
        self.notes = [self.card.note] if self.card.note else []
        self.runner = TileRunner(self.card, self.device.name, request.precision)
        if request.pixels.ndim == 3:
            self.planes = rgb_to_ycbcr(request.pixels)
            self.luma = np.ascontiguousarray(self.planes[..., 0])
        else:
            self.luma = request.pixels
        self.mapping = fit_mapping(self.luma, request.valid)
        self.reach = self.card.halo + BACK_PROJECTION_REACH
        self.slack = NETWORK_DRIFT_SHARE * self.mapping.span

    def run(self, tile: Region, token: CancelToken) -> FloatArray:
        luma = self._luma(tile, token)
        if self.request.pixels.ndim == 2:
            return luma
        chroma = enlarge(self.planes[..., 1:], self.request.scale_factor, "bicubic", tile)
        return ycbcr_to_rgb(np.concatenate([luma[..., None], chroma], axis=2))

    def _luma(self, tile: Region, token: CancelToken) -> FloatArray:
        try:
            return self._tile_or_quarters(tile, token)
        except OutOfMemory:
            if self.device.name == CPU.name:
                raise
        from medsr_viewer.upscaling.devices import find_device
        from medsr_viewer.upscaling.inference import TileRunner

        self.notes.append(f"{self.device.label} ran out of memory: computed on the CPU")
        self.device = find_device(CPU.name)
        self.runner = TileRunner(self.card, self.device.name, self.request.precision)
        return self._tile_or_quarters(tile, token)

    def _tile_or_quarters(self, tile: Region, token: CancelToken) -> FloatArray:
        from medsr_viewer.upscaling.inference import TileTooLarge, quarters

        try:
            return self.runner.run(self.luma, tile, self.mapping, token)
        except TileTooLarge:
            pieces = quarters(tile)
        scale = self.request.scale_factor
        result = np.empty((tile.height * scale, tile.width * scale), dtype=np.float32)
        for piece in pieces:
            result[piece.moved(-tile.top, -tile.left).scaled(scale).slices] = self._tile_or_quarters(piece, token)
        return result


def _engine(request: UpscalingRequest) -> _Interpolation | _Network:
    return _Network(request) if request.method.is_learned else _Interpolation(request)
