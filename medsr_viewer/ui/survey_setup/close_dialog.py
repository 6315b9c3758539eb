"""Closing a survey: once, and with the passphrase."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from medsr_viewer.errors import MedsrError, WrongPassphrase
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.survey_setup.mistake_label import MistakeLabel
from medsr_viewer.ui.survey_setup.visible_focus import VisibleFocusDialog

_WORDS = (
    "Closing ends the rating for good and reveals which image was made by which method. This cannot be undone: nobody "
    "can rate in this survey afterwards."
)
_CLOSE = "&Close and unblind"
_WIDTH = 560


class CloseDialog(VisibleFocusDialog):
    """Asks for the passphrase; stays until the survey is closed with it.

    Parameters
    ----------
    folder : Path
        Of the survey.
    unfinished : int
        Observers who are not done.
    parent : QWidget, optional
        The window, which stays usable.
    """

    confirmed = Signal(str)
    """The survey is to be closed with a passphrase; `refuse` or `accept` tells what became of that."""

    def __init__(self, folder: Path, unfinished: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Close the survey")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._folder = folder
        left = f" {unfinished} of the observers have not finished." if unfinished > 1 else ""
        left = " One observer has not finished." if unfinished == 1 else left
        words = QLabel(_WORDS + left)
        words.setWordWrap(True)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setPlaceholderText("that the survey was set up with")
        label = QLabel("&Passphrase")
        label.setBuddy(self.passphrase)
        self.file = QPushButton("From a &file …")
        shown = QCheckBox("Show what is typed")
        self.mistake = MistakeLabel()
        self.close_button, cancelled = QPushButton(_CLOSE), QPushButton("Cancel")
        self.close_button.setEnabled(False)
        self.close_button.setDefault(True)
        for button in (self.file, cancelled):
            button.setAutoDefault(False)
        line, buttons = QHBoxLayout(), QHBoxLayout()
        line.addWidget(label)
        line.addWidget(self.passphrase, 1)
        line.addWidget(self.file)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(cancelled)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addLayout(line)
        column.addWidget(self.mistake)
        column.addWidget(shown)
        column.addStretch(1)
        column.addLayout(buttons)
        self.passphrase.textChanged.connect(self._on_typed)
        shown.toggled.connect(self._show_typed)
        self.file.clicked.connect(self._ask_for_file)
        self.close_button.clicked.connect(self._confirm)
        cancelled.clicked.connect(self.reject)
        self.adjustSize()
        self.passphrase.setFocus()

    def read(self, path: Path) -> None:
        """Take the passphrase from a file."""
        from medsr_viewer.survey.sealing import read_passphrase

        try:
            self.passphrase.setText(read_passphrase(path))
        except MedsrError as exc:
            self.mistake.show_texts([f"{exc.reason}. {exc.advice}"])
        else:
            self.mistake.show_texts([])

    @Slot()
    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "File with the passphrase", str(self._folder.parent))
        if name:
            self.read(Path(name))

    @Slot(bool)
    def _show_typed(self, on: bool) -> None:
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def refuse(self, failure: Failure) -> None:
        """Say beside the field why the survey was not closed; what was typed stays, to be typed over."""
        self._set_busy(busy=False)
        # Of a wrong passphrase the title says all; other errors need their reason.
        reason = "" if failure.title == WrongPassphrase.title else failure.reason
        self.mistake.show_texts(
            [" ".join(f"{part.rstrip('.')}." for part in (failure.title, reason, failure.advice) if part)]
        )
        self.passphrase.setFocus()
        self.passphrase.selectAll()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.close_button.setEnabled(bool(text))
        self.mistake.show_texts([])

    @Slot()
    def _confirm(self) -> None:
        self.mistake.show_texts([])
        self._set_busy(busy=True)
        self.confirmed.emit(self.passphrase.text())

    def _set_busy(self, *, busy: bool) -> None:
        self.close_button.setText("Closing …" if busy else _CLOSE)
        for part in (self.passphrase, self.file, self.close_button):
            part.setEnabled(not busy)
