"""Help with the number of observers and cases."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QGroupBox, QLabel

from medsr_viewer.survey.design import Protocol
from medsr_viewer.ui.survey_setup.precision import ASSUMED, has_mean, told_precision

_USUAL = 0.3


class PrecisionBox(QGroupBox):
    """The interval wanted, what the survey's size gives, and what is assumed."""

    def __init__(self) -> None:
        super().__init__("How many are enough?")
        self._protocol: Protocol = "acr"
        self._observers = self._cases = 0
        self.wanted = QDoubleSpinBox()
        self.wanted.setRange(0.05, 1.5)
        self.wanted.setSingleStep(0.05)
        self.wanted.setValue(_USUAL)
        self.wanted.setPrefix("±")
        self.wanted.setMaximumWidth(110)
        self.wanted.setToolTip("Half the width of the 95 % interval that a condition's mean rating shall have")
        self.words, self.assumed = QLabel(), QLabel(ASSUMED)
        for label in (self.words, self.assumed):
            label.setWordWrap(True)
        self.assumed.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._form = QFormLayout(self)
        self._form.addRow("&Wanted", self.wanted)
        self._form.addRow("Expected", self.words)
        self._form.addRow("", self.assumed)
        self.wanted.valueChanged.connect(self._tell)

    def show_size(self, protocol: Protocol, observers: int, cases: int) -> None:
        """Tell what so many observers who rate so many cases each can be expected to give."""
        if (protocol, observers, cases) != (self._protocol, self._observers, self._cases):
            self._protocol, self._observers, self._cases = protocol, observers, cases
            for field in (self.wanted, self.assumed):
                self._form.setRowVisible(field, has_mean(protocol))
            self._tell()

    @Slot()
    def _tell(self) -> None:
        self.words.setText(told_precision(self._protocol, self._observers, self._cases, self.wanted.value()))
