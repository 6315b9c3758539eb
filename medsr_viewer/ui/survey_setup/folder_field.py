"""A folder to be typed, chosen or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QPushButton, QWidget


class FolderField(QWidget):
    """An editable line with the folders remembered, and a button that opens the system's dialog.

    Parameters
    ----------
    name : str
        For screen readers, and the dialog's title.
    remembered : sequence of str
        To choose from.
    parent : QWidget, optional
        The dialog.
    """

    changed = Signal()
    """Typed or chosen; not yet complete where it is being typed."""
    chosen = Signal()
    """From the list, from the dialog or dropped."""
    entered = Signal()
    """Enter was pressed."""

    def __init__(self, name: str, remembered: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setAcceptDrops(True)
        self.line = QComboBox()
        self.line.setEditable(True)
        self.line.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.line.setAccessibleName(name)
        self.line.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.line.setMinimumContentsLength(24)
        self.set_remembered(remembered)
        self.button = QPushButton("Choose …")
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(f"Choose: {name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a label with a key leads to no field without one
        self.line.editTextChanged.connect(self.changed)
        self.line.activated.connect(self._on_activated)
        if (typed := self.line.lineEdit()) is not None:
            typed.returnPressed.connect(self.entered)
            typed.installEventFilter(self)
        self.button.clicked.connect(self._choose)

    @property
    def path(self) -> Path | None:
        """The folder; None where nothing is written."""
        text = self.line.currentText().strip()
        return Path(text).expanduser() if text else None

    @path.setter
    def path(self, path: Path | None) -> None:
        self.line.setEditText("" if path is None else str(path))

    def focus(self) -> None:
        """Take the focus, all of it selected: what is typed replaces it."""
        self.line.setFocus()
        if (typed := self.line.lineEdit()) is not None:
            typed.selectAll()

    def set_remembered(self, remembered: Sequence[str]) -> None:
        """Offer other folders; what is written stays."""
        text = self.line.currentText()
        self.line.blockSignals(True)
        self.line.clear()
        self.line.addItems(list(remembered))
        self.line.setEditText(text)
        self.line.blockSignals(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Alt with a letter type nothing: it is meant for a button, which may be disabled at the moment."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            text = event.text()
            if event.modifiers() == Qt.KeyboardModifier.AltModifier and text.isascii() and text.isalnum():
                return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a local folder."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Write what was dropped."""
        local = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self._take(local[0] if local[0].is_dir() else local[0].parent)
        event.acceptProposedAction()

    @Slot()
    def _choose(self) -> None:
        beside = self.path
        start = beside if beside is not None and beside.is_dir() else beside.parent if beside else Path.home()
        name = QFileDialog.getExistingDirectory(self, self._name, str(start))
        if name:
            self._take(Path(name))

    @Slot(int)
    def _on_activated(self, _index: int) -> None:
        self.chosen.emit()

    def _take(self, path: Path) -> None:
        self.path = path
        self.chosen.emit()
