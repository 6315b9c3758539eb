"""A scrolled text that takes no more height than it needs, and that keys scroll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class FittedScroll(QScrollArea):
    """As high as its contents where there is room; where there is not, it scrolls, and Tab reaches it.

    Parameters
    ----------
    contents : QWidget
        With a layout of texts that wrap.
    parent : QWidget, optional
        Owner.
    """

    focus_changed = Signal()

    def __init__(self, contents: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents = contents
        self.setWidget(contents)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        contents.installEventFilter(self)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the contents when they change."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width: text wraps."""
        super().resizeEvent(event)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the page, which shows where the focus is."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the page that too."""
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll: Space goes on as Page Down does, Home and End go all the way."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Space:
                bar.setValue(bar.value() + bar.pageStep())
            case Qt.Key.Key_Home:
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case _:
                super().keyPressEvent(event)

    @Slot(int, int)
    def _on_range_changed(self, _least: int, most: int) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if most > 0 else Qt.FocusPolicy.NoFocus)

    def _fit(self) -> None:
        width = self.viewport().width()
        height = self._contents.heightForWidth(width)
        if height < 0:
            return  # before the layout is there
        # Given, not left to the labels: the least height they ask for is that of a far narrower text.
        self._contents.setFixedSize(width, height)
        self.setMaximumHeight(height)
