"""Dialogs whose focus is seen from the first moment, and again whenever they come back to the front."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtWidgets import QDialog


class VisibleFocusDialog(QDialog):
    """Has the style draw the focus before the first Tab, which Qt forgets each time a window is activated."""

    @Slot()
    def show_focus(self) -> None:
        """Have the focus drawn."""
        self.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if (focused := self.focusWidget()) is not None:
            focused.update()

    def changeEvent(self, event: QEvent) -> None:
        """Have the focus drawn again: later, for Qt forgets it after this event."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            QTimer.singleShot(0, self, self.show_focus)
