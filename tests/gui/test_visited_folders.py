"""Qt's own file dialogs leave no list of the folders that were visited: they would name the cases of a blind study."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The real program, but for its window, in whose place a dialog shows a folder and is closed.
_VISIT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from medsr_viewer.ui import app

class Visiting:
    def __init__(self, *_): pass
    def report_unexpected(self, *_): pass
    def shutdown(self): pass
    def start(self, *_, **__):
        dialog = QFileDialog()
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(sys.argv[1])
        dialog.show()
        dialog.accept()
        del dialog
        QTimer.singleShot(0, QApplication.quit)

app.Application = Visiting
sys.exit(app.run([], sample=False))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have dialogs of their own")
def test_no_file_names_a_folder_that_was_visited(tmp_path: Path) -> None:
    home, cases = tmp_path / "home", tmp_path / "lemurcase"
    home.mkdir()
    cases.mkdir()
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    ended = subprocess.run(
        [sys.executable, "-c", _VISIT, cases],
        env={**os.environ, **dict.fromkeys(places, str(home)), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = [path for path in home.rglob("*") if path.is_file() and b"lemurcase" in path.read_bytes()]
    assert told == []
