"""What the window remembers from one run to the next."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from medsr_viewer.ui.display.theme import Theme

MAX_RECENT = 10


def keep_no_visited_folders() -> None:
    """Let Qt's own file dialogs write down no folders: they would name the cases of a study to whoever rates it here.

    Qt keeps them in `QtProject.conf`, for all its programs alike; it cannot write below a device. While the program
    runs the dialogs remember the last folder. What systems with dialogs of their own keep is theirs to say.
    """
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)


class Preferences:
    """The user's choices, in an INI file.

    Parameters
    ----------
    path : Path
        The file; made at the first change.
    """

    def __init__(self, path: Path) -> None:
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def recent(self) -> tuple[str, ...]:
        """Paths opened last, the newest first."""
        count = self._settings.beginReadArray("recent")
        paths = []
        for index in range(count):
            self._settings.setArrayIndex(index)
            paths.append(str(self._settings.value("path")))
        self._settings.endArray()
        return tuple(paths)

    def add_recent(self, path: str) -> None:
        """Put a path first among the recent ones."""
        self._write_recent([path, *(known for known in self.recent if known != path)][:MAX_RECENT])

    def clear_recent(self) -> None:
        """Forget the recent paths."""
        self._write_recent([])

    @property
    def theme(self) -> Theme:
        """Dark unless the user chose the light one."""
        return "light" if self._settings.value("theme") == "light" else "dark"

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._settings.setValue("theme", theme)

    def text(self, key: str, default: str) -> str:
        """Return a remembered choice."""
        return str(self._settings.value(f"choice/{key}", default))

    def set_text(self, key: str, value: str) -> None:
        """Remember a choice."""
        self._settings.setValue(f"choice/{key}", value)

    def write(self) -> None:
        """Write everything into the file now: the process may be ended before Qt gets round to it."""
        self._settings.sync()

    @property
    def geometry(self) -> QByteArray | None:
        """Place and size of the window, as Qt saved them."""
        found = self._settings.value("geometry")
        return found if isinstance(found, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._settings.setValue("geometry", geometry)

    def _write_recent(self, paths: list[str]) -> None:
        self._settings.remove("recent")
        self._settings.beginWriteArray("recent", len(paths))
        for index, path in enumerate(paths):
            self._settings.setArrayIndex(index)
            self._settings.setValue("path", path)
        self._settings.endArray()
