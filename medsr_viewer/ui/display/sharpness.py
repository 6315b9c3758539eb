"""The slider between fidelity and sharpness in a panel's header."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

STEP = 5
"""Percent between two positions of the slider."""
_PAGE = 4 * STEP
_REST_MS = 200
_WIDTH, _NARROW_WIDTH = 84, 58
_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


class Sharpness(QWidget):
    """A slider with its percentage; hidden where there is nothing to blend.

    Parameters
    ----------
    parent : QWidget
        The panel.
    """

    moved = Signal()
    """At once, with every step."""
    chosen = Signal(int)
    """Percent, once the slider has come to rest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.slider = _Slider(self)
        self.label = QLabel(self)
        self.label.setFixedWidth(self.label.fontMetrics().horizontalAdvance("100 %") + 2)
        self._ends = QLabel("fidelity", self), QLabel("sharpness", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self._ends[0], self.slider, self._ends[1], self.label):
            row.addWidget(part)
        self._rested = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rested.timeout.connect(self._choose)
        self.slider.valueChanged.connect(self._on_moved)
        self.hide()

    @property
    def position(self) -> int | None:
        """Percent; None where there is no blend."""
        return None if self.isHidden() else self.slider.value()

    def show_position(self, percent: int | None, ends: str = "") -> None:
        """Show a position, and in the tooltip what the ends measured; a slider that is being moved stays where it is.

        Nothing is emitted.
        """
        if percent is None:
            self._rested.stop()
        elif not self._rested.isActive():
            self.slider.blockSignals(True)
            self.slider.setValue(percent)
            self.slider.blockSignals(False)
            self._write()
        self.setToolTip(f"{ends}\nAlt+Left and Alt+Right move it." if ends else "")
        self.setVisible(percent is not None)

    def set_roomy(self, roomy: bool) -> None:
        """Write what the ends are beside them, or leave that to the tooltip and the room to the scores."""
        self.slider.setFixedWidth(_WIDTH if roomy else _NARROW_WIDTH)
        for end in self._ends:
            end.setVisible(roomy)

    def step(self, steps: int) -> None:
        """Move the slider by steps; sharper is positive."""
        self.slider.setValue(self.slider.value() + steps * STEP)

    @Slot(int)
    def _on_moved(self, percent: int) -> None:
        snapped = STEP * round(percent / STEP)
        if snapped != percent:
            self.slider.setValue(snapped)
            return
        self._write()
        self._rested.start()
        self.moved.emit()

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.slider.value())

    def _write(self) -> None:
        self.label.setText(f"{self.slider.value()} %")


class _Slider(QSlider):
    """A slider that takes the focus by Tab alone: after a click the keys stay those of the picture."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, 100)
        self.setSingleStep(STEP)
        self.setPageStep(_PAGE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Fidelity to sharpness, percent")

    def event(self, event: QEvent) -> bool:
        """Keep the keys that move a slider from the shortcuts that they are elsewhere."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _KEYS
            and not event.modifiers()
        ):
            event.accept()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Do nothing: a wheel over a header must not change the result by accident."""
        event.ignore()
