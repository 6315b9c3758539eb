"""The conditions chosen: their names and roles."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem

from medsr_viewer.survey.design import Condition, Role
from medsr_viewer.survey.design_rules import SCALE_FACTORS
from medsr_viewer.ui.survey_setup.tab_order import tab_through

_HEADINGS = ("Name", "Images", "Scale", "Role")
_ROLES: tuple[tuple[str, Role], ...] = (("under test", "test"), ("low anchor", "anchor"))


class ConditionTable(QTableWidget):
    """A row a condition, but for the hidden reference."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(0, 4)
        self._conditions: list[Condition] = []
        self._has_factors = True
        self.setHorizontalHeaderLabels(list(_HEADINGS))
        if (item := self.horizontalHeaderItem(0)) is not None:
            item.setToolTip("For you and the report; observers never see it")
        self.setAccessibleName("Conditions")
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.itemChanged.connect(self._on_edited)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions, in order."""
        return tuple(self._conditions)

    def allow_factors(self, *, on: bool) -> None:
        """Let a method have a scale factor of its own, or not."""
        if on != self._has_factors:
            self._has_factors = on
            self.setRowCount(0)  # made again
            self.set_conditions(
                self._conditions if on else [replace(one, scale_factor=None) for one in self._conditions]
            )

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
            self.setCellWidget(row, 2, self._factor_box(row, condition))
            self.setCellWidget(row, 3, self._role_box(row, condition))
        fields = (self.cellWidget(row, column) for row in range(len(conditions)) for column in (2, 3))
        tab_through(self, fields)
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

    def _factor_box(self, row: int, condition: Condition) -> QComboBox:
        box = QComboBox()
        box.addItem("the survey's", None)
        for factor in SCALE_FACTORS:
            box.addItem(f"×{factor}", factor)
        box.setCurrentIndex(box.findData(condition.scale_factor) if condition.scale_factor else 0)
        box.setEnabled(self._has_factors and bool(condition.method))
        box.setToolTip("By how much the case is degraded for this method, where not as for the others")
        box.setAccessibleName(f"Scale of {condition.name}")
        box.currentIndexChanged.connect(lambda _index: self._set_factor(row, cast("int | None", box.currentData())))
        return box

    def _set_factor(self, row: int, factor: int | None) -> None:
        self._conditions[row] = replace(self._conditions[row], scale_factor=factor)
        self.edited.emit()

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
