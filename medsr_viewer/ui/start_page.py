"""What the window shows before anything is opened: an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_SHOWN = 6
_RECENT_WIDTH = 560
_HINT = "Drop DICOM, PNG, TIFF or JPEG files, a folder or a zip here.\nResearch use only, not for diagnosis."


class StartPage(QWidget):
    """Invites to open, drop, try the sample, or go on with a recent file."""

    files_wanted = Signal()
    folder_wanted = Signal()
    sample_wanted = Signal()
    recent_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("MedSR Viewer")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        title.setFont(font)
        hint = QLabel(_HINT)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sample = QPushButton("Open the sample (a head CT)")
        self.files = QPushButton("Open files …")
        self.folder = QPushButton("Open folder …")
        self.sample.setDefault(True)
        self.files.clicked.connect(self.files_wanted)
        self.folder.clicked.connect(self.folder_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.files, self.folder, self.sample):
            button.setMinimumHeight(36)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._recent = QVBoxLayout()
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(hint)
        column.addSpacing(16)
        column.addLayout(buttons)
        column.addSpacing(24)
        column.addLayout(self._recent)
        column.addStretch(3)

    def set_recent(self, paths: Sequence[str]) -> None:
        """List the paths opened last."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if paths:
            self._recent.addWidget(QLabel("Recent"), 0, Qt.AlignmentFlag.AlignHCenter)
        for path in paths[:_SHOWN]:
            shown = f"{Path(path).name or path}  \N{EM DASH}  {Path(path).parent}"
            shown = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideMiddle, _RECENT_WIDTH)
            button = QPushButton(shown.replace("&", "&&"))
            button.setFlat(True)
            button.setToolTip(path)
            button.clicked.connect(partial(self._choose, path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _choose(self, path: str, _checked: bool = False) -> None:
        self.recent_chosen.emit(path)
