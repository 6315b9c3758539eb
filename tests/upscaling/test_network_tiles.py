"""A network on tiles: the same result as on the whole image, in the order that the user sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling import inference, upscaler
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Tile, UpscalingRequest, upscale

MakeMethod = Callable[..., Method]
BUILDS = [("fmen", 2), ("fmen", 3), ("fmen", 8), ("srresnet", 2), ("srresnet", 4), ("swift-srgan", 4)]


def scan(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return noise with a black part, as a radiograph's collimated border is."""
    pixels = np.random.default_rng(len(shape)).uniform(-1000, 2000, shape).astype(np.float32)
    pixels[: shape[0] // 3] = -1000
    return pixels


def small_tiles(monkeypatch: pytest.MonkeyPatch, side: int = 24, first: int = 12) -> None:
    monkeypatch.setattr(upscaler, "TILE", side)
    monkeypatch.setattr(upscaler, "FIRST_TILE", first)


@pytest.mark.parametrize(("architecture", "scale_factor"), BUILDS)
def test_tiled_equals_whole(
    architecture: str, scale_factor: int, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = scan(61, 87)
    request = UpscalingRequest(pixels, tiny_method(architecture, scale_factor), scale_factor, device="cpu")
    whole = upscale(request)
    assert len(whole.computed) == 1
    assert whole.is_whole
    small_tiles(monkeypatch, 40)
    tiled = upscale(request, visible=VisibleRegion(Region(20, 30, 20, 20)))
    assert len(tiled.computed) > 6
    assert tiled.is_whole
    assert tiled.mapping == whole.mapping
    np.testing.assert_allclose(tiled.pixels, whole.pixels, rtol=0, atol=1e-5 * 3000)


def test_the_mean_over_orientations_is_tiled_exactly_and_turns_with_the_image(
    tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = scan(44, 71)
    plain = tiny_method("fmen", 2)
    method = Method("eight", "psnr", {2: dataclasses.replace(plain.cards[2], orientations=8)})
    whole = upscale(UpscalingRequest(pixels, method, 2, device="cpu")).pixels
    assert np.abs(whole - upscale(UpscalingRequest(pixels, plain, 2, device="cpu")).pixels).max() > 1
    turned = np.ascontiguousarray(np.rot90(pixels))
    small_tiles(monkeypatch, 30)
    tiled = upscale(UpscalingRequest(turned, method, 2, device="cpu"))
    assert len(tiled.computed) > 3
    np.testing.assert_allclose(np.rot90(tiled.pixels, -1), whole, rtol=0, atol=1e-5 * 3000)


class BoxMean(nn.Module):
    """Depends on every pixel as far as its halo alike, where trained and random networks hardly feel the farthest."""

    def __init__(self, halo: int, scale_factor: int) -> None:
        super().__init__()
        self.halo, self.scale_factor = halo, scale_factor

    def forward(self, degraded: Tensor) -> Tensor:
        means = F.avg_pool2d(degraded, 2 * self.halo + 1, stride=1, padding=self.halo)
        # A twentieth: an output that moves the mean by more is refused.
        return F.interpolate(means, scale_factor=float(self.scale_factor)) / 20


def test_a_tile_gets_the_whole_halo(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    method = tiny_method()
    network = BoxMean(method.cards[2].halo, 2)
    monkeypatch.setattr(inference, "network_on", lambda card, device: network)
    request = UpscalingRequest(scan(90, 110), method, 2, device="cpu")
    whole = upscale(request).pixels
    small_tiles(monkeypatch, 20)
    np.testing.assert_allclose(upscale(request).pixels, whole, rtol=0, atol=1e-6 * 3000)


def test_tiled_equals_whole_in_colour(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    request = UpscalingRequest(scan(41, 57, 3), tiny_method(), 2, device="cpu")
    whole = upscale(request)
    small_tiles(monkeypatch)
    np.testing.assert_allclose(upscale(request).pixels, whole.pixels, rtol=0, atol=1e-5 * 3000)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (33, 2), (3, 3)])
def test_tiny_images(shape: tuple[int, int], tiny_method: MakeMethod) -> None:
    pixels = np.random.default_rng(1).uniform(0, 100, shape).astype(np.float32)
    result = upscale(UpscalingRequest(pixels, tiny_method("srresnet", 4), 4, device="cpu"))
    assert result.pixels.shape == (shape[0] * 4, shape[1] * 4)


def test_tiles_are_reported_nearest_to_the_view_first(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    small_tiles(monkeypatch)
    pixels, view = scan(60, 80), Region(40, 60, 10, 10)
    tiles: list[Tile] = []
    result = upscale(
        UpscalingRequest(pixels, tiny_method(), 2, device="cpu"), visible=VisibleRegion(view), on_tile=tiles.append
    )
    assert tuple(tile.region for tile in tiles) == result.computed
    assert [tile.done for tile in tiles] == list(range(1, len(tiles) + 1))
    assert {tile.total for tile in tiles} == {len(tiles)}
    seen = [tile.region.intersects(view.scaled(2)) for tile in tiles]
    assert seen == sorted(seen, reverse=True)
    assert max(tiles[0].region.height, tiles[0].region.width) <= 12 * 2, "the first tile is a small one"
    assert max(tile.region.height for tile in tiles) > 12 * 2, "the others are not"
    covered = np.zeros(result.pixels.shape, dtype=int)
    for tile in tiles:
        covered[tile.region.slices] += 1
        assert tile.pixels is result.pixels
    assert (covered == 1).all()


def test_a_tile_holds_its_pixels_when_it_is_reported(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    small_tiles(monkeypatch)
    kept: list[tuple[Region, np.ndarray[Any, Any]]] = []
    result = upscale(
        UpscalingRequest(scan(30, 50), tiny_method(), 2, device="cpu"),
        on_tile=lambda tile: kept.append((tile.region, tile.pixels[tile.region.slices].copy())),
    )
    for region, pixels in kept:
        np.testing.assert_array_equal(pixels, result.pixels[region.slices])


def test_panning_while_it_runs_reorders_the_rest(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    small_tiles(monkeypatch)
    visible = VisibleRegion(Region(0, 0, 5, 5))
    order: list[Region] = []

    def pan(tile: Tile) -> None:
        order.append(tile.region)
        if tile.done == 1:
            visible.set(Region(70, 70, 5, 5))

    upscale(UpscalingRequest(scan(75, 75), tiny_method(), 2, device="cpu"), visible=visible, on_tile=pan)
    assert (order[0].top, order[0].left) == (0, 0)
    assert (order[1].bottom, order[1].right) == (150, 150)


def test_within_computes_the_tiles_that_meet_it_alone(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, method = scan(60, 80), tiny_method()
    whole = upscale(UpscalingRequest(pixels, method, 2, device="cpu")).pixels
    small_tiles(monkeypatch)
    region = Region(25, 30, 10, 20)
    part = upscale(UpscalingRequest(pixels, method, 2, device="cpu", within=region))
    assert not part.is_whole
    assert all(tile.intersects(region.scaled(2)) for tile in part.computed)
    computed = np.zeros(whole.shape, dtype=bool)
    for tile in part.computed:
        computed[tile.slices] = True
    assert computed[region.scaled(2).slices].all()
    assert not part.pixels[~computed].any()
    np.testing.assert_allclose(part.pixels[computed], whole[computed], rtol=0, atol=0.03)


@pytest.mark.parametrize("name", ["fmen", "bicubic"])
def test_cancelling_stops_before_the_next_tile(
    name: str, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_tiles(monkeypatch)
    method = tiny_method() if name == "fmen" else Method(name, "interpolation")
    token, seen = CancelToken(), list[int]()

    def stop(tile: Tile) -> None:
        seen.append(tile.done)
        if tile.done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        upscale(UpscalingRequest(scan(60, 80), method, 2, device="cpu"), token, on_tile=stop)
    assert seen == [1, 2]
    with pytest.raises(Cancelled):
        upscale(UpscalingRequest(scan(60, 80), method, 2, device="cpu"), token, on_tile=stop)
    assert seen == [1, 2]
