"""Tiles are made ready to be shown in the worker; the window's thread only takes them over."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display import levels
from medsr_viewer.ui.display.picture import Picture
from medsr_viewer.upscaling.upscaler import Tile, UpscalingRequest, upscale
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, MethodResult, prepare

from .conftest import MakeApplication
from .driving import settle

TILES = (Region(0, 0, 16, 33), Region(0, 33, 16, 27), Region(16, 0, 24, 60))


def test_what_was_taken_in_shows_once_it_is_announced() -> None:
    pixels = np.arange(2400, dtype=np.float32).reshape(40, 60)
    picture = Picture(pixels, pending=True).prepare()
    arrival = picture.take_in(TILES[0])
    assert arrival is not None
    assert picture.arrived == []
    assert picture.value_range == (0.0, 0.0)
    assert picture.value_at(1, 1) is None
    picture.announce(arrival)
    assert picture.arrived == [TILES[0]]
    assert picture.value_range == (0.0, 932.0)
    assert picture.value_at(1, 1) == 61.0


@given(order=st.permutations(range(3)), gap=st.sampled_from([None, 0, 1, 2]))
def test_taking_in_ahead_of_announcing_ends_as_the_whole_picture(order: list[int], gap: int | None) -> None:
    pixels = np.random.default_rng(0).normal(size=(40, 60)).astype(np.float32)
    if gap is not None:
        pixels[TILES[gap].top + 1, TILES[gap].left + 1] = np.nan
    canvas = np.zeros_like(pixels)
    picture = Picture(canvas, pending=True).prepare()
    arrivals = []
    for index in order:
        canvas[TILES[index].slices] = pixels[TILES[index].slices]
        arrivals.append(picture.take_in(TILES[index]))
    for arrival in arrivals:
        assert arrival is not None
        picture.announce(arrival)
    whole = Picture(pixels)
    assert not picture.is_growing
    assert picture.value_range == whole.value_range
    for index in range(whole.level_count):
        (values, valid), (expected, expected_valid) = picture.level(index), whole.level(index)
        assert (valid is None) == (expected_valid is None)
        mask: Any = slice(None) if valid is None else valid
        if valid is not None:
            np.testing.assert_array_equal(valid, expected_valid)
        np.testing.assert_allclose(values[mask], expected[mask], atol=1e-6)


def test_a_mask_that_comes_with_a_tile_leaves_what_is_on_screen_alone() -> None:
    canvas = np.zeros((40, 60), np.float32)
    picture = Picture(canvas, pending=True).prepare()
    picture.update_region(TILES[0])
    shown, _ = picture.level(1)
    canvas[20, 20] = np.nan
    arrival = picture.take_in(TILES[2])
    assert picture.level(1)[0] is shown
    assert picture.level(1)[1] is None
    assert arrival is not None
    picture.announce(arrival)
    assert picture.level(0)[1] is not None
    assert picture.value_at(20.5, 20.5) is None


def _compare_in_slow_tiles(request: ComparisonRequest, token: CancelToken | None = None, **report: Any) -> Comparison:
    prepared = prepare(request)
    if report["on_prepared"] is not None:
        report["on_prepared"](prepared)
    for method in request.methods:
        found = upscale(UpscalingRequest(prepared.degraded, method, request.scale_factor), token)
        half = found.pixels.shape[0] // 2
        tiles = (Region(0, 0, half, 64), Region(half, 0, found.pixels.shape[0] - half, 64))
        for done, region in enumerate(tiles, 1):
            time.sleep(0.05)
            report["on_tile"](method.name, Tile(region, found.pixels, done, len(tiles)))
        report["on_result"](MethodResult(method.name, replace(found, computed=tiles)))
    return Comparison(request, prepared)


def test_no_copy_is_halved_in_the_windows_thread(
    make_application: MakeApplication, image_files: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    halve = levels.halve

    def note(values: FloatArray, valid: Any = None) -> Any:
        threads.append(threading.current_thread())
        return halve(values, valid)

    monkeypatch.setattr(levels, "halve", note)
    application = make_application(compare=_compare_in_slow_tiles)
    grown: list[bool] = []
    application.results.entry_changed.connect(
        lambda _method: grown.append(any(p.picture and p.picture.is_growing for p in grid.panels))
    )
    grid = application.window.controller.grid
    application.window.open_paths(image_files[:1])
    grid.zoom_by(0.2)  # small copies are shown
    settle(application, qtbot)
    assert any(grown), "tiles were shown as they came"
    assert threads
    assert threading.main_thread() not in threads
    for panel in grid.panels[1:]:
        assert panel.picture is not None
        assert not panel.picture.is_growing
