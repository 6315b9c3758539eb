"""A run of `prepare` in several processes, cut off, or out of space."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from medsr_viewer.cancel import Cancelled, CancelToken
from medsr_viewer.errors import CannotWrite
from trainer.prepare import frames
from trainer.prepare.options import PrepareOptions
from trainer.prepare.run import prepare

from .preparing import OPTIONS, contents


def counting(monkeypatch: pytest.MonkeyPatch, stop: Callable[[int], None]) -> list[str]:
    """Note each frame that is prepared, and let `stop` raise at one."""
    prepared: list[str] = []
    original = frames.prepare_frame

    def prepare_one(unit: Any, staging: Path, options: PrepareOptions) -> dict[str, str]:
        stop(len(prepared))
        prepared.append(unit.origin)
        return original(unit, staging, options)

    monkeypatch.setattr("trainer.prepare.run.prepare_frame", prepare_one)
    return prepared


def test_processes_make_the_same_folder(studies: Path, tmp_path: Path) -> None:
    prepare([studies], tmp_path / "out", OPTIONS)
    salt = (tmp_path / "out-private" / "salt.txt").read_bytes()
    (tmp_path / "two-private").mkdir()
    (tmp_path / "two-private" / "salt.txt").write_bytes(salt)
    prepare([studies], tmp_path / "two", OPTIONS, jobs=2)
    assert contents(tmp_path / "out") == contents(tmp_path / "two")


def test_a_run_that_was_cut_off_goes_on(studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    prepare([studies], whole, OPTIONS)
    (tmp_path / "out-private").mkdir()
    (tmp_path / "out-private" / "salt.txt").write_bytes((tmp_path / "whole-private" / "salt.txt").read_bytes())

    def interrupt(done: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        counting(patched, interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare([studies], out, OPTIONS)
    assert not (out / "manifest.csv").exists()
    with (tmp_path / "out-private" / "journal.jsonl").open("a") as journal:
        journal.write('\n["cut o')
    prepared = counting(monkeypatch, lambda _done: None)
    prepare([studies], out, OPTIONS)
    assert len(prepared) == 24 - 7
    assert contents(out) == contents(whole)
    assert {path.name for path in (tmp_path / "out-private").iterdir()} == {"salt.txt", "sources.csv", "skipped.csv"}


def test_a_full_disk_stops_the_run_and_loses_nothing(
    studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    original = frames.write_whole
    written: list[Path] = []

    def fill(path: Path, content: bytes, **how: Any) -> None:
        def full(_file: BinaryIO) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        written.append(path)
        original(path, content if len(written) <= 5 else full, **how)

    with monkeypatch.context() as patched:
        patched.setattr(frames, "write_whole", fill)
        with pytest.raises(CannotWrite, match="No space left on device") as caught:
            prepare([studies], out, OPTIONS)
    assert "What is done is kept" in caught.value.advice
    prepared = counting(monkeypatch, lambda _done: None)
    assert prepare([studies], out, OPTIONS).new == 24
    assert len(prepared) == 24 - 5


def test_cancelling_stops_between_frames(studies: Path, tmp_path: Path) -> None:
    token = CancelToken()

    def progress(what: str, done: int, _total: int) -> None:
        if what == "images prepared" and done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        prepare([studies], tmp_path / "out", OPTIONS, progress=progress, token=token)
