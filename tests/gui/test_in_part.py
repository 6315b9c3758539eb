"""Results of which a part is there: what the user was asked about holds, and what was computed is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.region import Region
from medsr_viewer.ui import comparison_job, long_runs
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.showing import IN_PART
from medsr_viewer.upscaling import upscaler
from medsr_viewer.upscaling.upscaler import Tile
from medsr_viewer.workflows.compare import Comparison, ComparisonRequest, compare
from medsr_viewer.workflows.estimate import Estimate

from .conftest import MakeApplication
from .driving import act, badges, statuses

SIDE, SCALE = 256, 2
SETTLED_MS = 450


class TileByTile:
    """The real comparison; stops before a tile where it is told to."""

    def __init__(self) -> None:
        self.tiles: list[tuple[str, Region]] = []
        self.stop_after: int | None = None
        self.waits = threading.Event()

    def __call__(self, request: ComparisonRequest, token: CancelToken, **callbacks: Any) -> Comparison:
        report: Callable[[str, Tile], None] = callbacks.pop("on_tile")

        def on_tile(method: str, tile: Tile) -> None:
            self.tiles.append((method, tile.region))
            report(method, tile)
            while self.stop_after is not None and len(self.tiles) >= self.stop_after:
                self.waits.set()
                token.check()
                threading.Event().wait(0.005)

        return compare(request, token, on_tile=on_tile, **callbacks)

    def area(self, method: str) -> int:
        return sum(region.area for name, region in self.tiles if name == method)


@pytest.fixture
def tile_by_tile() -> TileByTile:
    return TileByTile()


@pytest.fixture
def cut(
    make_application: MakeApplication,
    tile_by_tile: TileByTile,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Application:
    """A window whose user looks closely at a large image and is asked about a long run."""
    monkeypatch.setattr(upscaler, "TILE", 16)
    monkeypatch.setattr(upscaler, "FIRST_TILE", 8)
    monkeypatch.setattr(long_runs, "LARGE_OUTPUT", 60_000)
    monkeypatch.setattr(comparison_job, "REPORT_INTERVAL", 0.0)
    path = tmp_path / "large.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (SIDE, SIDE), np.uint8)).save(path)
    application = make_application(
        compare=tile_by_tile, estimator=lambda _request, _shape, _token: Estimate(3600.0, 1 << 30, 229_000_000)
    )
    controller = application.window.controller
    controller.choose("mode", "enhance")
    controller.choose("scale", str(SCALE))
    application.window.open_paths([path])
    qtbot.waitUntil(lambda: len(application.window.notices.shown) == 1, timeout=5000)
    controller.grid.zoom_by(8)
    qtbot.wait(50)
    return application


def answer(application: Application, text: str) -> None:
    notice = application.window.notices.shown[0]
    next(button for button in notice.findChildren(QPushButton) if button.text() == text).click()


def rest(application: Application, qtbot: QtBot) -> None:
    """Wait until the view has settled and nothing is computed."""
    qtbot.wait(SETTLED_MS)
    qtbot.waitUntil(lambda: not application.comparing.is_busy, timeout=60_000)


def arrived(application: Application, panel: int) -> list[Region]:
    picture = application.window.controller.grid.panels[panel].picture
    assert picture is not None
    return list(picture.arrived or [Region.whole(picture.shape)])


@pytest.fixture
def in_part(cut: Application, tile_by_tile: TileByTile, qtbot: QtBot) -> Application:
    """The user chose the visible region alone, and it is there."""
    answer(cut, "Visible region alone")
    rest(cut, qtbot)
    assert 0 < tile_by_tile.area("bicubic") < (SIDE * SCALE) ** 2 / 4
    return cut


def test_the_part_is_named_and_nothing_is_missing_where_the_user_looks(in_part: Application) -> None:
    assert all("in part" in badge for badge in badges(in_part)[1:])
    assert statuses(in_part) == ["", "", ""]
    assert in_part.window.notices.shown == ()


def test_a_view_that_grows_asks_before_the_rest_is_computed(
    in_part: Application, tile_by_tile: TileByTile, qtbot: QtBot
) -> None:
    pictures, count = [arrived(in_part, panel) for panel in (1, 2)], len(tile_by_tile.tiles)
    act(in_part, "fit")
    rest(in_part, qtbot)
    assert len(tile_by_tile.tiles) == count, "nothing is computed without a word"
    assert [arrived(in_part, panel) for panel in (1, 2)] == pictures
    assert statuses(in_part)[1:] == [IN_PART, IN_PART]
    (notice,) = in_part.window.notices.shown
    assert "60 min" in notice.text
    answer(in_part, "Go on")
    rest(in_part, qtbot)
    for panel, method in ((1, "bicubic"), (2, "lanczos")):
        assert tile_by_tile.area(method) == (SIDE * SCALE) ** 2, "no tile is computed twice"
        assert arrived(in_part, panel) == [Region(0, 0, SIDE * SCALE, SIDE * SCALE)]
    assert statuses(in_part) == ["", "", ""]
    assert not any("in part" in badge for badge in badges(in_part))


def test_who_keeps_the_part_is_not_asked_again_until_asking(
    in_part: Application, tile_by_tile: TileByTile, qtbot: QtBot
) -> None:
    count = len(tile_by_tile.tiles)
    act(in_part, "fit")
    rest(in_part, qtbot)
    answer(in_part, "Keep the part")
    in_part.window.controller.grid.zoom_by(1.3)
    rest(in_part, qtbot)
    assert in_part.window.notices.shown == ()
    assert len(tile_by_tile.tiles) == count
    assert statuses(in_part)[1:] == [IN_PART, IN_PART]
    act(in_part, "compute-again")
    qtbot.waitUntil(lambda: len(in_part.window.notices.shown) == 1, timeout=5000)
    assert "The rest of it" in in_part.window.notices.shown[0].text
    answer(in_part, "Whole image")
    rest(in_part, qtbot)
    assert tile_by_tile.area("bicubic") == (SIDE * SCALE) ** 2


def test_a_small_step_goes_on_by_itself_with_what_is_new_alone(
    in_part: Application, tile_by_tile: TileByTile, qtbot: QtBot
) -> None:
    before = set(tile_by_tile.tiles)
    in_part.window.controller.grid.view.pan_by(-300, 0)
    rest(in_part, qtbot)
    assert in_part.window.notices.shown == ()
    assert statuses(in_part) == ["", "", ""]
    assert len(set(tile_by_tile.tiles)) == len(tile_by_tile.tiles) > len(before)


def test_zooming_in_again_computes_nothing(in_part: Application, tile_by_tile: TileByTile, qtbot: QtBot) -> None:
    count = len(tile_by_tile.tiles)
    in_part.window.controller.grid.zoom_by(3)
    rest(in_part, qtbot)
    assert len(tile_by_tile.tiles) == count
    assert statuses(in_part) == ["", "", ""]


def test_a_run_goes_on_while_the_question_stands(cut: Application, tile_by_tile: TileByTile, qtbot: QtBot) -> None:
    tile_by_tile.stop_after = 3
    answer(cut, "Visible region alone")
    qtbot.waitUntil(tile_by_tile.waits.is_set, timeout=5000)
    act(cut, "fit")
    qtbot.waitUntil(lambda: len(cut.window.notices.shown) == 1, timeout=5000)
    tile_by_tile.stop_after = None
    rest(cut, qtbot)
    assert len(tile_by_tile.tiles) > 3
    assert tile_by_tile.area("lanczos") < (SIDE * SCALE) ** 2 / 4
    assert tile_by_tile.area("lanczos") == sum(region.area for region in arrived(cut, 2))


def test_a_cancelled_run_keeps_its_tiles_and_goes_on_from_them(
    cut: Application, tile_by_tile: TileByTile, qtbot: QtBot
) -> None:
    tile_by_tile.stop_after = 5
    answer(cut, "Visible region alone")
    qtbot.waitUntil(lambda: statuses(cut)[1].startswith("computing · tile 5 of "), timeout=5000)
    act(cut, "escape")
    assert len(arrived(cut, 1)) == 5
    assert statuses(cut)[1].startswith("cancelled at tile 5 of ")
    assert "in part" in badges(cut)[1]
    qtbot.waitUntil(lambda: not cut.comparing.is_busy, timeout=5000)
    cut.window.controller.grid.view.pan_by(-20, 0)
    rest(cut, qtbot)
    assert len(tile_by_tile.tiles) == 5, "it takes more than a pan to go on"
    tile_by_tile.stop_after = None
    act(cut, "compute-again")
    qtbot.waitUntil(lambda: len(cut.window.notices.shown) == 1, timeout=5000)
    answer(cut, "Visible region alone")
    rest(cut, qtbot)
    assert statuses(cut) == ["", "", ""]
    assert len(set(tile_by_tile.tiles)) == len(tile_by_tile.tiles)


def test_what_another_choice_interrupted_is_gone_on_with(
    cut: Application, tile_by_tile: TileByTile, qtbot: QtBot
) -> None:
    tile_by_tile.stop_after = 5
    answer(cut, "Whole image")
    qtbot.waitUntil(lambda: statuses(cut)[1].startswith("computing · tile 5 of "), timeout=5000)
    cut.window.controller.choose("mode", "test")
    tile_by_tile.stop_after = None
    rest(cut, qtbot)
    tile_by_tile.tiles = tile_by_tile.tiles[:5]
    cut.window.controller.choose("mode", "enhance")
    rest(cut, qtbot)
    assert statuses(cut) == ["", "", ""]
    assert tile_by_tile.area("bicubic") == (SIDE * SCALE) ** 2
