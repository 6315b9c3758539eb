"""A device that runs out of memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.errors import OutOfMemory
from medsr_viewer.imaging.region import Region
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling import devices, inference
from medsr_viewer.upscaling.device import Device
from medsr_viewer.upscaling.inference import TileRunner
from medsr_viewer.upscaling.memory import release_memory, tile_limits
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import pieces
from medsr_viewer.upscaling.upscaler import Begun, Tile, UpscalingRequest, upscale

MakeMethod = Callable[..., Method]


class Limited(nn.Module):
    """A network on a device with room for so many input pixels."""

    def __init__(self, network: nn.Module, limit: int, error: Exception) -> None:
        super().__init__()
        self.network, self.limit, self.error = network, limit, error
        self.sizes: list[int] = []
        self.features: list[weakref.ref[Tensor]] = []

    @property
    def failures(self) -> int:
        return sum(size > self.limit for size in self.sizes)

    def forward(self, degraded: Tensor) -> Tensor:
        self.sizes.append(degraded[0, 0].numel())
        features = degraded + 1
        self.features.append(weakref.ref(features))
        if self.sizes[-1] > self.limit:
            raise type(self.error)(*self.error.args)
        output: Tensor = self.network(degraded)
        return output


def scan() -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(-1000, 2000, (120, 150)).astype(np.float32)


def limit(monkeypatch: pytest.MonkeyPatch, method: Method, pixels: int, error: Exception) -> Limited:
    network = Limited(load_network(method.cards[2]), pixels, error)
    network.register_forward_pre_hook(lambda *_: None)  # torch calls layers with hooks by another way
    monkeypatch.setattr(inference, "network_on", lambda card, device: network)
    return network


ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory"),
    MemoryError(),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
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
    assert result.is_whole
    assert network.sizes[0] > 11000
    assert sum(size <= 11000 for size in network.sizes) >= 4


def test_the_smaller_size_is_kept_for_the_rest_of_the_run_and_for_later_runs(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, pixels = tiny_method(), np.tile(scan(), (3, 3))
    network = limit(monkeypatch, method, 22000, ERRORS[0])
    upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    assert network.failures == 1, "one tile was too large; none of its size is tried again"
    tiles: list[Tile] = []
    upscale(UpscalingRequest(pixels, method, 2, device="cpu"), on_tile=tiles.append)
    assert network.failures == 1
    assert max(max(tile.region.height, tile.region.width) for tile in tiles) <= 2 * 128
    assert {tile.total for tile in tiles} == {len(tiles)}, "planned so from the start"


def test_the_size_is_kept_for_each_precision_by_itself(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = tiny_method()
    network = limit(monkeypatch, method, 11000, ERRORS[0])
    upscale(UpscalingRequest(scan(), method, 2, device="cpu"))
    network.limit = 10**9
    network.sizes.clear()
    upscale(UpscalingRequest(scan(), method, 2, device="cpu", precision="bf16"))
    assert len(network.sizes) == 1


def test_memory_is_given_back_before_the_next_try(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method = tiny_method()
    network = limit(monkeypatch, method, 11000, ERRORS[0])
    released: list[tuple[int, str, bool]] = []

    def release(device: str) -> None:
        released.append((len(network.sizes), device, all(reference() is None for reference in network.features)))

    monkeypatch.setattr(inference, "release_memory", release)
    upscale(UpscalingRequest(scan(), method, 2, device="cpu"))
    assert released == [(1, "cpu", True)], "after the failure, when nothing holds the features of the failed try"


def test_release_asks_the_device_that_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: asked.append("cuda"))
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: asked.append("mps"))
    for device in ("cpu", "cuda:0", "mps"):
        release_memory(device)
    assert asked == ["cuda", "mps"]


def test_pieces_of_a_tile_are_reported_and_can_be_cancelled(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, pixels = tiny_method(), scan()
    network = limit(monkeypatch, method, 11000, ERRORS[0])
    token, tiles = CancelToken(), list[Tile]()

    def stop(tile: Tile) -> None:
        tiles.append(tile)
        if tile.done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        upscale(UpscalingRequest(pixels, method, 2, device="cpu"), token, on_tile=stop)
    assert [(tile.done, tile.total) for tile in tiles] == [(1, 4), (2, 4)]
    assert all(tile.region.area < pixels.size * 4 // 2 for tile in tiles)
    assert len(network.sizes) == 3


def test_a_device_without_room_for_the_smallest_tile(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method = tiny_method()
    limit(monkeypatch, method, 0, ERRORS[0])
    with pytest.raises(OutOfMemory, match="not even a tile of") as caught:
        upscale(UpscalingRequest(scan(), method, 2, device="cpu"))
    assert "smaller scale factor" in caught.value.advice


@pytest.mark.parametrize(
    "message", ["expected a 4-dimensional tensor", "CUDA error: an illegal memory access was encountered"]
)
def test_another_error_is_not_taken_for_it(
    message: str, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = tiny_method()
    limit(monkeypatch, method, 0, RuntimeError(message))
    with pytest.raises(RuntimeError, match=message):
        upscale(UpscalingRequest(scan(), method, 2, device="cpu"))


@pytest.fixture
def small_gpu(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the devices that tiles were run on; one of them is a GPU whose memory is always full."""
    runs: list[str] = []

    class Runner(TileRunner):
        def __init__(self, card: ModelCard, device: str, precision: str) -> None:
            super().__init__(card, "cpu", precision)
            self.named = device

        def _network(self, values: Any) -> Any:
            runs.append(self.named)
            return super()._network(values) if self.named == "cpu" else None

    gpu, cpu = Device("cuda:0", "Small GPU", 1), devices.find_device("cpu")
    monkeypatch.setattr(devices, "available_devices", lambda: (gpu, cpu))
    monkeypatch.setattr(inference, "TileRunner", Runner)
    return runs


def test_after_that_the_cpu_takes_over(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch, small_gpu: list[str]
) -> None:
    method, pixels = tiny_method(), scan()
    expected = upscale(UpscalingRequest(pixels, method, 2, device="cpu"))
    small_gpu.clear()
    result = upscale(UpscalingRequest(pixels, method, 2))
    np.testing.assert_allclose(result.pixels, expected.pixels, rtol=0, atol=1e-5 * 3000)
    assert result.is_whole
    assert result.device.name == "cpu"
    assert result.notes[-1] == "Small GPU ran out of memory: computed on the CPU"
    assert small_gpu[0] == "cuda:0"
    assert small_gpu[-1] == "cpu"
    assert small_gpu == sorted(small_gpu, reverse=True), "the GPU is not tried again"


def test_a_network_that_does_not_fit_the_device_runs_on_the_cpu(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = tiny_method()
    gpu, cpu = Device("cuda:0", "Small GPU", 1), devices.find_device("cpu")
    monkeypatch.setattr(devices, "available_devices", lambda: (gpu, cpu))
    real = nn.Module.to

    def to(network: nn.Module, *arguments: Any, **options: Any) -> Any:
        if arguments == ("cuda:0",):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(network, *arguments, **options)

    monkeypatch.setattr(nn.Module, "to", to)
    result = upscale(UpscalingRequest(scan(), method, 2))
    assert result.device == cpu
    assert result.notes[-1] == "Small GPU ran out of memory: computed on the CPU"


def test_what_was_computed_in_small_tiles_is_not_computed_again(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, pixels = tiny_method(), np.tile(scan(), (3, 3))
    network = limit(monkeypatch, method, 12000, ERRORS[0])
    request = UpscalingRequest(pixels, method, 2, device="cpu", within=Region(0, 0, 50, 60))
    part = upscale(request)
    tile_limits.clear()  # as in a new process
    network.limit = 10**9
    tiles: list[Tile] = []
    whole = upscale(replace(request, within=None, begun=Begun(part.pixels, part.computed)), on_tile=tiles.append)
    assert whole.is_whole
    assert sum(region.area for region in part.computed) + sum(tile.region.area for tile in tiles) == whole.pixels.size
    assert {tile.total for tile in tiles} == {len(whole.computed)}


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 80), st.integers(1, 80))
def test_pieces_cover_the_tile_once(top: int, left: int, height: int, width: int) -> None:
    tile = Region(top, left, height, width)
    covered = np.zeros((130, 130), dtype=int)
    for piece in pieces(tile):
        covered[piece.slices] += 1
        assert max(piece.height, piece.width) <= -(-max(height, width) // 2)
    assert covered.sum() == tile.area
    assert (covered[tile.slices] == 1).all()
