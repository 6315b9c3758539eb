"""The questions of a trial, where there are several: which is active, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

_COLUMNS = 4
ACTIVE = QColor("#1f5fa8")


class QuestionList(QWidget):
    """A small button a question, with its number and the answer given."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._active = self.palette()
        self._active.setColor(QPalette.ColorRole.Button, ACTIVE)
        self._buttons: list[QPushButton] = []

    def show_answers(self, values: Sequence[int], active: int) -> None:
        """Show what was answered (0: nothing yet), and which question is active."""
        while len(self._buttons) < len(values):
            self._add()
        for index, button in enumerate(self._buttons):
            button.setVisible(index < len(values))
            if index < len(values):
                given = values[index] or "\N{EN DASH}"
                button.setText(f"Q{index + 1}: {given}")
                button.setChecked(index == active)
                button.setPalette(self._active if index == active else self.palette())

    def _add(self) -> None:
        index = len(self._buttons)
        button = QPushButton(self)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setMinimumWidth(20)
        button.clicked.connect(lambda: self.chosen.emit(index))
        self._buttons.append(button)
        self._grid.addWidget(button, index // _COLUMNS, index % _COLUMNS)
