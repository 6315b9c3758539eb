# ruff: noqa: RUF001 - the multiplication sign is meant

"""What stands on screen is what its texts say it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.app import Application
from medsr_viewer.ui.results import InputKey, input_key

from .conftest import GatedCompare
from .driving import settle


def test_a_panel_shown_alone_is_saved_under_its_own_caption(
    opened: Application, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = opened.window.controller.grid
    grid.toggle_maximised(2)
    written: list[str] = []
    original = QPainter.drawText

    def note(painter: QPainter, *arguments: object) -> object:
        written.append(str(arguments[-1]))
        return original(painter, *arguments)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainter, "drawText", note)
    with qtbot.waitSignal(opened.runners["saving"].succeeded):
        opened.window._saving.save_figure(tmp_path / "figure.png")
        drawn = tuple(written)
    captions = [text for text in drawn if text.startswith(("Degraded", "Upscaled"))]
    assert [text.split(" · ")[:2] for text in captions] == [["Upscaled ×4", "lanczos"]]


def test_a_file_that_changed_is_shown_as_it_is_now(opened: Application, image_files: list[Path], qtbot: QtBot) -> None:
    before = opened.state.image
    Image.fromarray(np.full((48, 64), 77, np.uint8)).save(image_files[0])
    opened.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: opened.state.image is not before, timeout=5000)
    settle(opened, qtbot)
    panels = opened.window.controller.grid.panels
    for panel in panels:
        assert panel.picture is not None
        np.testing.assert_allclose(panel.picture.pixels, 77.0, atol=1e-3)
    assert panels[1].scores.text().startswith("identical")


def test_a_file_that_did_not_change_keeps_its_results(
    computed: Application, gated: GatedCompare, image_files: list[Path], qtbot: QtBot
) -> None:
    count, before = len(gated.requests), computed.state.image
    computed.window.open_paths(image_files[:1])
    qtbot.waitUntil(lambda: computed.state.image is not before, timeout=5000)
    settle(computed, qtbot)
    assert len(gated.requests) == count


def reduced(seen: Region) -> Region:
    top, left = seen.top // 2, seen.left // 2
    return Region(top, left, -(-seen.bottom // 2) - top, -(-seen.right // 2) - left)


@pytest.mark.parametrize("mode", ["test", "enhance"])
def test_the_visible_region_follows_the_scale_factor(opened: Application, qtbot: QtBot, mode: str) -> None:
    controller, comparing = opened.window.controller, opened.comparing
    controller.choose("mode", mode)
    controller.choose("scale", "4")
    qtbot.waitUntil(lambda: not comparing.is_busy, timeout=5000)
    controller.grid.zoom_by(4)
    qtbot.wait(50)
    before, in_panels = comparing._visible.get(), controller.grid.visible_region()
    controller.choose("scale", "2")
    # At once: a part computed alone is cut from it. In Enhance the same input is seen, in Test one twice as large.
    assert comparing._visible.get() == (before if mode == "enhance" else reduced(in_panels))
    qtbot.waitUntil(lambda: not comparing.is_busy, timeout=5000)
    qtbot.wait(50)
    assert comparing._visible.get() == reduced(controller.grid.visible_region())


def test_space_shows_the_input_as_the_input_in_enhance(opened: Application, qtbot: QtBot) -> None:
    opened.window.controller.choose("mode", "enhance")
    panel = opened.window.controller.grid.panels[1]
    qtbot.waitUntil(lambda: panel.badge.text.startswith("Upscaled") and not opened.comparing.is_busy, timeout=5000)
    qtbot.keyPress(panel.canvas, Qt.Key.Key_Space)
    assert panel.badge.text == "Input"
    qtbot.keyRelease(panel.canvas, Qt.Key.Key_Space)
    opened.window.controller.choose("mode", "test")
    qtbot.waitUntil(lambda: opened.results.prepared_for(_key(opened)) is not None, timeout=5000)
    qtbot.keyPress(panel.canvas, Qt.Key.Key_Space)
    assert panel.badge.text == "Reference"
    qtbot.keyRelease(panel.canvas, Qt.Key.Key_Space)


def _key(application: Application) -> InputKey:
    assert application.state.image is not None
    return input_key(application.state.image, application.state.choices)
