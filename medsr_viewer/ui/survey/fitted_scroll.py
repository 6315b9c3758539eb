"""A scrolled text that takes no more height than it needs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class FittedScroll(QScrollArea):
    """As high as its contents where there is room; it scrolls where there is not.

    Parameters
    ----------
    contents : QWidget
        With a layout of texts that wrap.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, contents: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents = contents
        self.setWidget(contents)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        contents.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the contents when they change."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width: text wraps."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        height = self._contents.heightForWidth(width)
        if height < 0:
            return  # before the layout is there
        # Given, not left to the labels: the least height they ask for is that of a far narrower text.
        self._contents.setFixedSize(width, height)
        self.setMaximumHeight(height)
