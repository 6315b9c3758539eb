"""The cases of a survey as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from medsr_viewer.survey.design import Case
from medsr_viewer.survey.design_mistakes import Mistake, wrong
from medsr_viewer.ui.survey_setup.case_cells import ALLOWED, COLUMNS, HEADINGS, HINTS, cell_text, with_cell

_Index = QModelIndex | QPersistentModelIndex
_TRAINING, _FINDING, _PATH = COLUMNS.index("training"), COLUMNS.index("finding"), COLUMNS.index("path")
_ROLES = Qt.ItemDataRole
_NOWHERE = QModelIndex()


@dataclass
class _Row:
    case: Case
    unread: dict[str, str] = field(default_factory=dict)
    """Columns to what was typed there and is no such value."""


class CaseModel(QAbstractTableModel):
    """Rows that can be edited, moved and removed."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases, in order; a cell that cannot be read counts as it was before."""
        return tuple(row.case for row in self._rows)

    @property
    def trains(self) -> bool:
        """Whether any of them is for training."""
        return any(row.case.training for row in self._rows)

    def set_cases(self, cases: Sequence[Case]) -> None:
        """Replace all rows; what was typed into those that stay, stays."""
        if tuple(cases) == self.cases:
            return
        self.beginResetModel()
        self._rows = [_Row(case) for case in cases]
        self.endResetModel()

    def add(self, cases: Sequence[Case]) -> None:
        """Append rows."""
        if cases:
            self.beginInsertRows(_NOWHERE, len(self._rows), len(self._rows) + len(cases) - 1)
            self._rows += [_Row(case) for case in cases]
            self.endInsertRows()

    def remove(self, rows: Sequence[int]) -> None:
        """Take rows away."""
        for row in sorted(rows, reverse=True):
            self.beginRemoveRows(_NOWHERE, row, row)
            del self._rows[row]
            self.endRemoveRows()

    def move(self, rows: Sequence[int], before: int) -> int:
        """Put rows before another one, in their order; return where the first is then."""
        moved = [self._rows[row] for row in sorted(rows)]
        start = before - sum(row < before for row in rows)
        self.beginResetModel()
        rest = [row for place, row in enumerate(self._rows) if place not in rows]
        self._rows = [*rest[:start], *moved, *rest[start:]]
        self.endResetModel()
        return start

    def unread(self) -> list[Mistake]:
        """Return the mistake of each cell that cannot be read."""
        return [
            wrong(f"cases[{place}].{column}", text, ALLOWED[column])
            for place, row in enumerate(self._rows, 1)
            for column, text in row.unread.items()
        ]

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of cases."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLES.DisplayRole) -> Any:
        """Return a column's heading and hint, or a row's number."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == _ROLES.DisplayRole else None
        return {_ROLES.DisplayRole: HEADINGS[section], _ROLES.ToolTipRole: HINTS[section]}.get(_ROLES(role))

    def data(self, index: _Index, role: int = _ROLES.DisplayRole) -> Any:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role in (_ROLES.DisplayRole, _ROLES.EditRole, _ROLES.AccessibleTextRole):
            return row.unread.get(column, cell_text(row.case, column))
        if role == _ROLES.CheckStateRole and index.column() == _TRAINING:
            return Qt.CheckState.Checked if row.case.training else Qt.CheckState.Unchecked
        if role == _ROLES.ToolTipRole:
            return str(row.case.path) if index.column() == _PATH else HINTS[index.column()]
        return None

    def setData(self, index: _Index, value: Any, role: int = _ROLES.EditRole) -> bool:
        """Take what was typed or ticked."""
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == _ROLES.CheckStateRole:
            row.case = replace(row.case, training=Qt.CheckState(value) == Qt.CheckState.Checked)
        elif role == _ROLES.EditRole:
            read = with_cell(row.case, column, str(value))
            row.unread.pop(column, None)
            if read is None:
                row.unread[column] = str(value)
            else:
                row.case = read
        else:
            return False
        self.dataChanged.emit(index, index)
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return what can be done with a cell."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        if index.column() == _TRAINING:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags if index.column() == _PATH else flags | Qt.ItemFlag.ItemIsEditable
