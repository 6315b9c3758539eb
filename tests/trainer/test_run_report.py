"""The page of a run, and that drawing it never ends the run."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.cli import main
from trainer.loop import train
from trainer.recipe import Recipe, ValidationRecipe
from trainer.run_report import writer
from trainer.run_report.curves import draw_curves
from trainer.run_report.history import read_history

from .conftest import save_png

RecipeOf = Callable[..., Recipe]


class Checker(HTMLParser):
    """Notes what is opened and not closed, headings, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in {"meta", "img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run folder whose validation turns at step 20 while training goes on."""
    recipe = {
        "name": "tiny", "summary": "a < b", "precision": "fp32", "seed": 3, "paper": "", "differs": "",
        "network": {"architecture": "fmen", "scale_factor": 2, "options": {}, "warm_start": ""},
        "data": {"batch": 2, "patch": 8},
        "loss": {
            "pixel": "l1", "pixel_weight": 1.0, "content_backbone": "vgg19", "adversarial": "standard",
            "adversarial_weight": 1e-3,
        },
        "optimiser": {"kind": "adam", "rate": 1e-3, "schedule": "cosine", "steps": 40},
        "validation": {"selection": "psnr_db"},
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for index, (val, trained) in enumerate([(29.0, 29.0), (30.0, 30.5), (30.5, 31.0), (30.2, 31.5), (30.0, 32.0)]):
        rows.append({
            "step": 10 * index, "epoch": 2.5 * index, "seconds": 60.0 * index, "loss": 1 / index if index else "nan",
            "loss_pixel": 0.9 if index else "", "loss_adversarial": 0.1 if index else "", "rate": 1e-3,
            "ct_psnr_db": val, "ct_gain_db": val - 29, "ct_ssim": 0.9, "ct_perceptual_distance": "nan",
            "train_ct_psnr_db": trained, "train_ct_gain_db": trained - 29, "train_ct_ssim": 0.91,
        })  # fmt: skip
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    (tmp_path / "best.json").write_text(json.dumps(rows[2]))
    with (tmp_path / "log.csv").open("w", newline="") as file:
        log = csv.DictWriter(file, list(rows[0]))
        log.writeheader()
        log.writerows(rows)
    for step in (20, 40):
        save_png(tmp_path / "samples" / f"step-{step:06}.png", np.zeros((8, 8), np.uint8))
    return tmp_path


def test_the_page_stands_alone_and_says_where_the_run_overfits(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run)]) == 0
    path = run / "report.html"
    assert capsys.readouterr().out.strip() == str(path)
    html = path.read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in checker.addresses)
    assert "a &lt; b" in html
    assert "20 (epoch 5.0), selected by psnr db" in html
    assert "ct: validation -0.50 dB, training images +1.00 dB" in html
    assert "Best weights, step 20" in html
    assert "Last weights, step 40" in html
    assert "1 x pixel (l1), 0.001 x adversarial (standard)" in html


def test_what_was_not_measured_has_no_plot(run: Path) -> None:
    history = read_history(run)
    titles = [plot.title for plot in draw_curves(history)]
    assert titles == ["PSNR by epoch", "SSIM by epoch", "Losses by epoch", "Rate and gradient by epoch"]
    assert history.loss_columns() == ["loss", "loss_pixel", "loss_adversarial"]
    assert history.curve("loss")[0] == [2.5, 5.0, 7.5, 10.0], "there is none before the first step"


def test_what_is_no_run_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 1
    assert "not a run folder" in capsys.readouterr().err


def of_validations(recipe_of: RecipeOf) -> Recipe:
    return recipe_of(steps=2, validation=ValidationRecipe(every=1, sample_images=1, train_images=1))


def test_a_run_leaves_its_page(
    recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FEWEST_ROWS", 3)
    told: list[str] = []
    train(of_validations(recipe_of), data, tmp_path, workers=0, report=told.append)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "2 of 2 (100%), finished" in html
    assert not [line for line in told if "report.html" in line]
    assert [row["rate"] for row in read_history(tmp_path).rows] == [5e-4, 1e-3, 1e-3], "of the step that comes next"


@pytest.mark.parametrize("trouble", ["no matplotlib", "a bug"])
def test_a_page_that_cannot_be_drawn_does_not_end_the_run(
    trouble: str, recipe_of: RecipeOf, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FEWEST_ROWS", 2)
    monkeypatch.setattr(writer, "EVERY_SECONDS", 0.0)
    if trouble == "a bug":
        monkeypatch.setattr("trainer.run_report.page.draw_curves", lambda _: 1 / 0)
    else:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told: list[str] = []
    assert train(of_validations(recipe_of), data, tmp_path, workers=0, report=told.append)
    said = [line for line in told if "report.html" in line]
    assert len(said) == 1, "once, not at every validation"
    assert ("medsr-viewer[train]" in said[0]) == (trouble == "no matplotlib")
    assert not (tmp_path / "report.html").exists()
