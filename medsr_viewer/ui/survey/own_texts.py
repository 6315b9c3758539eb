"""The auditor's look at the rating window's own texts, before anything is rated: the window is not held up by it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.audit import refuse_leaks
from medsr_viewer.survey.audit.words import check_exposed, secrets_of
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Plan
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner
from medsr_viewer.ui.survey.exposed import each_exposed_text

_PORTION_SECONDS = 0.004  # a frame lasts 16 ms, and some objects take a few of them alone


class OwnTexts(QObject):
    """Reads every text of a window in small portions, and has them judged in a thread of their own.

    Parameters
    ----------
    window : QWidget
        With all its pages.
    parent : QObject, optional
        Owner.
    """

    blind = Signal()
    """Nothing was found."""
    refused = Signal(Failure)

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runner = Runner("survey texts", self)
        self._window = window
        self._survey: tuple[Design, Plan] | None = None
        self._unread: Iterator[str] = iter(())
        # Read before the window is shown: PySide spends 15 ms when it first meets Qt's private classes.
        self._texts = list(each_exposed_text(window))
        self._portions = QTimer(self, interval=0)
        self._portions.timeout.connect(self._read_portion)
        self.runner.succeeded.connect(self._on_judged)
        self.runner.failed.connect(self.refused)

    def judge(self, design: Design, plan: Plan) -> None:
        """Look for names, scores and identifiers of a survey; `blind` or `refused` follows."""
        self._survey, self._texts = (design, plan), []
        self._unread = each_exposed_text(self._window)
        self._portions.start()

    def shutdown(self) -> None:
        """Stop, and end the thread."""
        self._portions.stop()
        self.runner.shutdown()

    @Slot()
    def _read_portion(self) -> None:
        until = time.perf_counter() + _PORTION_SECONDS
        for text in self._unread:
            self._texts.append(text)
            if time.perf_counter() >= until:
                return
        self._portions.stop()
        self._send()

    def _send(self) -> None:
        assert self._survey is not None  # noqa: S101 - laid down before anything is read
        (design, plan), texts = self._survey, self._texts

        def work(_token: CancelToken, _report: Report) -> None:
            refuse_leaks(check_exposed(texts, design, secrets_of(design, plan)))

        self.runner.submit(work)

    @Slot(object)
    def _on_judged(self, _result: object) -> None:
        self.blind.emit()
