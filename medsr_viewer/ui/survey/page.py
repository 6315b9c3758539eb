"""What the pages before, between and after the trials have in common: a column of text with buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

_WIDTH = 860


class Page(QWidget):
    """A title, text, room for more, and buttons; the text scrolls where a screen is too low, the buttons never.

    Parameters
    ----------
    title : str
        Above everything.
    parent : QWidget, optional
        The window.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(title, self)
        self.title.setWordWrap(True)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        self.title.setFont(font)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._default: QAbstractButton | None = None
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

    def add_button(self, text: str, *, is_default: bool = False) -> QPushButton:
        """Put a button below everything, the one that Enter presses last."""
        button = QPushButton(text, self)
        button.setMinimumHeight(round(self.fontMetrics().height() * 2.2))
        button.setMinimumWidth(round(self.fontMetrics().averageCharWidth() * 22))
        self._buttons.addWidget(button)
        if is_default:
            self._default = button
            button.setDefault(True)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the default button on Enter."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and self._default is not None and not event.isAutoRepeat():
            self._default.click()
        else:
            super().keyPressEvent(event)

    def _arrange(self) -> None:
        held = QWidget(self)
        inner = QVBoxLayout(held)
        inner.setContentsMargins(0, 0, 14, 0)
        inner.addLayout(self._body)
        inner.addStretch(1)
        scrolled = QScrollArea(self)
        scrolled.setWidget(held)
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout()
        column.setContentsMargins(24, 28, 24, 28)
        column.setSpacing(18)
        column.addWidget(self.title)
        column.addWidget(scrolled, 1)
        column.addLayout(self._buttons)
        centred = QWidget(self)
        centred.setLayout(column)
        centred.setMaximumWidth(_WIDTH)
        centred.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(centred, 100)
        row.addStretch(1)
