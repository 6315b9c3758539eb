"""The panels with the scroll bar of their series and the standing notes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QVBoxLayout, QWidget

from medsr_viewer.ui.display.panel_grid import PanelGrid
from medsr_viewer.ui.notes import standing_notes
from medsr_viewer.ui.notes_strip import NotesStrip
from medsr_viewer.ui.results import Results
from medsr_viewer.ui.state import OpenImage, State


class ViewerPage(QWidget):
    """What the window shows once an image is open.

    Parameters
    ----------
    grid : PanelGrid
        The panels.
    state : State
        The image and the choices.
    results : Results
        What was computed.
    parent : QWidget, optional
        The window.
    """

    image_wanted = Signal(int)
    """Frame of the series, from 0."""

    def __init__(self, grid: PanelGrid, state: State, results: Results, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._results = state, results
        self._named: OpenImage | None = None
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.scroll_bar.setAccessibleName("Image of the series")
        self.notes = NotesStrip(self)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(grid, 1)
        row.addWidget(self.scroll_bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 0)
        column.setSpacing(2)
        column.addLayout(row, 1)
        column.addWidget(self.notes)
        self.scroll_bar.valueChanged.connect(self._on_scroll_bar)
        state.image_changed.connect(self._on_image)
        for signal in (state.choices_changed, results.prepared_changed):
            signal.connect(self._list_notes)
        results.entry_changed.connect(self._on_entry)
        self._on_image()

    @Slot(object)
    def set_named(self, image: OpenImage) -> None:
        """Take the image that the panels show: the notes are on this one."""
        self._named = image
        self._list_notes()

    @Slot()
    def show_position(self) -> None:
        """Put the scroll bar where the image on the panels is in its series."""
        image = self._state.image
        count = image.series.frame_count if image is not None else 1
        self.scroll_bar.blockSignals(True)
        self.scroll_bar.setRange(0, count - 1)
        self.scroll_bar.setPageStep(max(1, count // 10))
        self.scroll_bar.setValue(image.index if image is not None else 0)
        self.scroll_bar.setToolTip(f"image {self.scroll_bar.value() + 1} of {count}")
        self.scroll_bar.blockSignals(False)
        self.scroll_bar.setVisible(count > 1)

    @Slot()
    def _on_image(self) -> None:
        self.show_position()
        self._list_notes()

    @Slot()
    def _list_notes(self) -> None:
        if self._named is not None and self._named is not self._state.image:
            return  # the picture that stands keeps its notes until the next image is prepared
        self.notes.set_notes(standing_notes(self._state, self._results))

    @Slot(str)
    def _on_entry(self, _method: str) -> None:
        self._list_notes()

    @Slot(int)
    def _on_scroll_bar(self, value: int) -> None:
        self.image_wanted.emit(value)
