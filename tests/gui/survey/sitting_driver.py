"""Leads the real rating window through its pages, by keys and clicks alone."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest

from medsr_viewer.ui.survey.conducting import Conducting


def pass_opening_pages(conducting: Conducting) -> str:
    """Do what the page on screen asks for, if it is one before the trials; return which it was, or ""."""
    pages = conducting.pages
    if not hasattr(pages, "trial"):
        return ""
    if pages.is_on(pages.consent) and pages.consent.agree.isVisible():
        QTest.mouseClick(pages.consent.agree, Qt.MouseButton.LeftButton)
        return "consent"
    if pages.is_on(pages.screen) and not pages.screen.is_refused:
        pages.screen.squares.buttons["yes"].click()
        pages.screen.light.buttons["dim"].click()
        QTest.keyClick(pages.screen, Qt.Key.Key_Return)
        return "screen"
    if pages.is_on(pages.instructions):
        QTest.keyClick(pages.instructions, Qt.Key.Key_Return)
        return "instructions"
    if pages.is_on(pages.counting):
        QTest.keyClick(pages.counting, Qt.Key.Key_Return)
        return "counting"
    return ""


class AutoRater(QObject):
    """Presses keys whenever the window waits for an answer.

    Parameters
    ----------
    conducting : Conducting
    value : int
        Given to everything; 0: the number of the trial decides.
    """

    def __init__(self, conducting: Conducting, value: int = 0, interval_ms: int = 5) -> None:
        super().__init__(conducting)
        self._conducting, self._value = conducting, value
        self._ticks = QTimer(self, interval=interval_ms)
        self._ticks.timeout.connect(self.act)
        self._ticks.start()

    def stop(self) -> None:
        self._ticks.stop()

    @Slot()
    def act(self) -> None:
        conducting = self._conducting
        if pass_opening_pages(conducting) or not hasattr(conducting.pages, "trial"):
            return
        page = conducting.pages.trial
        if not conducting.pages.is_on(page) or page.posed is None:
            return
        if page.state == "feedback" or (page.state == "open" and page.sheet.value):
            QTest.keyClick(page, Qt.Key.Key_Return)
        elif page.state == "open" and page.clock.runs:
            value = self._value or 1 + sum(map(ord, page.posed.trial.identifier)) % 5
            if conducting.desk.is_busy:
                return
            is_pair = len(page.side.scale.buttons) == 2
            QTest.keyClick(page, Qt.Key(Qt.Key.Key_0 + (1 + value % 2 if is_pair else value)))
