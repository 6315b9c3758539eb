"""Files are whole, or as they were."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from medsr_viewer.errors import CannotWrite
from medsr_viewer.whole_files import Content, write_whole


@pytest.mark.parametrize(
    "content",
    ["größe\n", "größe\n".encode(), memoryview("größe\n".encode()), lambda file: file.write("größe\n".encode())],
)
def test_the_file_is_written_in_a_folder_that_is_made_and_nothing_else_is_left(
    content: Content, tmp_path: Path
) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    write_whole(path, content)
    assert path.read_bytes() == "größe\n".encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError("odd")])
def test_a_failure_leaves_the_old_file(problem: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_text("old")

    def half(file: BinaryIO) -> None:
        file.write(b"ne")
        raise problem

    with pytest.raises(CannotWrite if isinstance(problem, OSError) else type(problem)):
        write_whole(path, half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_error_names_file_reason_and_advice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "c.txt"
    with pytest.raises(CannotWrite) as caught:
        write_whole(path, b"")
    assert caught.value.reason == f"{path}: {os.strerror(17)}"
    assert caught.value.advice == CannotWrite.advice
    with pytest.raises(CannotWrite) as caught:
        write_whole(path, b"", advice="Do that.")
    assert caught.value.advice == "Do that."


def test_no_search_of_the_folder_finds_half_a_file(tmp_path: Path) -> None:
    found: list[list[Path]] = []

    def write(file: BinaryIO) -> None:
        file.write(b"{")
        found.append([*tmp_path.glob("*.json"), *tmp_path.glob("a*")])

    write_whole(tmp_path / "a.json", write)
    assert found == [[]]


def test_two_that_write_the_same_file_do_not_mix(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    def write(file: BinaryIO) -> None:
        file.write(b"outer")
        write_whole(path, b"inner, longer")

    write_whole(path, write)
    assert path.read_bytes() == b"outer"
    assert list(tmp_path.iterdir()) == [path]


def test_the_disk_holds_the_bytes_before_the_name_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    sizes: list[int] = []

    def sync(descriptor: int) -> None:
        assert not path.exists()
        sizes.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", sync)
    write_whole(path, b"bytes", durable=False)
    assert (path.read_bytes(), sizes) == (b"bytes", [])
    path.unlink()
    write_whole(path, b"bytes")
    assert sizes == [5]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_the_file_as_any_that_this_user_makes(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "whole", b"")
    assert stat.S_IMODE((tmp_path / "whole").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are Unix's")
def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    modes = []

    def look(_file: BinaryIO) -> None:
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir())

    write_whole(tmp_path / "secret", look, mode=0o600)
    assert modes == [0o600]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
