"""The command that shows the window."""

from __future__ import annotations

import subprocess
import sys

import pytest

from medsr_viewer import __main__ as command
from medsr_viewer.ui import requirements

_STANDS = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from medsr_viewer.ui.app import Application, Services
from medsr_viewer.ui.preferences import Preferences
from medsr_viewer.upscaling.catalogue import catalogue
application = QApplication([])
main = Application(Services(catalogue()), Preferences(Path(sys.argv[1]) / "settings.ini"))
main.start()
QApplication.processEvents()
assert main.window.isVisible()
print(*(name in sys.modules for name in ("torch", "pydicom", "pyqtgraph", "skimage")))
main.window.close()
"""


def test_the_window_stands_without_what_it_does_not_need_yet(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STANDS, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False"] * 4


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_needs_no_qt(option: str) -> None:
    lines = ["import sys", "from medsr_viewer.__main__ import main"]
    lines += [f"try: main([{option!r}])", "finally: print('PySide6' in sys.modules)"]
    code = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "False"


def test_no_display_is_said_plainly() -> None:
    assert "no display" in requirements.what_is_missing({}, "linux")


def test_other_systems_bring_what_qt_needs() -> None:
    assert requirements.what_is_missing({}, "darwin") == ""
    assert requirements.what_is_missing({}, "win32") == ""


def test_a_missing_library_is_named_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "_loads", lambda file: file != "libxcb-cursor.so.0")
    message = requirements.what_is_missing({"DISPLAY": ":0"}, "linux")
    assert "sudo apt install libxcb-cursor0\n" in message
    assert "sudo dnf install xcb-util-cursor" in message
    assert requirements.what_is_missing({"WAYLAND_DISPLAY": "wayland-0"}, "linux") == ""


def test_missing_libraries_end_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(requirements, "what_is_missing", lambda: "libEGL.so.1 is missing")
    assert command.main([]) == 1
    assert capsys.readouterr().err == "medsr-viewer: libEGL.so.1 is missing\n"


def test_sample_and_paths_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["--sample", "image.png"])
    assert end.value.code == 2
    assert "exclude" in capsys.readouterr().err
