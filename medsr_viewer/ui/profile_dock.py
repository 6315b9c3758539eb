"""The plot of the values along the drawn line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medsr_viewer.ui.profiling import Profiling, profiles_as_tsv
from medsr_viewer.ui.state import State

if TYPE_CHECKING:
    from medsr_viewer.ui.profile_plot import ProfilePlot

_INVITATION = "Drag in a panel to draw a line; drag its ends to move them. P ends drawing, Esc clears the line."


class ProfileDock(QDockWidget):
    """Shows the values along the line of every image on screen.

    Parameters
    ----------
    state : State
        Which image.
    profiling : Profiling
        The values.
    parent : QWidget, optional
        The window.
    """

    closed = Signal()
    """By the user."""

    def __init__(self, state: State, profiling: Profiling, parent: QWidget | None = None) -> None:
        super().__init__("Line profile", parent)
        self.setObjectName("profile")
        self._state, self._profiling = state, profiling
        self.plot: ProfilePlot | None = None
        self.about = QLabel(_INVITATION)
        self.copied = QPushButton("Copy values")
        self.copied.setToolTip("Copy the values as tab-separated text (Ctrl+Shift+P)")
        self.copied.clicked.connect(self.copy)
        row = QHBoxLayout()
        row.addWidget(self.about, 1)
        row.addWidget(self.copied)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(4, 2, 4, 2)
        self._column.setSpacing(2)
        self._column.addLayout(row)
        self.setWidget(body)
        profiling.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Build the plot when it is first seen: its library takes a fifth of a second to load."""
        super().showEvent(event)
        if self.plot is None:
            from medsr_viewer.ui.profile_plot import ProfilePlot

            self.plot = ProfilePlot(self.widget())
            self._column.addWidget(self.plot, 1)
        self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the line is not wanted any more."""
        super().closeEvent(event)
        self.closed.emit()

    @Slot()
    def refresh(self) -> None:
        """Show the values in force."""
        profiles = self._profiling.profiles
        self.copied.setEnabled(profiles is not None)
        if profiles is None:
            self.about.setText("Computing …" if self._profiling.has_line else _INVITATION)
        else:
            ends = " to ".join(f"({x:.1f}, {y:.1f})" for x, y in (profiles.line.start, profiles.line.end))
            length = f"{profiles.distance[-1]:.1f} {profiles.distance_unit}"
            self.about.setText(f"{length}, from {ends} in {profiles.key.grid_pixels}")
        if self.plot is not None:
            self.plot.show_profiles(profiles)

    @Slot()
    def copy(self) -> None:
        """Put the values on the clipboard as tab-separated lines."""
        profiles, image = self._profiling.profiles, self._state.image
        if profiles is not None and image is not None:
            source = f"{Path(image.instance.source).name} frame {image.frame_index + 1}"
            QGuiApplication.clipboard().setText(profiles_as_tsv(profiles, source))
