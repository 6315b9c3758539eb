"""Panels laid out in a named arrangement, one of them with the focus, one of them alone when wanted."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from medsr_viewer.ui.display.drawn import Drawn
from medsr_viewer.ui.display.layouts import Cell, LayoutName, cells
from medsr_viewer.ui.display.panel import Panel
from medsr_viewer.ui.display.view_state import ViewState

MAX_PANELS = 6


class PanelWall(QWidget):
    """One to six panels. What they show and share is the heir's business: see `PanelGrid`."""

    focused_panel_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ViewState(self)
        self.drawn = Drawn(self)
        self._panels: list[Panel] = []
        self._shown_count = 0
        self._layout_name: LayoutName = "auto"
        self._cells: list[Cell] = []
        self._maximised: int | None = None
        self._focused = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(3)

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The panels in use, in order."""
        return tuple(self._panels[: self._shown_count])

    @property
    def focused_panel(self) -> int:
        """The panel that keys act on."""
        return self._focused

    @property
    def layout_name(self) -> LayoutName:
        """The arrangement chosen."""
        return self._layout_name

    def set_panel_count(self, count: int) -> None:
        """Show 1 to 6 panels. Panels that go keep nothing; those that stay keep their contents."""
        if not 1 <= count <= MAX_PANELS:
            raise ValueError(f"{count} panels: 1 to {MAX_PANELS} can be shown")
        while len(self._panels) < count:
            self._add_panel()
        for panel in self._panels[count : self._shown_count]:
            panel.set_picture(None)
        self._shown_count = count
        self._maximised = None
        if self._focused >= count:
            self._focus(0)
        self._arrange()

    def set_layout(self, name: LayoutName) -> None:
        """Arrange the panels: "auto", "row", "grid" or "1+2"."""
        self._layout_name = name
        self._maximised = None
        self._arrange()

    def toggle_maximised(self, panel: int) -> None:
        """Show one panel alone, or all again."""
        self._maximised = None if self._maximised is not None else panel
        self._arrange()
        self._panels[panel].canvas.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose another arrangement where the room calls for one."""
        super().resizeEvent(event)
        if (
            self._maximised is None
            and cells(self._layout_name, self._shown_count, self.width(), self.height()) != self._cells
        ):
            self._arrange()

    def _prepare_panel(self, index: int, panel: Panel) -> None:
        raise NotImplementedError

    def _refit(self) -> None:
        raise NotImplementedError

    def _add_panel(self) -> None:
        index = len(self._panels)
        panel = Panel(self._view, self.drawn, self)
        panel.canvas.double_clicked.connect(partial(self.toggle_maximised, index))
        panel.canvas.focused.connect(partial(self._focus, index))
        panel.canvas.resized.connect(self._on_resized)
        panel.canvas.step_focus = partial(self._step_focus, index)
        self._prepare_panel(index, panel)
        self._panels.append(panel)

    def _visible_panels(self) -> list[Panel]:
        return list(self.panels) if self._maximised is None else [self._panels[self._maximised]]

    def _arrange(self) -> None:
        self._cells = cells(self._layout_name, self._shown_count, self.width(), self.height())
        for line in range(MAX_PANELS):
            self._grid.setRowStretch(line, 0)
            self._grid.setColumnStretch(line, 0)
        shown = self._visible_panels()
        places = self._cells if self._maximised is None else [Cell(0, 0)]
        for panel in self._panels:
            self._grid.removeWidget(panel)
            panel.setVisible(panel in shown)
        for panel, place in zip(shown, places, strict=True):
            self._grid.addWidget(panel, *place)
            for row in range(place.row, place.row + place.rows):
                self._grid.setRowStretch(row, 1)
            for column in range(place.column, place.column + place.columns):
                self._grid.setColumnStretch(column, 1)
        self._refit()

    @Slot()
    def _on_resized(self) -> None:
        self._refit()

    def _focus(self, index: int) -> None:
        if index != self._focused:
            self._focused = index
            self.focused_panel_changed.emit(index)
        for panel in self._panels:
            panel.canvas.update()

    def _step_focus(self, index: int, forward: bool) -> bool:
        target = index + (1 if forward else -1)
        if self._maximised is not None or not 0 <= target < self._shown_count:
            return False
        self._panels[target].canvas.setFocus(Qt.FocusReason.TabFocusReason)
        return True
