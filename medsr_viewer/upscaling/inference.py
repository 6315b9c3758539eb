"""Run a network on a tile. Importing this module imports torch."""

from __future__ import annotations

import threading
from functools import lru_cache, partial

import torch
from torch import nn

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH, back_project
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.interpolation import network_of
from medsr_viewer.models.orientations import over_orientations
from medsr_viewer.models.output import residual_of_gray
from medsr_viewer.models.whole_image import needs_whole_image
from medsr_viewer.upscaling.bounds import bound_to_neighbourhood, within_span, within_trained_range
from medsr_viewer.upscaling.checks import check_consistency
from medsr_viewer.upscaling.mapping import IntensityMapping
from medsr_viewer.upscaling.memory import exceeds_memory, is_out_of_memory, release_memory, tile_limits
from medsr_viewer.upscaling.tiles import TileTooLarge, pieces

SMALLEST_TILE = 32


@lru_cache(maxsize=8)
def network_on(card: ModelCard, device: str) -> nn.Module:
    """Return a card's network on a device; kept for the next frame. Each layer heeds the token of `TileRunner.run`.

    Raises
    ------
    OutOfMemory
        If it does not fit the device's memory.
    ModelError
        See `network_of`.
    """
    network = network_of(card)
    try:
        network = network.to(device)
    except RuntimeError as exc:
        if not is_out_of_memory(exc):
            raise
        raise OutOfMemory(f"{card.name} does not fit the device's memory") from exc
    for layer in network.modules():
        layer.register_forward_pre_hook(_heed_token)
    return network


class TileRunner:
    """A network, ready to upscale the tiles of one frame.

    Parameters
    ----------
    card : ModelCard
        Which weights.
    device : str
        torch's name of it.
    precision : {"fp32", "bf16"}
        bf16 is the fast mode. The base stays float32 in either, so low frequencies are exact.

    Raises
    ------
    OutOfMemory
        If the network does not fit the device's memory.
    """

    def __init__(self, card: ModelCard, device: str, precision: str) -> None:
        self.card = card
        self.device = device
        self.bf16 = precision == "bf16"
        self.network = network_on(card, device)
        self._is_tileable = not needs_whole_image(self.network)
        # All positions of a blend are of one size: what did not fit at one does not at the next.
        self._limit = tile_limits[card.sources[0], device, precision]

    @property
    def largest_tile(self) -> int | None:
        """Largest side of a tile that is worth trying; it shrinks when memory runs out, for later frames too.

        None for a network that needs the whole image: there are no tiles.
        """
        return self._limit.side if self._is_tileable else None

    def run(
        self, pixels: FloatArray, region: Region, mapping: IntensityMapping, token: CancelToken | None = None
    ) -> FloatArray:
        """Upscale a region of an image: its bicubic upscaling plus the network's output, back-projected once.

        The back-projection holds every low frequency of the result to the input: re-degraded, it differs from the input
        by some 0.05 % of the range rather than 0.5 %.

        Parameters
        ----------
        pixels : ndarray
            (H, W) float32, in modality units: the whole input.
        region : Region
            In pixels of the input: all of it where `largest_tile` is None. A halo of half the receptive field makes the
            result exact.
        mapping : IntensityMapping
            Fitted to the whole input.
        token : CancelToken, optional
            Checked before every layer: a large network takes many seconds for a tile on a CPU.

        Returns
        -------
        ndarray
            ``scale_factor`` times the region's size, float32, in modality units.

        Raises
        ------
        Cancelled
            If the token was cancelled.
        TileTooLarge
            If the device has too little memory for it, or had for an earlier tile as large.
        OutOfMemory
            If it has too little, and no smaller tile will do.
        OutputCheckFailed
            If the network's output does not agree with its input.
        """
        self._require_memory(region)
        scale = self.card.scale_factor
        corrected = region.grown(BACK_PROJECTION_REACH, pixels.shape)
        outer = corrected.grown(self.card.halo, pixels.shape)
        _running.token = token
        try:
            residual = self._network(within_trained_range(mapping.to_network(pixels[outer.slices])))
        finally:
            _running.token = None
        if residual is None:
            release_memory(self.device)
            raise self._out_of_memory(region)
        inner = corrected.moved(-outer.top, -outer.left).scaled(scale)
        base = enlarge(pixels, scale, "bicubic", corrected)
        estimate = base + mapping.residual_to_pixels(within_span(residual[inner.slices]))
        # Before the back-projection, which would bring even noise in line with the input.
        check_consistency(self.card.name, pixels[corrected.slices], base, estimate, mapping.span)
        estimate = bound_to_neighbourhood(estimate, pixels, corrected, scale, mapping.span)
        estimate = back_project(estimate, pixels[corrected.slices], scale)
        return estimate[region.moved(-corrected.top, -corrected.left).scaled(scale).slices]

    def _require_memory(self, region: Region) -> None:
        if self.largest_tile is None:
            if exceeds_memory(region.area, self.device):
                raise self._out_of_memory(region)
        elif max(region.height, region.width) > self.largest_tile:
            raise TileTooLarge

    def _out_of_memory(self, region: Region) -> TileTooLarge | OutOfMemory:
        """Return what to raise; where smaller tiles may do, their size is remembered."""
        size = f"{region.width} x {region.height} pixels"
        if self.largest_tile is None:
            return OutOfMemory(
                f"{self.card.name} needs the whole image at once, and {size} do not fit the device's memory",
                "Choose another method or a smaller image: computed in parts, this method would give other pixels.",
            )
        if max(region.height, region.width) <= SMALLEST_TILE:
            return OutOfMemory(f"not even a tile of {size} fits the device's memory")
        self._limit.side = max(max(piece.height, piece.width) for piece in pieces(region))
        return TileTooLarge()

    def _network(self, values: FloatArray) -> FloatArray | None:
        """Return the network's output; None where memory ran out.

        Not an exception: while one is handled, its traceback holds the features of the layers that were reached.
        """
        try:
            with torch.inference_mode(), torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.bf16):
                tensor = torch.from_numpy(values)[None, None].to(self.device, memory_format=torch.channels_last)
                upscale = partial(residual_of_gray, self.network, card=self.card)
                residual = over_orientations(upscale, tensor, self.card.orientations)
                output: FloatArray = residual[0, 0].float().cpu().numpy()  # sync point: copies to the host
        except (RuntimeError, MemoryError) as exc:
            if not is_out_of_memory(exc):
                raise
            return None
        return output


class _Running(threading.local):
    """The token of the tile that this thread computes: networks are shared, work is not."""

    token: CancelToken | None = None


_running = _Running()


def _heed_token(_layer: nn.Module, _inputs: object) -> None:
    if _running.token is not None:
        _running.token.check()
