"""A message beside the images that takes the height it needs, and scrolls where a low screen has less."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

_LEAST_LINES = 6


class MessageArea(QScrollArea):
    """A rich text on a coloured ground.

    Parameters
    ----------
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    label : QLabel
        The text.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self.label)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def take_all(self, width: int) -> None:
        """Take as much height as the text has in a width."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(max(0, self.label.heightForWidth(width)))

    def take_less(self) -> None:
        """Be content with what is left: the text scrolls."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setMinimumHeight(min(self.minimumHeight(), self.fontMetrics().height() * _LEAST_LINES))
