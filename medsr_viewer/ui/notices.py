"""The strip of errors and questions. Nothing here is modal: the images stay usable."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.ui.failure import Failure

MAX_NOTICES = 3
_DETAILS_HEIGHT = 140


class Notices(QWidget):
    """Up to three notices, the newest first; an equal one replaces the one before."""

    focus_left = Signal()
    """The notice that had the focus is gone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._shown: list[Notice] = []

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The notices on screen, the newest first."""
        return tuple(self._shown)

    @Slot(Failure)
    def show_failure(self, failure: Failure) -> None:
        """Tell of an error."""
        text = " ".join(_sentence(part) for part in (failure.reason, failure.advice) if part)
        self._add(Notice(failure.title, text, failure.text if failure.details else "", (), self))

    def ask(self, title: str, text: str, answers: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Ask a question; an answer dismisses it."""
        self._add(Notice(title, text, "", answers, self))

    def tell(self, title: str, text: str) -> None:
        """Tell that something was done."""
        self._add(Notice(title, text, "", (), self))

    def dismiss_told(self) -> bool:
        """Dismiss what asks nothing; return whether there was anything."""
        told = [notice for notice in self._shown if not notice.asks]
        for notice in told:
            self.dismiss(notice)
        return bool(told)

    def clear(self) -> None:
        """Dismiss everything."""
        for notice in self.shown:
            self.dismiss(notice)

    def dismiss(self, notice: Notice) -> None:
        """Take a notice away."""
        if notice in self._shown:
            self._shown.remove(notice)
            focused = QApplication.focusWidget()
            if focused is not None and notice.isAncestorOf(focused):
                self.focus_left.emit()
            notice.hide()
            notice.deleteLater()

    def _add(self, notice: Notice) -> None:
        for older in [shown for shown in self._shown if shown.title == notice.title] + self._shown[MAX_NOTICES - 1 :]:
            self.dismiss(older)
        self._shown.insert(0, notice)
        self._column.insertWidget(0, notice)
        notice.dismissed.clicked.connect(lambda: self.dismiss(notice))
        notice.show()


class Notice(QFrame):
    """A title, what happened and what to do, with buttons.

    Parameters
    ----------
    title, text : str
        What is said.
    details : str
        To be shown on demand and copied; "" for none.
    answers : sequence of (str, callable)
        Buttons of a question.
    parent : Notices
        The strip.
    """

    def __init__(
        self,
        title: str,
        text: str,
        details: str,
        answers: Sequence[tuple[str, Callable[[], None]]],
        parent: Notices,
    ) -> None:
        super().__init__(parent)
        self.title, self.text, self.asks = title, text, bool(answers)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        label = QLabel(f"<b>{_escaped(title)}</b>&nbsp; {_escaped(text)}")
        label.setWordWrap(True)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.dismissed = QPushButton("Dismiss")
        row = QHBoxLayout()
        row.addWidget(label, 1)
        for name, answer in answers:
            row.addWidget(self._answer(name, answer, parent))
        self.dismissed.setVisible(not answers)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.addLayout(row)
        if details:
            self._add_details(row, column, details)
        row.addWidget(self.dismissed)

    def _answer(self, name: str, answer: Callable[[], None], strip: Notices) -> QPushButton:
        button = QPushButton(name)

        def act() -> None:
            strip.dismiss(self)
            answer()

        button.clicked.connect(act)
        return button

    def _add_details(self, row: QHBoxLayout, column: QVBoxLayout, details: str) -> None:
        box = QPlainTextEdit(details)
        box.setReadOnly(True)
        box.setFixedHeight(_DETAILS_HEIGHT)
        box.hide()
        opened = QPushButton("Details")
        opened.setCheckable(True)
        opened.toggled.connect(box.setVisible)
        copied = QPushButton("Copy details")
        copied.clicked.connect(lambda: QGuiApplication.clipboard().setText(details))
        row.addWidget(opened)
        row.addWidget(copied)
        column.addWidget(box)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
