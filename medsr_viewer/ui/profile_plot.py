"""The curves of a profile. The one module that knows pyqtgraph: imported when the dock is first shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsr_viewer.ui.display import theme
from medsr_viewer.ui.profiling import Curve, Profiles

_WIDTH = 1.6
_GRID_ALPHA = 0.18


class ProfilePlot(QWidget):
    """A curve a panel, in the panel's colour; the degraded image's in steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.profiles: Profiles | None = None
        self._widget: Any = pyqtgraph.PlotWidget(self)
        self.item: Any = self._widget.getPlotItem()
        item = self.item
        item.setMenuEnabled(False)
        item.showGrid(x=True, y=True, alpha=_GRID_ALPHA)
        item.addLegend(offset=(-8, 4))
        for axis in ("bottom", "left"):
            item.getAxis(axis).enableAutoSIPrefix(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._widget)
        self.setMinimumHeight(60)
        self._dress()

    def show_profiles(self, profiles: Profiles | None) -> None:
        """Draw curves in place of those before."""
        self.profiles = profiles
        item = self.item
        item.clear()
        if profiles is None:
            return
        item.setLabel("bottom", f"distance, {profiles.distance_unit}")
        item.setLabel("left", profiles.unit or "value")
        for curve in profiles.curves:
            x = edges(profiles.distance) if curve.is_stepped else profiles.distance
            item.plot(
                x,
                curve.values,
                name=curve.name,
                pen=pyqtgraph.mkPen(self._colour(curve), width=_WIDTH),
                stepMode="center" if curve.is_stepped else None,
                connect="finite",
                antialias=True,
            )

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
            self.show_profiles(self.profiles)

    def _dress(self) -> None:
        ink, paper = self.palette().color(QPalette.ColorRole.Text), self.palette().color(QPalette.ColorRole.Base)
        self._widget.setBackground(paper)
        self.item.legend.setLabelTextColor(ink)
        for axis in ("bottom", "left"):
            self.item.getAxis(axis).setPen(ink)
            self.item.getAxis(axis).setTextPen(ink)

    def _colour(self, curve: Curve) -> QColor:
        is_dark = self.palette().color(QPalette.ColorRole.Base).lightness() < 128
        return (theme.PANEL_COLOURS if is_dark else theme.PANEL_COLOURS_ON_WHITE)[curve.panel]


def edges(distance: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return where the step of each of N samples begins and ends: (N + 1,), halfway between samples."""
    between = (distance[1:] + distance[:-1]) / 2
    return np.concatenate([distance[:1], between, distance[-1:]])
