"""The control of playing: a switch, the rate, and the rate that is reached."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QWindow
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QToolButton, QWidget

from medsr_viewer.ui.cine import FASTEST, SLOWEST, Cine
from medsr_viewer.ui.state import State

_PAUSING = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
    QEvent.Type.DragEnter,
    QEvent.Type.NativeGesture,
}
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class CineBar(QWidget):
    """Stands in the status bar where a series has several images; any other input to the window pauses.

    Parameters
    ----------
    cine : Cine
        What it controls.
    state : State
        Whether it plays.
    play : QAction
        The switch.
    own : tuple of QAction
        Whose keys do not pause.
    parent : QWidget, optional
        The window.
    """

    def __init__(
        self, cine: Cine, state: State, play: QAction, own: tuple[QAction, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cine, self._state, self._own = cine, state, (play, *own)
        self._watched: QWindow | None = None
        self.button = QToolButton(self)
        self.button.setDefaultAction(play)
        self.rate = QDoubleSpinBox(self)
        self.rate.setRange(SLOWEST, FASTEST)
        self.rate.setDecimals(1)
        self.rate.setSuffix(" images/s")
        self.rate.setAccessibleName("Images a second")
        self.rate.setToolTip("Images a second; Ctrl+Right faster, Ctrl+Left slower")
        self.rate.setKeyboardTracking(False)
        self.reached = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        for widget in (self.reached, self.rate, self.button):
            row.addWidget(widget)
        self.rate.valueChanged.connect(cine.set_rate)
        cine.rate_changed.connect(self._on_rate)
        cine.reached_changed.connect(self._on_reached)
        state.playing_changed.connect(self._on_playing)
        state.image_changed.connect(self._on_image)
        self._on_rate()
        self._on_image()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Pause at what the user does to the window, but for this control and its keys."""
        if event.type() in _PAUSING and not self._is_own(event):
            self._cine.pause()
        return False

    def _is_own(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            keys = QKeySequence(event.keyCombination())
            is_ours = self.rate.hasFocus() or any(keys in action.shortcuts() for action in self._own)
            return is_ours or event.key() in _MODIFIERS
        return isinstance(event, QMouseEvent) and self._is_at(event.globalPosition().toPoint())

    def _is_at(self, place: QPoint) -> bool:
        return self.isVisible() and self.rect().contains(self.mapFromGlobal(place))

    @Slot()
    def _on_rate(self) -> None:
        self.rate.blockSignals(True)
        self.rate.setValue(self._cine.rate)
        self.rate.blockSignals(False)

    @Slot()
    def _on_reached(self) -> None:
        # A tenth below is not seen; more is, and said.
        is_slower = self._cine.reached < 0.9 * self._cine.rate
        self.reached.setText(f"{self._cine.reached:.1f} reached" if is_slower else "")

    @Slot()
    def _on_playing(self) -> None:
        self.reached.clear()
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        self._watched = self.window().windowHandle() if self._state.is_playing else None
        if self._watched is not None:
            self._watched.installEventFilter(self)

    @Slot()
    def _on_image(self) -> None:
        self.setVisible(not self._cine.obstacle)
