"""The welcome: what is asked, and whether the observer agrees."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from medsr_viewer.ui.survey.page import Page

_DECLINED = (
    "You did not agree, and that was noted. Nothing is shown to you and nothing of you is analysed. You may close this "
    "window, or read the text again."
)


class ConsentPage(Page):
    """The text, which has the focus, and two answers that weigh the same: Enter presses neither until Tab goes there.

    Parameters
    ----------
    title, text : str
        The survey's title, and the text of the consent.
    parent : QWidget, optional
        The window.
    """

    decided = Signal(bool)

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Welcome: {title}", parent)
        self._consent = text
        self.add_leave_button("Close")
        self.decline = self.add_button("I do not agree")
        self.agree = self.add_button("I agree")
        self.again = self.add_button("Read the text again")
        self.decline.clicked.connect(lambda: self.decided.emit(False))
        self.agree.clicked.connect(lambda: self.decided.emit(True))
        self.again.clicked.connect(self._read_again)
        self.show_text()

    @property
    def has_declined(self) -> bool:
        """Whether the observer did not agree, and was told what follows."""
        return not self.again.isHidden()

    def show_text(self) -> None:
        """Show the text and ask."""
        self._show(self._consent, declined=False)

    def show_declined(self) -> None:
        """Say what follows from not agreeing."""
        self._show(_DECLINED, declined=True)
        self.take_focus()

    @Slot()
    def _read_again(self) -> None:
        self.show_text()
        self.take_focus()

    def _show(self, text: str, *, declined: bool) -> None:
        self.text.setText(text)
        self.agree.setHidden(declined)
        self.decline.setHidden(declined)
        self.again.setVisible(declined)
