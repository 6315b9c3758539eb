"""The conditions chosen: their names and roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem

from medsr_viewer.survey.design import Condition, Role

_ROLES: tuple[tuple[str, Role], ...] = (("under test", "test"), ("low anchor", "anchor"))


class ConditionTable(QTableWidget):
    """A row a condition, but for the hidden reference."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(0, 3)
        self._conditions: list[Condition] = []
        self.setHorizontalHeaderLabels(["Name in the report", "Images", "Role"])
        self.setAccessibleName("Conditions")
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_edited)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions, in order."""
        return tuple(self._conditions)

    def set_conditions(self, conditions: Sequence[Condition]) -> None:
        """Replace all rows."""
        if tuple(conditions) == self.conditions and self.rowCount() == len(conditions):
            return
        self._conditions = list(conditions)
        self.blockSignals(True)
        self.setRowCount(len(conditions))
        for row, condition in enumerate(conditions):
            self.setItem(row, 0, QTableWidgetItem(condition.name))
            source = QTableWidgetItem(condition.method or str(condition.images or ""))
            source.setFlags(source.flags() & ~Qt.ItemFlag.ItemIsEditable)
            source.setToolTip(source.text())
            self.setItem(row, 1, source)
            self.setCellWidget(row, 2, self._role_box(row, condition))
        self.blockSignals(False)
        self.edited.emit()

    def remove_chosen(self) -> None:
        """Take the selected rows away."""
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        self.set_conditions([one for row, one in enumerate(self._conditions) if row not in chosen])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the selected rows."""
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        else:
            super().keyPressEvent(event)

    def _role_box(self, row: int, condition: Condition) -> QComboBox:
        box = QComboBox()
        for text, role in _ROLES:
            box.addItem(text, role)
        box.setCurrentIndex(box.findData(condition.role))
        box.setAccessibleName(f"Role of {condition.name}")
        box.currentIndexChanged.connect(lambda _index: self._set_role(row, cast(Role, box.currentData())))
        return box

    def _set_role(self, row: int, role: Role) -> None:
        self._conditions[row] = replace(self._conditions[row], role=role)
        self.edited.emit()

    @Slot(QTableWidgetItem)
    def _on_edited(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            self._conditions[item.row()] = replace(self._conditions[item.row()], name=item.text().strip())
            self.edited.emit()
