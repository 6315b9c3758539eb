"""The list of what was opened: studies, their series, and the files that were left out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from medsr_viewer.imaging.study import Series, Study
from medsr_viewer.ui.notes import skipped_text
from medsr_viewer.ui.state import State
from medsr_viewer.ui.thumbnails import Thumbnails

_MAX_SKIPPED = 500
_ICON = QSize(48, 48)
_TOOLTIP = int(Qt.ItemDataRole.UserRole) + 1


class SeriesDock(QDockWidget):
    """Lists series, and why files were skipped.

    Parameters
    ----------
    state : State
        What was opened.
    thumbnails : Thumbnails
        Small pictures of the series.
    parent : QWidget, optional
        The window.
    """

    series_chosen = Signal(object, object)
    """Study, Series."""

    def __init__(self, state: State, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__("Series", parent)
        self.setObjectName("series")
        self._state, self._thumbnails = state, thumbnails
        self._items: dict[str, QTreeWidgetItem] = {}
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Series", "Images"])
        self.tree.setIndentation(8)
        self.tree.setRootIsDecorated(False)
        self.tree.setIconSize(_ICON)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
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
        state.image_changed.connect(self.mark_shown)
        self.tree.verticalScrollBar().valueChanged.connect(self._want_seen)
        self.visibilityChanged.connect(self._want_seen)
        thumbnails.ready.connect(self._show_thumbnail)
        self._list()

    @Slot()
    def _list(self) -> None:
        self.tree.clear()
        self._items = {}
        self._thumbnails.forget()
        for study in self._state.collection.studies:
            title = " · ".join(part for part in (study.date, study.description) if part) or "study"
            parent = QTreeWidgetItem(self.tree, [title])
            parent.setFirstColumnSpanned(True)
            parent.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for series in study.series:
                self._items[series.uid] = self._series_item(parent, study, series)
        self.tree.expandAll()
        self._list_skipped()
        self._want_seen()

    def _series_item(self, parent: QTreeWidgetItem, study: Study, series: Series) -> QTreeWidgetItem:
        number = f"series {series.number}" if series.number is not None else ""
        name = series.description or Path(series.instances[0].source).name
        about = " · ".join(part for part in (series.modality, number) if part)
        item = QTreeWidgetItem(parent, [f"{name}\n{about}", str(series.frame_count)])
        item.setIcon(0, self._stand_in(series.modality))
        item.setData(0, Qt.ItemDataRole.UserRole, (study, series))
        tooltip = [name, about, series.body_part, *series.warnings]
        item.setToolTip(0, "\n".join(line for line in tooltip if line))
        item.setData(0, _TOOLTIP, item.toolTip(0))
        return item

    def _stand_in(self, modality: str) -> QPixmap:
        """Return what stands where there is no thumbnail, or not yet: an empty frame with the modality."""
        square = QPixmap(_ICON)
        square.fill(Qt.GlobalColor.transparent)
        painter = QPainter(square)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawRect(square.rect().adjusted(0, 0, -1, -1))
        painter.drawText(square.rect(), Qt.AlignmentFlag.AlignCenter, modality)
        painter.end()
        return square

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More series may be seen."""
        super().resizeEvent(event)
        self._want_seen()

    @Slot()
    def _want_seen(self) -> None:
        if not self.isVisible():
            self._thumbnails.want(())
            return
        seen = self.tree.viewport().rect()
        items = [item for item in self._items.values() if self.tree.visualItemRect(item).intersects(seen)]
        self._thumbnails.want([item.data(0, Qt.ItemDataRole.UserRole)[1] for item in items])

    @Slot(str)
    def _show_thumbnail(self, uid: str) -> None:
        item, made = self._items.get(uid), self._thumbnails.of(uid)
        if item is None or made is None:
            return
        if made.image is not None:
            item.setIcon(0, _squared(made.image))
        item.setToolTip(0, f"{item.data(0, _TOOLTIP)}\n{made.note}".strip())

    def _list_skipped(self) -> None:
        skipped = self._state.collection.skipped
        self.skipped.clear()
        for one in skipped[:_MAX_SKIPPED]:
            item = QTreeWidgetItem(self.skipped, [one.path.replace("\\", "/").rpartition("/")[2], one.reason])
            item.setToolTip(0, one.path)
            item.setToolTip(1, f"{one.reason}\n{one.advice}".strip())
        self.skipped_title.setText(skipped_text(skipped))
        self.skipped_title.setVisible(bool(skipped))
        self.skipped.setVisible(bool(skipped))

    @Slot()
    def mark_shown(self) -> None:
        """Mark the series that is shown."""
        if self._state.image is not None and self._state.image.series.uid in self._items:
            self.tree.setCurrentItem(self._items[self._state.image.series.uid])

    @Slot(QTreeWidgetItem, int)
    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        chosen = item.data(0, Qt.ItemDataRole.UserRole)
        if chosen is not None:
            self.series_chosen.emit(*chosen)


def _squared(image: QImage) -> QPixmap:
    """Return an image in the middle of a transparent square: texts beside icons of different shapes line up."""
    side = max(image.width(), image.height())
    square = QPixmap(side, side)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((side - image.width()) // 2, (side - image.height()) // 2, image)
    painter.end()
    return square
