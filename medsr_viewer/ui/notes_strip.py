"""The line of standing notes below the panels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget


class NotesStrip(QFrame):
    """One line with as much of the notes as fits; all of them on demand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = _Line(self)
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


class _Line(QLabel):
    """One line that ends in an ellipsis where it does not fit."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as much as fits."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
