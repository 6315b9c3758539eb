"""The look at every image that an observer may see, before the first is shown, in a thread of its own.

Whether each is there and as long as it should be is found out when the survey is opened: that takes milliseconds.
Whether it is the very file takes as long as reading it, so this goes on while the observer reads the pages before the
trials; the first trial waits for it, in large surveys or for who is quick. No observer is stopped in the middle for an
image that was damaged before.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from medsr_viewer.cancel import CancelToken
from medsr_viewer.ui.failure import Failure
from medsr_viewer.ui.runner import Report, Runner


class FilesCheck(QObject):
    """Has the images checked.

    Parameters
    ----------
    parent : QObject, optional
        Owner.

    Attributes
    ----------
    is_whole : bool
        Whether all were found as they should be.
    failure : Failure or None
        What is wrong with them.
    """

    whole = Signal()
    refused = Signal(Failure)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_whole = False
        self.failure: Failure | None = None
        self.runner = Runner("survey files", self)
        self.runner.succeeded.connect(self._on_whole)
        self.runner.failed.connect(self._on_refused)

    def look(self, check: Callable[[Callable[[], None]], None]) -> None:
        """Begin; `whole` or `refused` follows.

        Parameters
        ----------
        check : callable
            Takes a function to be called between files, which ends it by raising; raises `MedsrError` for what is
            wrong.
        """
        self.is_whole, self.failure = False, None

        def work(token: CancelToken, _report: Report) -> None:
            check(token.check)

        self.runner.submit(work)

    def shutdown(self) -> None:
        """End the thread."""
        self.runner.shutdown()

    @Slot(object)
    def _on_whole(self, _result: object) -> None:
        self.is_whole = True
        self.whole.emit()

    @Slot(Failure)
    def _on_refused(self, failure: Failure) -> None:
        self.failure = failure
        self.refused.emit(failure)
