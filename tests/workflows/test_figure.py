"""The figure: a panel each, shown through the window, with whole labels."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from medsr_viewer.imaging.frame import Window
from medsr_viewer.workflows.compare import compare
from medsr_viewer.workflows.figure import BACKGROUND, DISCLAIMER, PANEL_SIDE, display_gray, write_figure

Make = Callable[..., Any]


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, float, str]]:
    """Collect (left, top, right, text) of every line that is drawn."""
    drawn: list[tuple[float, float, float, str]] = []
    real = ImageDraw.ImageDraw.text

    def text(self: Any, xy: tuple[float, float], words: str, fill: Any, font: Any) -> None:
        drawn.append((*xy, xy[0] + font.getlength(words), words))
        real(self, xy, words, fill, font)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    return drawn


def test_window_and_polarity_are_those_of_the_frame(make_frame: Make) -> None:
    values = np.array([[0.0, 50.0], [100.0, 200.0]])
    window = Window(100, 100, "LINEAR_EXACT")
    expected = np.array([[0.0, 0.0], [0.5, 1.0]])
    np.testing.assert_allclose(display_gray(make_frame(values, vois=(window,)), values), expected)
    inverted = make_frame(values, vois=(window,), inverted=True)
    np.testing.assert_allclose(display_gray(inverted, values), 1 - expected)


def test_panels_show_the_pixels_enlarged(make_frame: Make, request_for: Make, tmp_path: Path) -> None:
    values = np.zeros((16, 16))
    values[:, 8:] = 100.0
    write_figure(tmp_path / "a.png", compare(request_for(make_frame(values))), {})
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image.convert("RGB"))
        assert "research use only" in image.text["Description"]
    white_rows = np.flatnonzero((pixels == 255).all(axis=2).sum(axis=1) > PANEL_SIDE)
    assert len(white_rows) == PANEL_SIDE  # reference, degraded and bicubic, half of each white, beside each other


@pytest.mark.parametrize("size", [(8, 8), (64, 48), (40, 700), (1300, 900)])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_no_text_is_clipped_or_meets_another(
    make_frame: Make, request_for: Make, texts: Any, tmp_path: Path, size: tuple[int, int], count: int
) -> None:
    names = ("bicubic", "back-projection", "nearest", "bilinear", "lanczos")[:count]
    values = np.random.default_rng(1).uniform(0, 1000, size)
    captions = dict.fromkeys(names, "PSNR 100.00 dB  SSIM 0.9999")
    heading = ("a very long file name " * 12, "x4")
    write_figure(tmp_path / "a.png", compare(request_for(make_frame(values), *names)), captions, heading)
    with Image.open(tmp_path / "a.png") as image:
        width, height = image.size
        right_edge = np.asarray(image)[:, -1]
    assert (right_edge == BACKGROUND).all()
    lines = sorted((top, left, right, words) for left, top, right, words in texts if words)
    assert sum(words == DISCLAIMER for *_, words in lines) == count
    for top, left, right, words in lines:
        assert 0 <= left < right <= width, words
        assert 0 <= top < height - 15, words
    for (top, _, right, words), (other_top, other_left, _, other) in itertools.pairwise(lines):
        assert top != other_top or right < other_left, (words, other)


def test_every_upscaled_panel_and_no_other_bears_the_disclaimer(
    make_frame: Make, request_for: Make, texts: Any, waves: np.ndarray, tmp_path: Path
) -> None:
    write_figure(tmp_path / "a.png", compare(request_for(make_frame(waves), "bicubic", "nearest")), {})
    words = [text for *_, text in texts if text]
    assert words[0].startswith("Shown through the full range")
    assert words[1:] == [
        "Reference",
        "Degraded x1/4 · 12 x 16, pixels enlarged x4",
        "Upscaled x4 · bicubic",
        DISCLAIMER,
        "Upscaled x4 · nearest",
        DISCLAIMER,
    ]


def test_enhanced_image_has_no_reference_panel(
    make_frame: Make, request_for: Make, texts: Any, waves: np.ndarray, tmp_path: Path
) -> None:
    write_figure(tmp_path / "a.png", compare(request_for(make_frame(waves), mode="enhance")), {})
    words = [text for *_, text in texts]
    assert "Reference" not in words
    assert "Input, pixels enlarged x4" in words


def test_inverted_frame_and_reduction_are_said(make_frame: Make, request_for: Make, texts: Any, tmp_path: Path) -> None:
    frame = make_frame(np.zeros((1024, 600)), vois=(Window(550, 1024),), inverted=True)
    write_figure(tmp_path / "a.png", compare(request_for(frame, "nearest")), {})
    heading = texts[0][3]
    assert "center 550, width 1024, smallest value white" in heading
    assert "Reduced to 50%" in heading


def test_colour_is_shown_as_stored(make_frame: Make, request_for: Make, tmp_path: Path) -> None:
    colour = np.zeros((128, 128, 3))
    colour[..., 0] = 255
    frame = make_frame(colour, stored_maximum=255.0)
    write_figure(tmp_path / "a.png", compare(request_for(frame)), {})
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image)
    assert (pixels == (255, 0, 0)).all(axis=2).sum() >= 3 * PANEL_SIDE**2 * 0.99
