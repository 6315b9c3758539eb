"""The line of standing notes below the panels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from medsr_viewer.ui.display.header import ElidedLabel


class NotesStrip(QFrame):
    """One line with as much of the notes as fits; all of them on demand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = ElidedLabel(self)
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._all = QLabel(self)
        self._all.setWordWrap(True)
        self._all.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._all.hide()
        self._more = QPushButton(self)
        self._more.setCheckable(True)
        self._more.setFlat(True)
        self._more.toggled.connect(self._expand)
        row = QHBoxLayout()
        row.addWidget(self._line, 1)
        row.addWidget(self._all, 1)
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 0, 2, 0)
        column.addLayout(row)
        self.set_notes(())

    def set_notes(self, notes: Sequence[str]) -> None:
        """Replace the notes; the strip hides where there are none."""
        self._line.setText("  •  ".join(notes))
        self._line.setToolTip("\n".join(notes))
        self._all.setText("\n".join(f"•  {note}" for note in notes))
        self._more.setText(f"All notes ({len(notes)})")
        self.setVisible(bool(notes))

    @property
    def text(self) -> str:
        """All notes, a line each."""
        return self._line.toolTip()

    def _expand(self, on: bool) -> None:
        self._line.setVisible(not on)
        self._all.setVisible(on)
