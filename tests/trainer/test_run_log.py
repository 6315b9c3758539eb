from __future__ import annotations

import csv
import math
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console

from medsr_viewer.models.layers import bicubic
from trainer import progress
from trainer.images import TrainingImage
from trainer.progress import showing_progress
from trainer.run_log import RunLog
from trainer.samples import GAP, HEADER, SIDE, draw_samples, spread, write_samples
from trainer.validation import Upscaled

pytest.importorskip("tensorboard")


def scalars(run: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run / "events"))
    events.Reload()
    tags: list[str] = events.Tags()["scalars"]
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in tags}


def quiet(_: str) -> None:
    pass


def row(step: int, **figures: float) -> dict[str, float]:
    return {"step": step, "seconds": 1.5, **figures}


def test_columns_are_those_of_all_rows(tmp_path: Path) -> None:
    log = RunLog(tmp_path, quiet)
    log.begin()
    log.add(row(0, loss=math.nan))
    log.add(row(5, loss=0.5, loss_pixel=0.25))
    log.write()
    log.close()
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["step", "seconds", "loss", "loss_pixel"]
    assert [(r["step"], r["loss"], r["loss_pixel"]) for r in rows] == [("0", "nan", ""), ("5", "0.5", "0.25")]


def test_tensorboard_shows_training_beside_validation_and_no_step_twice(tmp_path: Path) -> None:
    log = RunLog(tmp_path, quiet)
    log.begin()
    for step in (0, 5, 10):
        log.add(row(step, xray_psnr_db=30.0 + step, train_xray_psnr_db=31.0, loss_pixel=0.5))
        log.write(np.zeros((20, 30), np.uint8))
    log.close()
    again = RunLog(tmp_path, quiet)
    again.begin(log.rows[:2])
    again.add(row(10, xray_psnr_db=99.0))
    again.write()
    again.close()
    found = scalars(tmp_path)
    assert found["psnr_db/xray"] == [(0, 30), (5, 35), (10, 99)]
    assert [step for step, _ in found["psnr_db/train_xray"]] == [0, 5]
    assert "loss/loss_pixel" in found


def test_a_resume_drops_rows_beyond_its_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step\n0\n5\n10\n")
    log = RunLog(tmp_path, quiet)
    log.begin([{"step": 0}, {"step": 5}])
    log.close()
    assert (tmp_path / "log.csv").read_text().split() == ["step", "0", "5"]


def test_without_tensorboard_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    lines: list[str] = []
    log = RunLog(tmp_path, lines.append)
    log.begin()
    assert len(lines) == 1
    assert "medsr-viewer[train]" in lines[0]
    log.add(row(0))
    log.write(np.zeros((2, 2), np.uint8))
    log.close()
    assert not (tmp_path / "events").exists()


@pytest.mark.parametrize("when", ["in its thread", "at a flush", "at its start"])
def test_where_events_cannot_be_written_one_line_says_so_and_the_log_goes_on(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from tensorboard.summary.writer.record_writer import RecordWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    hook, lines = threading.excepthook, list[str]()
    log = RunLog(tmp_path, lines.append)
    if when == "at its start":
        (tmp_path / "events").write_text("a file, where a folder should be")
    log.begin()
    log.add(row(0))
    log.write()
    if when != "at its start":
        monkeypatch.setattr(RecordWriter, "write" if when == "in its thread" else "flush", full)
    for step in (5, 10):
        log.add(row(step))
        log.write(np.zeros((2, 2), np.uint8))
    log.close()
    assert len([line for line in lines if "no more TensorBoard files" in line]) == 1
    assert when == "at its start" or any("No space left on device" in line for line in lines)
    with (tmp_path / "log.csv").open() as file:
        assert [r["step"] for r in csv.DictReader(file)] == ["0", "5", "10"]
    assert "Traceback" not in capfd.readouterr().err
    assert threading.excepthook is hook


def test_samples_stand_beside_each_other(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).random((SIDE + 60, SIDE + 20), dtype=np.float32)
    reference = torch.from_numpy(pixels)[None, None]
    degraded = bicubic(reference, 1 / 4)
    image = TrainingImage(pixels, "a.png", "a", "s", "")
    result = Upscaled(image, degraded, bicubic(degraded, 4), reference * 0.5, reference)
    path = tmp_path / "samples" / "sheet.png"
    write_samples(path, draw_samples([result, result]))
    sheet = np.asarray(Image.open(path))
    assert sheet.shape == (HEADER + 2 * (SIDE + GAP), 4 * (SIDE + GAP) - GAP)
    assert sheet[:HEADER].max() > 200, "captions"
    panels = [sheet[HEADER : HEADER + SIDE, column * (SIDE + GAP) :][:, :SIDE] for column in range(4)]
    middle = pixels[30 : 30 + SIDE, 10 : 10 + SIDE]
    np.testing.assert_allclose(panels[3] / 255, middle, atol=0.003)
    np.testing.assert_allclose(panels[2] / 255, middle / 2, atol=0.003)
    assert len(np.unique(panels[0][:, :8], axis=0)) <= SIDE // 4 + 1, "pixels of the degraded image are blocks"


def test_spread_takes_the_same_ones_from_all_over() -> None:
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread("ab", 4) == ["a", "b"]
    assert spread([], 2) == []
    assert spread([1], 0) == []


def test_progress_is_a_line_a_minute_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 30.0, 61.0, 62.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    lines: list[str] = []
    with showing_progress("x", 100, 300, Console(file=None, force_terminal=False), lines.append) as advance:
        for step in (110, 161, 162):
            advance(step)
    assert lines == ["step 161 of 300, 1.00 steps/s, 0:02:19 left"]


def test_progress_is_a_bar_on_a_terminal(tmp_path: Path) -> None:
    with (tmp_path / "screen").open("w+") as screen:
        console = Console(file=screen, force_terminal=True, width=120)
        with showing_progress("fmen-x4", 0, 8, console, quiet) as advance:
            time.sleep(0.01)
            advance(4)
        screen.seek(0)
        shown = screen.read()
    assert "fmen-x4" in shown
    assert "4/8" in shown
    assert "steps/s" in shown
