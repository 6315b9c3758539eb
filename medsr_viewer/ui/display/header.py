"""What stands above and below a panel's picture: the chooser, the scores, the badge."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from medsr_viewer.ui.display import theme


class Chooser(QComboBox):
    """A combo box that gives way: a long method name is shortened, never the controls beside it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Panel content")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint with an ellipsis where the style would cut the text off."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, field.width() - 6
        )
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Do nothing: a wheel over a header must not change the method by accident."""
        event.ignore()


class ElidedLabel(QLabel):
    """A label that shortens its text with an ellipsis instead of pushing its neighbours out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint as much as fits."""
        painter = QPainter(self)
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), self.alignment(), text)


class Badge(QWidget):
    """The line below a picture that says what it is. Always there, so that all pictures are of one size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.kind = "info"
        self.setFixedHeight(self.fontMetrics().height() + 4)

    def show_badge(self, text: str, kind: str) -> None:
        """Write a line; "" leaves it blank. Kind: see `theme.BADGES`."""
        self.text, self.kind = text, kind
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line, shortened in the middle where it does not fit."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.BADGES[self.kind] if self.text else theme.SURROUND)
        painter.setPen(Qt.GlobalColor.white)
        text = self.fontMetrics().elidedText(self.text, Qt.TextElideMode.ElideMiddle, self.width() - 12)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
