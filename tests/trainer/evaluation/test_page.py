from __future__ import annotations

import base64
import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.evaluation import plots
from trainer.evaluation.measuring import Plan, measure
from trainer.evaluation.page import page
from trainer.evaluation.plots import draw_plots
from trainer.evaluation.report import Evaluation, evaluation_of
from trainer.evaluation.worst_cases import CAPTION, ENLARGED, GAP, ORDERS, SIDE, worst_cases, worst_place
from trainer.images import TrainingImage, load_images

VOID = {"meta", "img", "br"}


class Checker(HTMLParser):
    """Notes what is opened and not closed, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def images(data: list[Path]) -> list[TrainingImage]:
    return [*load_images(data, "train"), *load_images(data, "val")]


@pytest.fixture
def evaluation(plan: Plan, images: list[TrainingImage], data: list[Path]) -> Evaluation:
    return evaluation_of(plan, data, "val", "bicubic", measure(plan, images), ["<odd> & broken.png: why"])


def test_the_page_stands_alone_and_says_what_was_measured(
    evaluation: Evaluation, plan: Plan, images: list[TrainingImage]
) -> None:
    html = page(evaluation, draw_plots(evaluation), worst_cases(plan, images, evaluation.rows, 2))
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in checker.addresses)
    assert "<script" not in html
    assert "http" not in html
    assert "<li>&lt;odd&gt; &amp; broken.png: why</li>" in html
    assert "8 images of the split “val” (1 left out)" in html
    for said in (
        "Research use only. Not a medical device; not for diagnosis.", "Upscaled pixels are computed, not measured.",
        "bicubic, a = -0.5, antialiased (Pillow)", "clipped to [0, 1]", "x2", evaluation.subjects[2].sha256[:12],
        "9,000", "not trained on radiographs", "corrected by Holm", "Wilcoxon", evaluation.version,
        "tiny: lowest gain over bicubic", "tiny: most invented detail", "By source", "CR/DX",
    ):  # fmt: skip
        assert said in html, said
    for cut in re.findall(r'src="data:image/png;base64,([^"]+)"', html):
        Image.open(io.BytesIO(base64.b64decode(cut))).verify()
    anchors = {address[1:] for address in checker.addresses if address.startswith("#")}
    assert anchors <= set(re.findall(r'id="(\w+)"', html))


def test_where_images_lie_on_this_machine_is_not_told(
    evaluation: Evaluation, plan: Plan, images: list[TrainingImage], data: list[Path]
) -> None:
    html = page(evaluation, [], worst_cases(plan, images, evaluation.rows, 1))
    assert str(data[0].parent) not in html


def test_one_image_and_one_method_are_enough_for_a_page(plan: Plan, images: list[TrainingImage]) -> None:
    alone = dataclasses.replace(plan, methods=plan.methods[:1])
    evaluation = evaluation_of(alone, [Path("ct")], "val", "bicubic", measure(alone, images[:1]), [])
    html = page(evaluation, draw_plots(evaluation), worst_cases(alone, images[:1], evaluation.rows, 3))
    assert "No learned method was measured" in html


def test_the_worst_images_come_first(evaluation: Evaluation, plan: Plan, images: list[TrainingImage]) -> None:
    cases = worst_cases(plan, images, evaluation.rows, 2)
    assert len(cases) == 2 * len(ORDERS)
    own = [row for row in evaluation.rows if row.method == "tiny"]
    gains = sorted(row.figures["gain_db"] for row in own)
    assert [case.row.figures["gain_db"] for case in cases[:2]] == gains[:2]
    invented = sorted((row.figures["hallucination"] for row in own), reverse=True)
    assert [case.row.figures["hallucination"] for case in cases[2:]] == invented[:2]


def test_a_case_is_cut_to_where_the_error_is_largest() -> None:
    error = np.zeros((300, 260), np.float32)
    error[200:230, 100:140] = 0.5
    top, left = worst_place(error)
    assert top <= 200
    assert top + SIDE >= 230
    assert left <= 100
    assert left + SIDE >= 140
    error[:2, :] = 9
    assert worst_place(error, border=2) == (top, left), "a border that is not scored is not looked at"
    assert worst_place(np.zeros((20, 300), np.float32)) == (0, 0)


def test_a_strip_shows_what_it_says(evaluation: Evaluation, plan: Plan, images: list[TrainingImage]) -> None:
    case = worst_cases(plan, images, evaluation.rows, 1)[0]
    strip = np.asarray(Image.open(io.BytesIO(case.png)))
    assert strip.shape == (ENLARGED + CAPTION, 5 * (ENLARGED + GAP) - GAP, 3)
    image = next(image for image in images if image.path == case.row.file)
    numbers = [int(number) for number in re.findall(r"\d+", case.region)]
    reference = image.pixels[numbers[0] : numbers[1], numbers[2] : numbers[3]]
    low, high = case.window
    shown = ((reference - low) / (high - low)).clip(0, 1) * 255
    scale = ENLARGED / max(shown.shape)
    for row, column in ((5, 7), (20, 30), (30, 12)):
        place = CAPTION + int((row + 0.5) * scale), int((column + 0.5) * scale)
        assert abs(strip[place][0] - shown[row, column]) <= 1
    error = strip[CAPTION + 2 : -2, 4 * (ENLARGED + GAP) + 2 : -2].astype(int)
    assert ((error[..., 0] - error[..., 2]) > 60).any(), "red where it is too bright"
    assert ((error[..., 2] - error[..., 0]) > 60).any(), "blue where it is too dark"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.008, 2.0, [0.01, 0.1, 1.0]),
        (150e3, 2e6, [200e3, 500e3, 1e6, 2e6]),
        (0.018, 0.07, [0.02, 0.05]),
        (1.2, 1.8, [1.5]),
        (3.0, 300.0, [3, 10, 30, 100, 300]),
    ],
)
def test_logarithmic_axes_have_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert plots._ticks(low, high) == pytest.approx(expected)


def test_images_with_nothing_to_judge_are_no_trouble(plan: Plan) -> None:
    flat = []
    for gray in (9, 99):
        pixels = np.full((40, 40), gray, np.uint8)
        pixels[20, 20] += 1
        flat.append(TrainingImage(pixels, f"{gray}.png", "ct", "E", "CT", 0, 255))
    evaluation = evaluation_of(plan, [Path("ct")], "val", "bicubic", measure(plan, flat), [])
    html = page(evaluation, draw_plots(evaluation), worst_cases(plan, flat, evaluation.rows, 1))
    assert "nan" not in re.sub(r"base64,[^\"]+", "", html).lower()
