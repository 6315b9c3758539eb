"""Wrong usage of the commands ends before any work, in one line, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.cli import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "fmen-x4", "--data", ".", "--workers", "-1"], "'-1' is not a whole number from 0"),
        (["prepare", ".", "--out", "out", "--jobs", "0"], "'0' is not a whole number from 1"),
        (["evaluate", "--data", ".", "--workers", "-2"], "'-2' is not a whole number from 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_by_the_command_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["prepare", "nowhere", "--out", "out"], "nowhere: there is no such file or folder"),
        (["prepare", "none", "--out", "out"], "no image among none. "),
        (["prepare", "text", "--out", "out"], "no image among text. "),
        (["prepare", "broken", "--out", "out"], "no image among broken: broken/a.png: "),
        (["run", "fmen-x4", "--data", "nowhere", "--out", "out"], "no image for 'train' in nowhere"),
    ],
)
def test_what_holds_no_image_is_named_and_no_folder_is_left(
    command: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("none", "text", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "text" / "a.txt").write_text("no image")
    (tmp_path / "broken" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n, cut off")
    assert main(command) == 2
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "none", "text"]
