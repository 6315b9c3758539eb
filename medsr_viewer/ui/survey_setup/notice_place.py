"""Room for notices that is kept while there are none, so that no button moves when one comes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy

from medsr_viewer.ui.notices import Notices

_LINES = 2
_MARGINS = 20
_MOST = 3
"""Times the room that is kept: what is larger is scrolled."""


class NoticePlace(QScrollArea):
    """As high as a notice of two lines at the least; grows with longer ones up to a limit.

    Parameters
    ----------
    notices : Notices
        The strip that is shown here.
    """

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setWidget(notices)
        notices.installEventFilter(self)

    @property
    def kept_height(self) -> int:
        """Pixels that are kept while nothing is shown."""
        return _LINES * self.fontMetrics().lineSpacing() + _MARGINS

    def sizeHint(self) -> QSize:
        """Return the room that the notices take, within the limits."""
        wanted = self._notices.heightForWidth(self.viewport().width()) if self._notices.shown else 0
        return QSize(super().sizeHint().width(), min(max(wanted, self.kept_height), _MOST * self.kept_height))

    def minimumSizeHint(self) -> QSize:
        """Return the room that is kept."""
        return QSize(0, self.kept_height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again how high the notices are when one comes, goes, or shows its details."""
        if watched is self._notices and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.ChildRemoved):
            self.updateGeometry()
        return super().eventFilter(watched, event)
