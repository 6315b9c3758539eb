"""The smoke script says what fails, and fails."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def smoke() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "packaging" / "smoke.py"
    spec = importlib.util.spec_from_file_location("smoke", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_command_that_fails_is_named_with_what_it_said(smoke: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(smoke.Failure, match="(?s)ends with 3.*no such thing"):
        smoke.run([sys.executable, "-c", "import sys; print('no such thing'); sys.exit(3)"], tmp_path)
    with pytest.raises(smoke.Failure, match="longer than 1 seconds"):
        smoke.run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, seconds=1)
    assert smoke.run([sys.executable, "-c", "print(3)"], tmp_path) == "3\n"


def test_the_script_exits_with_1(
    smoke: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(folder: Path) -> Path:
        raise smoke.Failure("no wheel")

    monkeypatch.setattr(smoke, "install", refuse)
    monkeypatch.setattr(sys, "argv", ["smoke.py"])
    assert smoke.main() == 1
    assert capsys.readouterr().err == "smoke: no wheel\n"
    for name in ("check_shipped", "check_window", "check_commands"):
        monkeypatch.setattr(smoke, name, lambda *_: None)
    monkeypatch.setattr(smoke, "install", lambda folder: folder)
    assert smoke.main() == 0
