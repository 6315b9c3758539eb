"""Scales by commands alone: methods at several scale factors, criteria with words of their own, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.survey.plan_file import read_plan
from medsr_viewer.upscaling.catalogue import catalogue

Run = Callable[..., Any]
"""Of the fixture `medsr`."""

FINE = ("Seen in full", "Seen well", "Seen", "Seen in part", "Guessed", "Hardly seen", "Not seen")
CRITERIA = {"edges": ("Fulfilled", "Not fulfilled"), "vessels": FINE, "noise": ()}


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(3)
    paths = [tmp_path / f"case{number}.png" for number in range(4)]
    for path in paths:
        pixels = np.kron(rng.random((8, 11)), np.ones((6, 6))) * 180 + rng.random((48, 66)) * 40
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    (tmp_path / "passphrase").write_text("correct horse\n")
    return paths


def new(medsr: Run, images: list[Path], *options: object) -> Any:
    cases = [part for path in images for part in ("--case", path)] if "--design" not in options else []
    folder = images[0].with_name("study")
    passphrase = images[0].with_name("passphrase")
    return medsr("survey", "new", folder, *cases, *options, "--passphrase-file", passphrase, "--seed", 5)


def done(medsr: Run, action: str, study: Path, *options: object) -> str:
    outcome = medsr("survey", action, study, *options)
    assert outcome.status == 0, outcome.err
    return str(outcome.out)


def reported(medsr: Run, study: Path) -> tuple[dict[str, Any], dict[str, str]]:
    done(medsr, "simulate", study, "--observers", 6, "--seed", 4)
    done(medsr, "close", study, "--passphrase-file", study.with_name("passphrase"))
    done(medsr, "verify", study)
    done(medsr, "report", study, "--out", study.with_name("report"))
    texts = {path.name: path.read_text("utf-8") for path in study.with_name("report").iterdir() if path.suffix in
             {".html", ".csv", ".txt", ".json"}}  # fmt: skip
    return json.loads(texts["report.json"]), texts


def test_methods_at_several_scales_and_what_they_were_computed_with(medsr: Run, images: list[Path]) -> None:
    outcome = new(
        medsr, images, "--condition", "bicubic", "--condition", "fmen@2", "--condition", "fmen@3",
        "--condition", "fmen-plus@2", "--anchor", "nearest@4", "--scale", 4,
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    assert "Cropped from 66 x 48 to 60 x 48: a multiple of 2 and 3 and 4." in outcome.out + outcome.err
    study = images[0].with_name("study")
    weights = {factor: catalogue().find("fmen", factor).cards[factor].sha256 for factor in (2, 3)}
    plus = catalogue().find("fmen-plus", 2).cards[2]
    for path in study.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert all(sha.encode() not in content for sha in weights.values()), "sealed until the survey is closed"
    assert {one.shape for one in read_plan(study / "plan.json").stimuli.values()} >= {(48, 60)}
    done(medsr, "check", study)
    held, texts = reported(medsr, study)
    told = {one["name"]: (one["method"], one["scale_factor"], one["weights_sha256"]) for one in held["conditions"]}
    assert told == {
        "bicubic": ("bicubic", 4, []),
        "fmen-x2": ("fmen", 2, [weights[2]]),
        "fmen-x3": ("fmen", 3, [weights[3]]),
        "fmen-plus-x2": ("fmen-plus", 2, [plus.sha256]),
        "anchor-nearest-x4": ("nearest", 4, []),
        "reference": ("", None, []),
    }
    orientations = [one["orientations"] for one in held["conditions"]]
    assert orientations == [None, 1, 1, plus.orientations, None, None]
    assert plus.orientations == 8
    assert {"python", "torch", "numpy"} <= {name for name, _ in held["survey"]["versions"]}
    assert held["survey"]["computed_by"].startswith("MedSR Viewer ")
    assert "a = -0.5" in held["survey"]["degradation"]
    page = texts["report.html"]
    for words in (
        *weights.values(),
        f"{plus.sha256}; the mean over 8 orientations of each image",
        "method fmen, x2",
        "fmen-x3 (x3)",
        "degraded by 2 or 3 or 4",
        "a = -0.5",
    ):
        assert words in page
    assert "fmen-x2 (x2)" in texts["methods.txt"]
    (line,) = (one for one in texts["conditions.csv"].splitlines() if one.startswith("quality,fmen-x3,"))
    assert f",fmen,3,{weights[3]}," in line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--condition", "fmen@5"], "'5' is no scale factor"),
        (["--condition", "fmen@"], "'' is no scale factor"),
        (["--condition", "fmen", "--condition", "fmen@4"], "fmen at x4 is given more than once"),
        (["--condition", "swift-srgan@3"], "swift-srgan has no scale factor 3"),
        (["--condition", "bicubic", "--condition", "fmen@2", "--mode", "enhance"], "an image of another size, which"),
    ],
)
def test_scales_that_cannot_be_are_refused(medsr: Run, images: list[Path], options: list[str], told: str) -> None:
    outcome = new(medsr, images, *options, "--scale", 4)
    assert outcome.status in {1, 2}
    assert told in outcome.err
    assert not images[0].with_name("study").exists()


def test_criteria_with_words_of_their_own(medsr: Run, images: list[Path]) -> None:
    design = images[0].with_name("design.toml")
    lines = ['format = 1', 'title = "Anatomy"', 'protocol = "vgc"', "scale_factor = 2",
             "[arrangement]", "attention_checks = 1"]  # fmt: skip
    lines += [f'[[cases]]\nname = "c{number}"\npath = "{path.name}"' for number, path in enumerate(images)]
    lines += [f'[[conditions]]\nname = "{name}"\nmethod = "{name}"' for name in ("nearest", "lanczos")]
    for name, labels in CRITERIA.items():
        lines += [f'[[questions]]\nname = "{name}"\ntext = "How are the {name}?"']
        lines += [f"labels = {json.dumps(labels)}"] if labels else []
    design.write_text("\n".join(lines) + "\n", "utf-8")
    outcome = new(medsr, images, "--design", design)
    assert outcome.status == 0, outcome.err + outcome.out
    held, texts = reported(medsr, images[0].with_name("study"))
    scales = {one["question"]: one["scale"]["labels"] for one in held["questions"]}
    for name, labels in CRITERIA.items():
        if labels:
            assert list(scales[name].values()) == list(reversed(labels)), "the best is the greatest value"
    for one in held["questions"]:
        best = len(CRITERIA[one["question"]]) or 5
        for condition in one["conditions"]:
            assert list(condition["answers"]) == [str(value) for value in range(1, best + 1)]
            assert sum(condition["answers"].values()) == condition["n"] == 6 * 4
            assert 1 <= condition["mos"] <= best
        lower, upper = (condition["mos"] for condition in one["conditions"])
        assert lower < upper, "lanczos is the better one on every scale"
        assert one["screening"]["observers"]
    for words in ("2 Fulfilled, 1 Not fulfilled", "7 Seen in full, 6 Seen well", "5 Certainly fulfilled"):
        assert words in texts["report.html"]
    assert "from 1 (Not seen) to 7 (Seen in full)" in texts["methods.txt"]
