"""What is wrong with a field, beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel

from medsr_viewer.ui.survey_setup.mistake_words import Told, lead_text

_MOST = 3


class MistakeLabel(QLabel):
    """Lines, with links to the fields that they are about; one line's room is kept while there is none.

    Parameters
    ----------
    keeps_place : bool
        Whether room is kept, so that nothing moves when a line comes.
    """

    led = Signal(str)
    """A link was followed: the key of its field."""

    def __init__(self, *, keeps_place: bool = True) -> None:
        super().__init__()
        self.lines: tuple[str, ...] = ()
        self._keeps_place = keeps_place
        self.setForegroundRole(QPalette.ColorRole.BrightText)
        self.setTextFormat(Qt.TextFormat.RichText)  # Qt takes a text with escaped quotes alone for a plain one
        self.setWordWrap(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.linkActivated.connect(self.led)
        if keeps_place:
            self.setMinimumHeight(self.fontMetrics().lineSpacing() + 2)
        self.show_texts([])

    def sizeHint(self) -> QSize:
        """Return the room that the lines take at the label's width; Qt's own hint breaks one into two."""
        hint = super().sizeHint()
        lines = self.heightForWidth(self.width() if self.isVisible() else hint.width()) if self.text() else 0
        return QSize(hint.width(), max(lines, self.minimumHeight()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height of another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show some lines, or none."""
        self.show_told([Told(text) for text in texts])

    def show_told(self, told: Sequence[Told]) -> None:
        """Show the first of some mistakes, and how many more there are."""
        self.lines = tuple(one.text for one in told)
        lines = [f"{escape(one.text)}{''.join(map(_link, one.leads))}" for one in told[:_MOST]]
        if len(told) > _MOST:
            lines.append(f"And {len(told) - _MOST} more.")
        self.setText("<br>".join(lines))
        self.setFocusPolicy(
            Qt.FocusPolicy.StrongFocus if any(one.leads for one in told[:_MOST]) else Qt.FocusPolicy.NoFocus
        )
        if not self._keeps_place:  # else a label without a parent yet would be a window of its own for a moment
            self.setVisible(bool(told))


def _link(key: str) -> str:
    return f'&nbsp; <a href="{escape(key)}">{escape(lead_text(key))}</a>'
