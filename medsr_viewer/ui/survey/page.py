"""What the pages before, between and after the trials have in common: a column of text with buttons below."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
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
from medsr_viewer.ui.survey.focus_frame import draw_focus_frame

_WIDTH = 980
_LARGER, _LARGER_TITLE = 1.15, 1.6
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_SCROLLING = frozenset({Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End})


class Page(QWidget):
    """A title, text, room for more, and buttons; the text scrolls where a screen is too low, the buttons never.

    Tab and Space work as everywhere, Enter presses the button that has the focus or else the default one, and Page Up,
    Page Down, Home and End scroll the text wherever the focus is.

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

    @property
    def told(self) -> str:
        """Title and text, on one line."""
        return " ".join(f"{self.title.text()}: {self.text.text()}".split())

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

    def first_focus(self) -> QWidget:
        """Return what has the focus when the page comes up: the default button, or else the text, which keys scroll."""
        if self._default is not None and self._default.isEnabled() and not self._default.isHidden():
            return self._default
        return self.scrolled if self._leave is not None else self

    def take_focus(self) -> None:
        """Have the keys."""
        self.first_focus().setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press a button on Enter, and scroll."""
        if event.key() in _ENTER:
            self._press(event)
        elif event.key() in _SCROLLING:
            self.scrolled.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame the text while it has the focus."""
        if self.scrolled.hasFocus():
            corner = self.scrolled.mapTo(self, self.scrolled.rect().topLeft())
            draw_focus_frame(self, QRect(corner, self.scrolled.size()).adjusted(-12, -10, 12, 10))

    def _press(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        wanted = focused if isinstance(focused, QPushButton) and focused.hasFocus() else self._default
        if wanted is not None and wanted.isVisible() and not event.isAutoRepeat():
            wanted.click()

    def _made(self, text: str) -> QPushButton:
        button = _PageButton(text, self)
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
        self.scrolled = FittedScroll(held, self)
        self.scrolled.focus_changed.connect(self.update)
        column.addWidget(self.scrolled, 100)
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


class _PageButton(QPushButton):
    """Leaves Enter to its page: Qt lets a key that is held down press a default button again and again."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            draw_focus_frame(self, self.rect().adjusted(1, 1, -1, -1))
