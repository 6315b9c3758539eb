"""Window drag and pan over four panels, beside pyqtgraph's ImageItem in the same run.

Run with `pytest tests/benchmarks/test_display.py --benchmark-enable -o addopts=--import-mode=importlib -s`.
Times are printed, not asserted.

The two do not do the same work in a pan: ImageItem redraws its finished picture, skipping pixels where it is reduced;
ours averages a new crop. ImageItem with `autoDownsample` on, the nearest to that, is many times slower in both.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.display.picture import Picture

PANELS = 4
SIZE = (1600, 900)
ROUNDS = 40


@pytest.mark.parametrize("side", [2048, 4096])
@pytest.mark.parametrize("action", ["window", "pan"])
def test_repaint(side, action, qtbot, benchmark, capsys):
    images = [np.random.default_rng(seed).integers(-1000, 3000, (side, side)).astype(np.float32) for seed in range(4)]
    ours, theirs = _our_panels(images, qtbot), _their_panels(images, qtbot)
    steps = {"window": (ours.window, theirs.window), "pan": (ours.pan, theirs.pan)}[action]
    times = _interleaved(*steps)
    with capsys.disabled():
        print(f"\n{action} {PANELS} x {side}: ours {times[0]:.1f} ms, ImageItem {times[1]:.1f} ms, ", end="")
        print(f"{times[1] / times[0]:.1f} times as fast")
    benchmark.extra_info.update(ours_ms=times[0], image_item_ms=times[1], ratio=times[1] / times[0])
    benchmark.pedantic(steps[0], rounds=ROUNDS)


@pytest.mark.parametrize("side", [2048, 4096])
def test_preparing_a_picture(side, benchmark):
    image = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    benchmark.pedantic(lambda: Picture(image).prepare(), rounds=5)


def _interleaved(*steps: Callable[[], None]) -> list[float]:
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(ROUNDS):
        for step, record in zip(steps, times, strict=True):
            for _ in range(3):  # what the other one left for later is not this one's time
                QApplication.processEvents()
            start = time.perf_counter()
            step()
            record.append((time.perf_counter() - start) * 1e3)
    return [median(record) for record in times]


class _Ours:
    def __init__(self, grid: PanelGrid) -> None:
        self.grid = grid
        self.widths: Iterator[int] = itertools.cycle(range(300, 500, 7))
        self.moves = itertools.cycle([7, 7, 7, -7, -7, -7])

    def window(self) -> None:
        self.grid.set_display(Window(40, next(self.widths)), False)
        self._repaint()

    def pan(self) -> None:
        self.grid.view.pan_by(next(self.moves), 0)
        self._repaint()

    @staticmethod
    def _repaint() -> None:
        QApplication.processEvents()


class _Theirs:
    def __init__(self, widget, items, boxes) -> None:
        self.widget, self.items, self.boxes = widget, items, boxes  # the widget owns the rest
        self.widths: Iterator[int] = itertools.cycle(range(300, 500, 7))
        self.moves = itertools.cycle([7, 7, 7, -7, -7, -7])

    def window(self) -> None:
        width = next(self.widths)
        for item in self.items:
            item.setLevels((1040 - width / 2, 1040 + width / 2))
        QApplication.processEvents()

    def pan(self) -> None:
        move = next(self.moves)
        for box in self.boxes:
            box.translateBy(x=move)
        QApplication.processEvents()


def _our_panels(images, qtbot) -> _Ours:
    grid = PanelGrid()
    qtbot.addWidget(grid)
    grid.set_panel_count(PANELS)
    grid.set_layout("grid")
    grid.resize(*SIZE)
    grid.set_extent(*images[0].shape)
    for panel, image in zip(grid.panels, images, strict=True):
        panel.set_picture(Picture(image).prepare())
        panel.set_corners(["Name", "Study"], ["Series 1", "Frame 1 / 1"], ["W 400 L 40"], ["512 x 512"])
        panel.set_orientation("R", "A", "L", "P")
    grid.show()
    qtbot.waitExposed(grid)
    QApplication.processEvents()
    return _Ours(grid)


def _their_panels(images, qtbot) -> _Theirs:
    import pyqtgraph

    widget = pyqtgraph.GraphicsLayoutWidget()
    qtbot.addWidget(widget)
    widget.resize(*SIZE)
    items, boxes = [], []
    for index, image in enumerate(images):
        box = widget.addViewBox(row=index // 2, col=index % 2, lockAspect=True, invertY=True)
        item = pyqtgraph.ImageItem((image + 1000).astype(np.uint16), axisOrder="row-major")
        box.addItem(item)
        items.append(item)
        boxes.append(box)
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    return _Theirs(widget, items, boxes)
