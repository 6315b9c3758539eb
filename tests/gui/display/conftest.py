"""A grid of panels, and mouse movements as Qt delivers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, SignalInstance
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from medsr_viewer.imaging.frame import Window
from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.display.picture import Picture

SIDE = 128


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(1).integers(-1000, 2000, (SIDE, SIDE)).astype(np.float32)


@pytest.fixture
def grid(qtbot, image) -> PanelGrid:
    """Three panels: the image, its means over 4 x 4 drawn four times as large, and the image again."""
    made = PanelGrid()
    qtbot.addWidget(made)
    made.set_layout("row")
    made.resize(930, 340)
    made.set_extent(SIDE, SIDE)
    made.set_display(Window(500, 3000, "LINEAR_EXACT"), False)
    small = image.reshape(SIDE // 4, 4, SIDE // 4, 4).mean(axis=(1, 3))
    for panel, picture in zip(made.panels, (Picture(image), Picture(small, 4), Picture(image)), strict=True):
        panel.set_picture(picture)
    made.show()
    qtbot.waitExposed(made)
    QApplication.processEvents()
    return made


@pytest.fixture
def drag() -> Callable[..., None]:
    """Press, move and release on a widget: drag(widget, (x, y), (x, y), button, modifiers at the press)."""
    none = Qt.KeyboardModifier.NoModifier

    def move(
        widget: QWidget,
        start: tuple[int, int],
        end: tuple[int, int],
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = none,
        later: Qt.KeyboardModifier = none,
    ) -> None:
        released = Qt.MouseButton.NoButton
        for kind, at, which, held, keys in (
            (QEvent.Type.MouseButtonPress, start, button, button, modifiers),
            (QEvent.Type.MouseMove, end, released, button, later),
            (QEvent.Type.MouseButtonRelease, end, button, released, later),
        ):
            place = QPointF(*at)
            event = QMouseEvent(kind, place, QPointF(widget.mapToGlobal(QPoint(*at))), which, held, keys)
            QApplication.sendEvent(widget, event)

    return move


@pytest.fixture
def wheel() -> Callable[..., None]:
    """Turn the wheel over a widget: wheel(widget, (x, y), notches away from the user, modifiers, pixels)."""

    def turn(
        widget: QWidget,
        at: tuple[int, int],
        notches: float,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        pixels: int = 0,
    ) -> None:
        event = QWheelEvent(
            QPointF(*at),
            QPointF(widget.mapToGlobal(QPoint(*at))),
            QPoint(0, pixels),
            QPoint(0, round(notches * 120)),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)

    return turn


@pytest.fixture
def emitted() -> Callable[[SignalInstance], list[tuple[Any, ...]]]:
    """Collect what a signal emits from now on: emitted(signal) is a list that grows, the arguments as a tuple each."""

    def collect(signal: SignalInstance) -> list[tuple[Any, ...]]:
        received: list[tuple[Any, ...]] = []
        signal.connect(lambda *values: received.append(values))
        return received

    return collect


@pytest.fixture
def point() -> Callable[..., tuple[float, float]]:
    """Say what a panel shows at a place of its canvas, in reference pixels: point(grid, panel, (x, y))."""

    def at(grid: PanelGrid, panel: int = 0, place: tuple[int, int] = (120, 100)) -> tuple[float, float]:
        return grid.panels[panel].canvas.reference_at(QPointF(*place))

    return at
