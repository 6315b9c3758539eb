"""The curves of a profile. The one module that knows pyqtgraph: imported when the dock is first shown."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyqtgraph
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.profiling import Curve, Profiles

Distances: TypeAlias = npt.NDArray[np.float64]

_WIDTH = 1.6
_GRID_ALPHA = 0.18


class ProfilePlot(QWidget):
    """A curve a panel, in the panel's colour; the degraded image's in steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.profiles: Profiles | None = None
        self._drawn: tuple[tuple[int, str, bool], ...] = ()
        self._lines: list[Any] = []
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
        curves = profiles.curves if profiles is not None else ()
        drawn = tuple((curve.panel, curve.name, curve.is_stepped) for curve in curves)
        if drawn != self._drawn:
            self._drawn = drawn
            self.item.clear()
            self._lines = [self._line(curve) for curve in curves]
        if profiles is None:
            return
        self.item.setLabel("bottom", f"distance, {profiles.distance_unit}")
        self.item.setLabel("left", profiles.unit or "value")
        for curve, line in zip(curves, self._lines, strict=True):
            line.setData(*(steps if curve.is_stepped else _as_they_are)(profiles.distance, curve.values))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
            self._drawn = ()
            self.show_profiles(self.profiles)

    def _dress(self) -> None:
        ink, paper = self.palette().color(QPalette.ColorRole.Text), self.palette().color(QPalette.ColorRole.Base)
        self._widget.setBackground(paper)
        self.item.legend.setLabelTextColor(ink)
        for axis in ("bottom", "left"):
            self.item.getAxis(axis).setPen(ink)
            self.item.getAxis(axis).setTextPen(ink)

    def _line(self, curve: Curve) -> Any:
        return self.item.plot(
            name=curve.name,
            pen=pyqtgraph.mkPen(self._colour(curve), width=_WIDTH),
            stepMode="center" if curve.is_stepped else None,
            connect="finite",
            antialias=True,
            autoDownsample=not curve.is_stepped,
            downsampleMethod="peak",
        )

    def _colour(self, curve: Curve) -> QColor:
        is_dark = self.palette().color(QPalette.ColorRole.Base).lightness() < 128
        return (theme.PANEL_COLOURS if is_dark else theme.PANEL_COLOURS_ON_WHITE)[curve.panel]


def steps(distance: Distances, values: FloatArray) -> tuple[Distances, FloatArray]:
    """Return where steps begin and end, halfway between samples that differ, and their values.

    Parameters
    ----------
    distance : ndarray
        (N,) of the samples.
    values : ndarray
        (N,); NaN where there is none.

    Returns
    -------
    edges : ndarray
        (M + 1,), M <= N.
    values : ndarray
        (M,).
    """
    differs = (values[1:] != values[:-1]) & ~(np.isnan(values[1:]) & np.isnan(values[:-1]))
    last = np.flatnonzero(differs)
    edges = np.concatenate([distance[:1], (distance[last] + distance[last + 1]) / 2, distance[-1:]])
    return edges, np.concatenate([values[last], values[-1:]])


def _as_they_are(distance: Distances, values: FloatArray) -> tuple[Distances, FloatArray]:
    return distance, values
