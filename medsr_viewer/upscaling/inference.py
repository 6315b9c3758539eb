"""Run a network on a tile. Importing this module imports torch."""

from __future__ import annotations

import threading
from functools import lru_cache

import torch
from torch import nn

from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.degrade import BACK_PROJECTION_REACH, back_project
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import FloatArray, enlarge
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling.bounds import bound_to_neighbourhood, within_trained_range
from medsr_viewer.upscaling.checks import check_consistency
from medsr_viewer.upscaling.mapping import IntensityMapping

SMALLEST_TILE = 32


class TileTooLarge(Exception):
    """The device ran out of memory on this tile; a smaller one may do."""


@lru_cache(maxsize=8)
def network_on(card: ModelCard, device: str) -> nn.Module:
    """Return a card's network on a device; kept for the next frame. Each layer heeds the token of `TileRunner.run`."""
    network = load_network(card).to(device)
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
    """

    def __init__(self, card: ModelCard, device: str, precision: str) -> None:
        self.card = card
        self.device = device
        self.bf16 = precision == "bf16"
        self.network = network_on(card, device)

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
            In pixels of the input. A halo of half the receptive field makes the result exact.
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
            If the device ran out of memory.
        OutputCheckFailed
            If the network's output does not agree with its input.
        """
        scale = self.card.scale_factor
        corrected = region.grown(BACK_PROJECTION_REACH, pixels.shape)
        outer = corrected.grown(self.card.halo, pixels.shape)
        _running.token = token
        try:
            residual = self._network(within_trained_range(mapping.to_network(pixels[outer.slices])))
        finally:
            _running.token = None
        inner = corrected.moved(-outer.top, -outer.left).scaled(scale)
        base = enlarge(pixels, scale, "bicubic", corrected)
        estimate = base + mapping.residual_to_pixels(residual[inner.slices])
        # Before the back-projection, which would bring even noise in line with the input.
        check_consistency(self.card.name, pixels[corrected.slices], base, estimate, mapping.span)
        estimate = bound_to_neighbourhood(estimate, pixels, corrected, scale)
        estimate = back_project(estimate, pixels[corrected.slices], scale)
        return estimate[region.moved(-corrected.top, -corrected.left).scaled(scale).slices]

    def _network(self, values: FloatArray) -> FloatArray:
        try:
            with torch.inference_mode(), torch.autocast(self.device.split(":")[0], torch.bfloat16, enabled=self.bf16):
                tensor = torch.from_numpy(values)[None, None].to(self.device, memory_format=torch.channels_last)
                # Sync point: copies to the host.
                output: FloatArray = self.network(tensor)[0, 0].float().cpu().numpy()
        except (torch.OutOfMemoryError, MemoryError) as exc:
            raise TileTooLarge from exc
        except RuntimeError as exc:
            if "memory" in str(exc).lower():
                raise TileTooLarge from exc
            raise
        return output


class _Running(threading.local):
    """The token of the tile that this thread computes: networks are shared, work is not."""

    token: CancelToken | None = None


_running = _Running()


def _heed_token(_layer: nn.Module, _inputs: object) -> None:
    if _running.token is not None:
        _running.token.check()


def quarters(region: Region) -> list[Region]:
    """Cut a tile into four.

    Raises
    ------
    OutOfMemory
        If it is as small as tiles get.
    """
    if max(region.height, region.width) <= SMALLEST_TILE:
        raise OutOfMemory(f"not even a tile of {region.width} x {region.height} pixels fits the device's memory")
    top, left = region.height // 2, region.width // 2
    pieces = [
        Region(region.top, region.left, top, left),
        Region(region.top, region.left + left, top, region.width - left),
        Region(region.top + top, region.left, region.height - top, left),
        Region(region.top + top, region.left + left, region.height - top, region.width - left),
    ]
    return [piece for piece in pieces if piece.area]
