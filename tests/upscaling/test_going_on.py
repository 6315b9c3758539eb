"""Going on with a result of which some tiles are there; stopping within a tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.upscaling import inference, upscaler
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.tiles import VisibleRegion
from medsr_viewer.upscaling.upscaler import Begun, Tile, Upscaled, UpscalingRequest, upscale

SHAPE, SCALE = (70, 90), 2
PIXELS = np.random.default_rng(3).uniform(0, 100, SHAPE).astype(np.float32)
REQUEST = UpscalingRequest(PIXELS, Method("bicubic", "interpolation"), SCALE)
regions = st.builds(Region, st.integers(0, 69), st.integers(0, 89), st.integers(1, 60), st.integers(1, 60))


def run(request: UpscalingRequest, seen: Region | None = None) -> tuple[Upscaled, list[Tile]]:
    tiles: list[Tile] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upscaler, "TILE", 24)
        patch.setattr(upscaler, "FIRST_TILE", 12)
        return upscale(request, visible=VisibleRegion(seen), on_tile=tiles.append), tiles


@given(parts=st.lists(st.tuples(regions, regions), max_size=3))
def test_part_after_part_ends_as_the_whole_and_no_pixel_is_computed_twice(parts: list[tuple[Region, Region]]) -> None:
    begun, tiles = None, []
    for within, seen in (*parts, (None, None)):
        found, reported = run(replace(REQUEST, within=within, begun=begun), seen)
        begun = Begun(found.pixels, found.computed)
        tiles += reported
        assert [tile.done for tile in reported] == list(
            range(reported[0].done, reported[0].total + 1) if reported else []
        )
    assert found.is_whole
    assert sum(tile.region.area for tile in tiles) == found.pixels.size
    counts = np.zeros(found.pixels.shape, int)
    for region in found.computed:
        counts[region.slices] += 1
    assert (counts == 1).all()
    np.testing.assert_array_equal(found.pixels, run(REQUEST)[0].pixels)


def test_what_is_there_counts_as_done() -> None:
    first, _ = run(replace(REQUEST, within=Region(0, 0, 10, 10)))
    _, tiles = run(replace(REQUEST, begun=Begun(first.pixels, first.computed)))
    assert [tile.done for tile in tiles] == list(range(2, 13))
    assert {tile.total for tile in tiles} == {12}
    assert all(tile.pixels is first.pixels for tile in tiles)


def test_a_network_stops_within_a_tile(tiny_method: Callable[..., Method]) -> None:
    request = UpscalingRequest(PIXELS, tiny_method("fmen", SCALE), SCALE, device="cpu")
    token, ran = CancelToken(), []
    network = inference.network_on(request.method.cards[SCALE], "cpu")
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    for layer in layers:
        layer.register_forward_hook(lambda *_: (ran.append(1), token.cancel())[-1])
    with pytest.raises(Cancelled):
        upscale(request, token)
    assert len(ran) == 1 < len(layers)
    ran.clear()
    with pytest.raises(Cancelled):
        upscale(request, token)
    assert not ran
    upscale(request)  # another job's token, in the same thread
    assert len(ran) >= len(layers)
