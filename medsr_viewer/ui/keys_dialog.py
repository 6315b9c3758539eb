"""The searchable list of keys, made from the actions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from medsr_viewer.ui.actions import OTHER_KEYS, SPECS, Actions


class KeysDialog(QDialog):
    """Lists every action with its keys; typing narrows the list.

    Parameters
    ----------
    actions : dict
        The window's.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(560, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["Key", "What it does"])
        self.list.setRootIsDecorated(False)
        for spec in (spec for spec in SPECS if actions[spec.name].isVisible()):
            keys = ", ".join(
                key.toString(QKeySequence.SequenceFormat.NativeText) for key in actions[spec.name].shortcuts()
            )
            QTreeWidgetItem(self.list, [keys, f"{actions[spec.name].text()} ({spec.menu})"])
        for key, meaning in OTHER_KEYS:
            QTreeWidgetItem(self.list, [key, meaning])
        self.list.setColumnWidth(0, 190)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.search.textChanged.connect(self._narrow)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    @Slot(str)
    def _narrow(self, wanted: str) -> None:
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:
                text = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(wanted.casefold() not in text)
