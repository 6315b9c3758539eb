"""The table of cases: rows to be dragged into order, files to be dropped in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from medsr_viewer.ui.survey_setup.case_cells import COLUMNS
from medsr_viewer.ui.survey_setup.case_model import CaseModel

_WIDTHS = (180, 180, 60, 140, 110, 70, 90)
_TRAINING, _FINDING = COLUMNS.index("training"), COLUMNS.index("finding")


class CaseTable(QTableView):
    """Edits a `CaseModel`.

    Parameters
    ----------
    cases : CaseModel
        The rows.
    """

    dropped = Signal(list)
    """Paths of files and folders."""

    def __init__(self, cases: CaseModel) -> None:
        super().__init__()
        self._cases = cases
        self.setModel(cases)
        self.setAccessibleName("Cases")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropOverwriteMode(False)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setItemDelegateForColumn(_FINDING, _FindingDelegate(self))
        self.setItemDelegateForColumn(_TRAINING, _TickDelegate(self))
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setDefaultSectionSize(26)
        self.horizontalHeader().setHighlightSections(False)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    @property
    def chosen(self) -> list[int]:
        """The selected rows, ascending."""
        return sorted({index.row() for index in self.selectionModel().selectedRows()})

    def select(self, first: int, count: int) -> None:
        """Select rows."""
        selection = self.selectionModel()
        selection.clear()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in range(first, first + count):
            selection.select(self._cases.index(row, 0), flags)
        selection.setCurrentIndex(self._cases.index(first, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def shift(self, step: int) -> None:
        """Move the selected rows up (-1) or down (1)."""
        rows = self.chosen
        if rows:
            self._move(rows, rows[0] - 1 if step < 0 else rows[-1] + 2)

    def show_findings(self, on: bool) -> None:
        """Show the column of the truth."""
        self.setColumnHidden(_FINDING, not on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the selected rows, Alt+Up and Alt+Down move them."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() == Qt.Key.Key_Delete:
            self._cases.remove(self.chosen)
        elif event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.shift(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take rows of this table, and files."""
        if event.source() is self or event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on taking them."""
        super().dragMoveEvent(event)
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Move rows to where they were dropped, or add files."""
        if event.source() is self:
            place = event.position().toPoint()
            row = self.rowAt(place.y())
            below = row >= 0 and place.y() > self.visualRect(self._cases.index(row, 0)).center().y()
            self._move(self.chosen, len(self._cases.cases) if row < 0 else row + below)
            event.setDropAction(Qt.DropAction.IgnoreAction)  # else the view removes what was dragged
        else:
            self.dropped.emit([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.accept()

    def _move(self, rows: list[int], before: int) -> None:
        if rows and 0 <= before <= len(self._cases.cases):
            self.select(self._cases.move(rows, before), len(rows))


class _FindingDelegate(QStyledItemDelegate):
    """Chooses between present and absent."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        box = QComboBox(parent)
        box.addItems(["", "present", "absent"])
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data()))

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())


class _TickDelegate(QStyledItemDelegate):
    """Outlines the box to tick as `apply_theme` does, which leaves tables and their grids alone."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        outlined = QPalette(option.palette)
        outlined.setColor(QPalette.ColorRole.Window, outlined.color(QPalette.ColorRole.PlaceholderText))
        option.palette = outlined
