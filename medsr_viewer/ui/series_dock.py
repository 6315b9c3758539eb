"""The list of what was opened: studies, their series, and the files that were left out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from medsr_viewer.imaging.study import Series, Study
from medsr_viewer.ui.state import State

_MAX_SKIPPED = 500


class SeriesDock(QDockWidget):
    """Lists series, and why files were skipped.

    Parameters
    ----------
    state : State
        What was opened.
    parent : QWidget, optional
        The window.
    """

    series_chosen = Signal(object, object)
    """Study, Series."""

    def __init__(self, state: State, parent: QWidget | None = None) -> None:
        super().__init__("Series", parent)
        self.setObjectName("series")
        self._state = state
        self._items: dict[str, QTreeWidgetItem] = {}
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Series", "Images"])
        self.tree.setColumnWidth(0, 170)
        self.tree.setAccessibleName("Series")
        self.skipped_title = QLabel()
        self.skipped = QTreeWidget()
        self.skipped.setHeaderLabels(["File", "Why it was skipped"])
        self.skipped.setRootIsDecorated(False)
        self.skipped.setAccessibleName("Skipped files")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self.tree, 3)
        column.addWidget(self.skipped_title)
        column.addWidget(self.skipped, 1)
        self.setWidget(body)
        self.tree.itemActivated.connect(self._choose)
        self.tree.itemClicked.connect(self._choose)
        state.collection_changed.connect(self._list)
        state.image_changed.connect(self._mark)
        self._list()

    @Slot()
    def _list(self) -> None:
        self.tree.clear()
        self._items = {}
        for study in self._state.collection.studies:
            title = " · ".join(part for part in (study.date, study.description) if part) or "study"
            parent = QTreeWidgetItem(self.tree, [title])
            parent.setFirstColumnSpanned(True)
            parent.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for series in study.series:
                self._items[series.uid] = self._series_item(parent, study, series)
        self.tree.expandAll()
        self._list_skipped()

    def _series_item(self, parent: QTreeWidgetItem, study: Study, series: Series) -> QTreeWidgetItem:
        number = f"{series.number}" if series.number is not None else ""
        name = series.description or Path(series.instances[0].source).name
        label = " · ".join(part for part in (series.modality, number, name) if part)
        item = QTreeWidgetItem(parent, [label, str(series.frame_count)])
        item.setData(0, Qt.ItemDataRole.UserRole, (study, series))
        tooltip = [label, series.body_part, *series.warnings]
        item.setToolTip(0, "\n".join(line for line in tooltip if line))
        return item

    def _list_skipped(self) -> None:
        skipped = self._state.collection.skipped
        self.skipped.clear()
        for one in skipped[:_MAX_SKIPPED]:
            item = QTreeWidgetItem(self.skipped, [one.path.replace("\\", "/").rpartition("/")[2], one.reason])
            item.setToolTip(0, one.path)
            item.setToolTip(1, f"{one.reason}\n{one.advice}".strip())
        self.skipped_title.setText(f"{len(skipped)} file{'s' * (len(skipped) != 1)} skipped")
        self.skipped_title.setVisible(bool(skipped))
        self.skipped.setVisible(bool(skipped))

    @Slot()
    def _mark(self) -> None:
        if self._state.image is not None and self._state.image.series.uid in self._items:
            self.tree.setCurrentItem(self._items[self._state.image.series.uid])

    @Slot(QTreeWidgetItem, int)
    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        chosen = item.data(0, Qt.ItemDataRole.UserRole)
        if chosen is not None:
            self.series_chosen.emit(*chosen)
