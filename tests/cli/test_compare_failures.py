"""`medsr compare`: exit status and what is said where something is wrong."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BICUBIC = ("--method", "bicubic")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--method", "waifu"), ("waifu", "nearest, bilinear, bicubic, lanczos, back-projection")),
        (("--scale", "5"), ("invalid choice", "2, 3, 4, 8")),
        (("--scale", "x"), ("--scale",)),
        (("--frame", "0"), ("'0' is not a whole number from 1",)),
        (("--frame", "one"), ("'one' is not a whole number from 1",)),
        (("--device", "abacus"), ("abacus", "auto", "cpu")),
        (("--range", "some"), ("full", "window")),
        (("--precision", "fp8"), ("fp32", "bf16")),
    ],
)
def test_wrong_usage_is_2_and_says_what_there_is(
    medsr: Callable[..., Any], ct: Path, arguments: tuple[str, ...], said: tuple[str, ...]
) -> None:
    outcome = medsr("compare", ct, *arguments)
    assert outcome.status == 2
    assert not outcome.out
    for text in said:
        assert text in outcome.err


def test_learned_method_at_a_scale_that_it_lacks(medsr: Callable[..., Any], ct: Path) -> None:
    outcome = medsr("compare", ct, "--method", "swift-srgan", "--scale", "3")
    assert outcome.status == 2
    assert "bicubic" in outcome.err


def test_no_arguments_is_2(medsr: Callable[..., Any]) -> None:
    assert medsr().status == 2
    assert medsr("compare").status == 2


def test_missing_path_is_named(medsr: Callable[..., Any], tmp_path: Path) -> None:
    outcome = medsr("compare", tmp_path / "gone.dcm", *BICUBIC)
    assert outcome.status == 1
    (line,) = outcome.lines
    assert line.startswith(f"medsr: {tmp_path / 'gone.dcm'}: there is no such file")
    assert not outcome.out


def test_frame_that_is_not_there_names_the_file_and_its_frames(
    medsr: Callable[..., Any], make_ct: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_ct(tmp_path / "frames.dcm", np.zeros((3, 16, 16), np.int16))
    outcome = medsr("compare", path, *BICUBIC, "--frame", "999")
    assert outcome.status == 1
    (line,) = outcome.lines
    assert line == f"medsr: {path}: there is no frame 999. It has frames 1 to 3."


def test_empty_folder_is_a_failure(medsr: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = medsr("compare", tmp_path / "empty", *BICUBIC, "--figure", tmp_path / "a.png")
    assert outcome.status == 1
    assert str(tmp_path / "empty") in outcome.err


@pytest.fixture
def mixed(make_ct: Callable[..., Path], make_png: Callable[..., Path], make_scene: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "mixed"
    make_ct(folder / "good.dcm")
    make_png(folder / "sub" / "good.png", make_scene() * 255)
    (folder / "README.txt").write_text("about these images")
    (folder / "manifest.csv").write_text("a,b\n1,2\n")
    return folder


def test_texts_in_a_folder_are_listed_and_no_failures(medsr: Callable[..., Any], mixed: Path) -> None:
    outcome = medsr("compare", mixed, *BICUBIC)
    assert outcome.status == 0
    assert len(outcome.lines) == 2
    assert all("left out: not a DICOM, PNG, TIFF or JPEG file" in line for line in outcome.lines)
    assert "Mean of 2" in outcome.out


def test_named_text_is_a_failure(medsr: Callable[..., Any], mixed: Path) -> None:
    outcome = medsr("compare", mixed / "good.dcm", mixed / "README.txt", *BICUBIC)
    assert outcome.status == 1
    (line,) = outcome.lines
    assert str(mixed / "README.txt") in line
    assert "left out" not in line


def test_bad_files_are_named_and_the_good_ones_compared(medsr: Callable[..., Any], mixed: Path, tmp_path: Path) -> None:
    whole = (mixed / "good.dcm").read_bytes()
    (mixed / "cut.dcm").write_bytes(whole[:-5000])
    (mixed / "empty.dcm").write_bytes(b"")
    outcome = medsr("compare", mixed, *BICUBIC, "--json", tmp_path / "a.json")
    assert outcome.status == 1
    failures = [line for line in outcome.lines if "left out" not in line]
    assert len(failures) == 2
    assert any("cut.dcm" in line for line in failures)
    assert any("empty.dcm: the file is empty" in line for line in failures)
    reports = json.loads((tmp_path / "a.json").read_text())
    assert [Path(report["source"]).name for report in reports] == ["good.dcm", "good.png"]
    assert "Mean of 2" in outcome.out


def test_one_good_of_two_is_a_list(medsr: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    outcome = medsr("compare", ct, tmp_path / "gone.dcm", *BICUBIC, "--json", tmp_path / "a.json")
    assert outcome.status == 1
    (report,) = json.loads((tmp_path / "a.json").read_text())
    assert report["source"] == str(ct)


def test_pixels_that_cannot_be_decoded_are_one_line(medsr: Callable[..., Any], tmp_path: Path, make_png: Any) -> None:
    path = make_png(tmp_path / "cut.png", np.random.default_rng(1).uniform(0, 255, (64, 64)))
    path.write_bytes(path.read_bytes()[:2000])
    outcome = medsr("compare", path, *BICUBIC)
    assert outcome.status == 1
    (line,) = outcome.lines
    assert line.startswith(f"medsr: {path}: ")


def test_figure_and_arrays_take_one_image(medsr: Callable[..., Any], mixed: Path, tmp_path: Path) -> None:
    for option in ("--figure", "--arrays"):
        outcome = medsr("compare", mixed, *BICUBIC, option, tmp_path / "out.png")
        assert outcome.status == 2
        assert "one image" in outcome.err
        assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("option", ["--json", "--figure", "--arrays"])
def test_output_that_cannot_be_written_is_named(
    medsr: Callable[..., Any], ct: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = medsr("compare", ct, *BICUBIC, option, tmp_path / "file" / "out.png")
    assert outcome.status == 1
    (line,) = outcome.lines
    assert str(tmp_path / "file" / "out.png") in line
    assert "bicubic" in outcome.out  # the work is not lost


def test_output_over_a_folder_is_named(medsr: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    outcome = medsr("compare", ct, *BICUBIC, "--json", tmp_path / "folder")
    assert outcome.status == 1
    assert len(outcome.lines) == 1
    assert [path.name for path in (tmp_path / "folder").iterdir()] == []


def test_unexpected_error_is_one_line_without_its_message(
    medsr: Callable[..., Any], ct: Path, gray_png: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medsr_viewer.workflows import compare as module

    def broken(*_: object) -> None:
        raise ValueError("Secret^Name")

    monkeypatch.setattr(module, "degrade", broken)
    outcome = medsr("compare", ct, gray_png, *BICUBIC)
    assert outcome.status == 1
    assert len(outcome.lines) == 2
    assert all("unexpected ValueError in broken" in line for line in outcome.lines)
    assert "Secret" not in outcome.err


def test_name_with_markup_and_spaces_is_printed_as_it_is(
    medsr: Callable[..., Any],
    make_png: Callable[..., Path],
    make_scene: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    make_png(tmp_path / "a [bold] :smile: [/x].png", make_scene() * 255)
    outcome = medsr("compare", "a [bold] :smile: [/x].png", *BICUBIC)
    assert outcome.status == 0
    assert "a [bold] :smile: [/x].png (1)" in outcome.out


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="file names are Unicode here")
def test_name_that_is_not_utf8_is_kept_in_the_json(medsr: Callable[..., Any], gray_png: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff.png")
    gray_png.rename(odd)
    outcome = medsr("compare", odd, *BICUBIC, "--json", tmp_path / "a.json")
    assert outcome.status == 0, outcome.err
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["source"] == odd
