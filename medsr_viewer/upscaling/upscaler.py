"""Upscale an image by any method, tile by tile: modality units in, modality units out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.checks import check_tile
from medsr_viewer.upscaling.device import Device
from medsr_viewer.upscaling.engines import Interpolation, Network
from medsr_viewer.upscaling.mapping import IntensityMapping
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import TileQueue, TileTooLarge, VisibleRegion, pieces, tile_grid

Precision: TypeAlias = Literal["fp32", "bf16"]

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
        Compute only the tiles that meet this region, in pixels of the input. A network of which a pixel depends on the
        whole input computes all of it nevertheless, and a note says so.
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
        How many tiles are ready, of how many; of more than at first where tiles are cut because memory ran out.
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
    card : ModelCard or None
        Of the network; None for interpolation.
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
    card: ModelCard | None = None


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
    plan, done = plan_tiles(
        request.pixels.shape, scale, request.within, begun, visible.get(), largest_tile=engine.largest_tile
    )
    tiles = TileQueue(plan, visible)
    for tile in tiles:
        token.check()
        try:
            pixels = engine.run(tile, token)
        except TileTooLarge:
            tiles.put_back(pieces(tile))
            continue
        check_tile(request.method.name, request.pixels, tile, pixels, scale, reach=engine.reach, slack=engine.slack)
        region = tile.scaled(scale)
        result[region.slices] = pixels
        computed.append(region)
        done += 1
        if on_tile:
            on_tile(Tile(region, result, done, done + len(tiles)))
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
        card=request.method.cards.get(scale),
    )


def plan_tiles(
    shape: tuple[int, ...],
    scale_factor: int,
    within: Region | None,
    begun: Begun | None,
    visible: Region | None = None,
    *,
    largest_tile: int | None = TILE,
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
    largest_tile : int or None
        Largest side of a tile, see `largest_tile_of`.
    """
    if largest_tile is None:
        grid = [Region.whole(shape)]
    else:
        grid = tile_grid(shape, TILE, within)
        cut = _Cut(scale_factor, largest_tile, visible if len(grid) > 1 else None, begun)
        grid = [piece for tile in grid for piece in cut.leaves(tile) if within is None or piece.intersects(within)]
    ready = frozenset(begun.computed) if begun is not None else frozenset()
    left = [tile for tile in grid if tile.scaled(scale_factor) not in ready]
    return left, len(grid) - len(left)


def largest_tile_of(method: Method, scale_factor: int, device: str, precision: Precision) -> int | None:
    """Return the largest side of a tile that a method's device is known to have memory for; None: no tiles at all."""
    if not method.is_learned:
        return TILE
    from medsr_viewer.upscaling.devices import find_device
    from medsr_viewer.upscaling.inference import TileRunner

    return TileRunner(method.cards[scale_factor], find_device(device).name, precision).largest_tile


class _Cut:
    """Cuts tiles that are too large, that are visible, or of which a part is ready; one that is ready stays whole."""

    def __init__(self, scale_factor: int, largest_tile: int, visible: Region | None, begun: Begun | None) -> None:
        self.scale_factor, self.largest_tile, self.visible = scale_factor, largest_tile, visible
        self.ready = frozenset(begun.computed) if begun is not None else frozenset()
        self.smallest_ready = min((max(part.height, part.width) for part in self.ready), default=0) // scale_factor

    def leaves(self, tile: Region) -> Iterator[Region]:
        if not self._is_ready(tile) and (self._is_too_large(tile) or self._is_begun(tile)):
            for piece in pieces(tile):
                yield from self.leaves(piece)
        else:
            yield tile

    def _is_ready(self, tile: Region) -> bool:
        return tile.scaled(self.scale_factor) in self.ready

    def _is_too_large(self, tile: Region) -> bool:
        is_seen = self.visible is not None and tile.intersects(self.visible)
        return max(tile.height, tile.width) > (min(FIRST_TILE, self.largest_tile) if is_seen else self.largest_tile)

    def _is_begun(self, tile: Region) -> bool:
        if not self.ready or max(tile.height, tile.width) <= self.smallest_ready:
            return False
        return any(self._is_ready(piece) or self._is_begun(piece) for piece in pieces(tile))


def _engine(request: UpscalingRequest) -> Interpolation | Network:
    scale = request.scale_factor
    if not request.method.is_learned:
        return Interpolation(request.pixels, scale, request.method.name)
    card = request.method.cards[scale]
    engine = Network(request.pixels, card, request.device, request.precision, request.valid)
    if engine.largest_tile is None and request.within is not None:
        engine.notes.append(f"{card.name} depends on the whole image: all of it was computed")
    return engine
