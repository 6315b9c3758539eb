"""A device that runs out of memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.region import Region
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling import devices, inference
from medsr_viewer.upscaling.device import Device
from medsr_viewer.upscaling.inference import SMALLEST_TILE, TileRunner, TileTooLarge, quarters
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale

MakeMethod = Callable[..., Method]


class Limited(nn.Module):
    """A network on a device with room for so many input pixels."""

    def __init__(self, network: nn.Module, limit: int, error: Exception) -> None:
        super().__init__()
        self.network, self.limit, self.error = network, limit, error
        self.sizes: list[int] = []

    def forward(self, degraded: Tensor) -> Tensor:
        self.sizes.append(degraded[0, 0].numel())
        if self.sizes[-1] > self.limit:
            raise self.error
        output: Tensor = self.network(degraded)
        return output


def scan() -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(-1000, 2000, (120, 150)).astype(np.float32)


def limit(monkeypatch: pytest.MonkeyPatch, method: Method, pixels: int, error: Exception) -> Limited:
    network = Limited(load_network(method.cards[2]), pixels, error)
    monkeypatch.setattr(inference, "network_on", lambda card, device: network)
    return network


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory"),
    MemoryError(),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
]


@pytest.mark.parametrize("error", ERRORS)
def test_smaller_tiles_give_the_same_result(
    error: Exception, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, pixels = tiny_method(), scan()
    expected = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    network = limit(monkeypatch, method, 11000, error)
    result = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    np.testing.assert_allclose(result.pixels, expected.pixels, rtol=0, atol=1e-5 * 3000)
    assert network.sizes[0] > 11000
    assert sum(size <= 11000 for size in network.sizes) >= 4


def test_a_device_without_room_for_the_smallest_tile(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method = tiny_method()
    limit(monkeypatch, method, 0, ERRORS[0])
    with pytest.raises(OutOfMemory, match="not even a tile of") as caught:
        upscale(UpscalingRequest(scan(), method, 2, device="cpu"))
    assert "smaller scale factor" in caught.value.advice


def test_another_error_is_not_taken_for_it(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method = tiny_method()
    limit(monkeypatch, method, 0, RuntimeError("expected a 4-dimensional tensor"))
    with pytest.raises(RuntimeError, match="4-dimensional"):
        upscale(UpscalingRequest(scan(), method, 2, device="cpu"))


def test_after_that_the_cpu_takes_over(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method, pixels = tiny_method(), scan()
    expected = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    gpu, cpu = Device("cuda:0", "Small GPU", 1), devices.find_device("cpu")
    runs: list[str] = []

    class Runner(TileRunner):
        def __init__(self, card: ModelCard, device: str, precision: str) -> None:
            super().__init__(card, "cpu", precision)
            self.named = device

        def run(self, *arguments: Any) -> Any:
            runs.append(self.named)
            if self.named != "cpu":
                raise TileTooLarge
            return super().run(*arguments)

    monkeypatch.setattr(devices, "available_devices", lambda: (gpu, cpu))
    monkeypatch.setattr(inference, "TileRunner", Runner)
    result = upscale(UpscalingRequest(pixels, method, 2))
    np.testing.assert_allclose(result.pixels, expected.pixels, rtol=0, atol=1e-5 * 3000)
    assert result.device == cpu
    assert result.notes[-1] == "Small GPU ran out of memory: computed on the CPU"
    assert runs[0] == "cuda:0"
    assert runs[-1] == "cpu"


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 80), st.integers(1, 80))
def test_quarters_cover_the_tile_once(top: int, left: int, height: int, width: int) -> None:
    tile = Region(top, left, height, width)
    if max(height, width) <= SMALLEST_TILE:
        with pytest.raises(OutOfMemory, match=f"{width} x {height}"):
            quarters(tile)
        return
    covered = np.zeros((130, 130), dtype=int)
    pieces = quarters(tile)
    for piece in pieces:
        covered[piece.slices] += 1
    assert covered.sum() == tile.area
    assert (covered[tile.slices] == 1).all()
    assert all(max(piece.height, piece.width) < max(height, width) for piece in pieces)
