"""What is written beside a picture: in the window and in figures the same."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from medsr_viewer.models.cards import BARELY_TRAINED_STEPS
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.workflows.captions import input_caption, score_caption, upscaled_caption


def test_the_input_is_degraded_in_test_alone_and_has_its_size_width_first() -> None:
    assert input_caption("test", 4, (12, 16)) == "Degraded ÷4 · 16 × 12"
    assert input_caption("enhance", 4, (48, 64)) == "Input"


def test_networks_are_named_with_their_precision_and_a_warning() -> None:
    fmen = catalogue().find("fmen", 4)
    card = replace(fmen.cards[4], training={"steps": BARELY_TRAINED_STEPS})
    trained = replace(fmen, cards={4: card})
    assert upscaled_caption(trained, 4, "bf16") == "Upscaled ×4 · fmen · bf16 fast"
    barely = replace(fmen, cards={4: replace(card, training={"steps": 10})})
    assert upscaled_caption(barely, 4, "fp32") == "Upscaled ×4 · fmen · fp32 · barely trained (10 steps)"
    assert upscaled_caption(catalogue().find("bicubic", 2), 2, "bf16") == "Upscaled ×2 · bicubic"


@pytest.mark.parametrize(
    ("psnr_db", "ssim", "expected"),
    [
        (28.416, 0.81249, "PSNR 28.42 dB · SSIM 0.812"),
        (math.inf, 1.0, "identical"),
        (None, 0.5, "PSNR undefined · SSIM 0.500"),
        (30.0, None, "PSNR 30.00 dB · SSIM undefined"),
    ],
)
def test_scores(psnr_db: float | None, ssim: float | None, expected: str) -> None:
    assert score_caption(psnr_db, ssim) == expected
