"""The rating window: its banner, and one page at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from medsr_viewer.survey.clock_changes import ClockChange
from medsr_viewer.ui.display import theme
from medsr_viewer.ui.survey.page import Page
from medsr_viewer.ui.survey.view_clock import ViewClock

TITLE = "MedSR Viewer - rating"
"""Never changes: window lists, screen recorders and time trackers read it."""
_CLOCK = "The clock was moved back: tell the coordinator."
_LEAST_POINTS = 12.0
_MINUTE_MS = 5_000


class RatingWindow(QWidget):
    """Shows pages under a banner; closing is asked of whoever knows what would be lost."""

    closing = Signal()
    activated = Signal()
    """The observer came back from another window."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setWindowIconText(TITLE)
        font = self.font()
        font.setPointSizeF(max(_LEAST_POINTS, font.pointSizeF()))
        self.setFont(font)
        self.setMinimumSize(960, 600)
        self.may_close: Callable[[], bool] = lambda: True
        self.time_rated = ViewClock()
        self._banner = QFrame(self)
        self._banner.setAutoFillBackground(True)
        self._banner.setStyleSheet(
            f"QFrame {{ background: {theme.BADGES['research'].name()} }} QLabel {{ color: white }}"
        )
        self._study, self._time = QLabel(self), QLabel(self)
        self._name = ""
        self._notice = QLabel(self)
        self._notice.setWordWrap(True)
        self._notice.setTextFormat(Qt.TextFormat.PlainText)
        self._notice.setStyleSheet(f"background: {theme.BADGES['warning'].name()}; color: white; padding: 6px 12px")
        self._notice.hide()
        self._pages = QStackedWidget(self)
        self._lay_out()
        self._ticks = QTimer(self, interval=_MINUTE_MS)
        self._ticks.timeout.connect(self.show_time)
        self._ticks.start()

    @property
    def page(self) -> QWidget | None:
        """The page on screen."""
        return self._pages.currentWidget()

    def add_page(self, page: QWidget) -> None:
        """Take in a page; it is shown when asked for."""
        self._pages.addWidget(page)

    def show_page(self, page: QWidget) -> None:
        """Show a page, and let it have the keys; on the one that is shown already, the focus stays where it is."""
        if self.page is page:
            return
        self._pages.setCurrentWidget(page)
        self._show_notice()
        if isinstance(page, Page):
            page.take_focus()
        else:
            page.setFocus()

    def name_study(self, text: str) -> None:
        """Write the study's title and the observer's pseudonym into the banner."""
        self._name = text
        self._show_notice()

    def tell_clock(self, change: ClockChange | None) -> None:
        """Say from now on that this computer's clock was moved back; nothing is asked of the observer."""
        if change is not None:
            self._notice.setText(
                f"The clock was moved back by {change.amount}: it showed {change.before[:16].replace('T', ' ')} UTC,"
                f" and then {change.after[:16].replace('T', ' ')} UTC. You can go on: every answer is saved, and"
                " counts. Please tell the coordinator, who can set the clock right."
            )
            self._show_notice()

    def tell_time(self, seconds: float) -> None:
        """Say how long was rated since the last break, in earlier windows too."""
        self.time_rated.go_on_from(seconds)
        self.show_time()

    def _show_notice(self) -> None:
        """Show it in full between the trials; beside an image, which must keep its place, in the banner alone."""
        is_between = isinstance(self.page, Page)
        self._notice.setVisible(bool(self._notice.text()) and is_between)
        self._study.setText(self._name if is_between or not self._notice.text() else _CLOCK)

    @Slot()
    def show_time(self) -> None:
        """Write how long was rated since the last break: whole minutes, which do not draw the eye."""
        minutes = int(self.time_rated.seconds // 60)
        self._time.setText(f"{minutes} min in this sitting" if self.time_rated.seconds else "")

    def changeEvent(self, event: QEvent) -> None:
        """Tell when it becomes the active window."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close, or have the observer asked first."""
        if self.may_close():
            self._ticks.stop()
            self.closing.emit()
            event.accept()
        else:
            event.ignore()

    def _lay_out(self) -> None:
        name = QLabel("<b>RATING - research use only</b>", self)
        row = QHBoxLayout(self._banner)
        row.setContentsMargins(12, 5, 12, 5)
        row.addWidget(name, 1)
        self._study.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._time.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._study.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._study, 1)
        row.addWidget(self._time, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._banner)
        column.addWidget(self._notice)
        column.addWidget(self._pages, 1)
