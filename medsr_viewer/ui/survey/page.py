"""What the pages before, between and after the trials have in common: a column of text with buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.ui.survey.fitted_scroll import FittedScroll

_WIDTH = 980
_LARGER, _LARGER_TITLE = 1.15, 1.6


class Page(QWidget):
    """A title, text, room for more, and buttons; the text scrolls where a screen is too low, the buttons never.

    Parameters
    ----------
    title : str
        Above everything.
    parent : QWidget, optional
        The window.
    """

    leave_wanted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * _LARGER)
        self.setFont(font)
        self.title = QLabel(title, self)
        self.title.setWordWrap(True)
        font.setPointSizeF(font.pointSizeF() * _LARGER_TITLE)
        self.title.setFont(font)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._default: QAbstractButton | None = None
        self._leave: QPushButton | None = None  # the last that Tab reaches
        self._body = QVBoxLayout()
        self._body.setSpacing(14)
        self._body.addWidget(self.text)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(12)
        self._buttons.addStretch(1)
        self._arrange()

    def add(self, widget: QWidget) -> None:
        """Put a widget below the text."""
        self._body.addWidget(widget)

    def add_leave_button(self, text: str) -> QPushButton:
        """Put a button that closes the window at the left, away from the others."""
        button = self._made(text)
        self._buttons.insertWidget(0, button)
        self._leave = button
        button.clicked.connect(self.leave_wanted)
        return button

    def add_button(self, text: str, *, is_default: bool = False) -> QPushButton:
        """Put a button below everything, the one that Enter presses last."""
        button = self._made(text)
        self._buttons.addWidget(button)
        if self._leave is not None:
            QWidget.setTabOrder(button, self._leave)
        if is_default:
            self._default = button
            button.setDefault(True)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the button that has the focus on Enter, or else the default one."""
        focused = self.focusWidget()
        wanted = focused if isinstance(focused, QPushButton) and focused.hasFocus() else self._default
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and wanted is not None and not event.isAutoRepeat():
            wanted.click()
        else:
            super().keyPressEvent(event)

    def _made(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setMinimumHeight(round(self.fontMetrics().height() * 2.2))
        letters = max(20, len(text) + 6)
        button.setMinimumWidth(round(self.fontMetrics().averageCharWidth() * letters))
        return button

    def _arrange(self) -> None:
        held = QWidget(self)
        self._body.setContentsMargins(0, 0, 14, 0)
        held.setLayout(self._body)
        column = QVBoxLayout()
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(22)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(FittedScroll(held, self), 100)
        column.addLayout(self._buttons)
        column.addStretch(2)
        centred = QWidget(self)
        centred.setLayout(column)
        centred.setMaximumWidth(_WIDTH)
        centred.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(centred, 100)
        row.addStretch(1)
