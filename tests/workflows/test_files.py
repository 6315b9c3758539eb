"""Files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from medsr_viewer.errors import CannotWrite
from medsr_viewer.workflows.files import write_whole


def test_folder_is_made_and_nothing_else_left(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_whole(path, lambda temporary: temporary.write_text("whole"))
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_text("old")

    def half(temporary: Path) -> None:
        temporary.write_text("ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWrite, match="No space left on device") as caught:
        write_whole(path, half)
    assert str(path) in caught.value.reason
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_temporary_name_keeps_the_suffix(tmp_path: Path) -> None:
    suffixes: list[str] = []

    def write(temporary: Path) -> None:
        suffixes.append(temporary.suffix)
        temporary.touch()

    write_whole(tmp_path / "a.png", write)
    assert suffixes == [".png"]
