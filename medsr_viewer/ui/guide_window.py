"""The user guide, in a window of its own beside the images."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from medsr_viewer.errors import UnreadableFile


class GuideWindow(QDialog):
    """Shows a Markdown file, and finds words in it.

    Parameters
    ----------
    text : str
        Markdown.
    parent : QWidget, optional
        The window, which it stays above but does not block.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("User guide")
        self.resize(760, 680)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.browser = QTextBrowser()
        self.browser.setOpenExternalLinks(True)
        self.browser.document().setDocumentMargin(16)
        self.browser.setMarkdown(text)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find in the guide")
        self.search.setClearButtonEnabled(True)
        self.found = QLabel()
        before, after = QPushButton("Previous"), QPushButton("Next")
        for button in (before, after):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        for widget in (self.found, before, after):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self.browser, 1)
        self.search.textChanged.connect(self._start_search)
        self.search.returnPressed.connect(self.find_next)
        after.clicked.connect(self.find_next)
        before.clicked.connect(self.find_previous)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.browser.setFocus()

    @Slot()
    def find_next(self) -> None:
        """Go to the next place of the words sought, after the last to the first."""
        self._find(QTextDocument.FindFlag(0), QTextCursor.MoveOperation.Start)

    @Slot()
    def find_previous(self) -> None:
        """Go to the place before, before the first to the last."""
        self._find(QTextDocument.FindFlag.FindBackward, QTextCursor.MoveOperation.End)

    @Slot(str)
    def _start_search(self, _wanted: str) -> None:
        self.browser.moveCursor(QTextCursor.MoveOperation.Start)
        self.find_next()

    def _find(self, direction: QTextDocument.FindFlag, restart: QTextCursor.MoveOperation) -> None:
        wanted = self.search.text()
        self.found.clear()
        if not wanted or self.browser.find(wanted, direction):
            return
        self.browser.moveCursor(restart)
        if not self.browser.find(wanted, direction):
            self.found.setText("not found")


def read_guide(path: Path) -> str:
    """Return the guide's Markdown.

    Raises
    ------
    UnreadableFile
        If it is not where it was installed.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as exc:
        raise UnreadableFile(path.name, exc.strerror or "it cannot be read", "Install the program again.") from exc
