from __future__ import annotations

import math

import numpy as np
import pytest

from trainer.correctness import correctness

RNG = np.random.default_rng(0)
BASELINE = RNG.random((20, 30), np.float32)
REFERENCE = BASELINE + np.where(RNG.random((20, 30)) < 0.5, -0.2, 0.2).astype(np.float32)


def test_the_reference_itself_improves_everywhere() -> None:
    judged = correctness(REFERENCE, BASELINE, REFERENCE, 1.0)
    assert (judged.improvement, judged.omission, judged.hallucination, judged.detail) == (1, 0, 0, 1)


def test_bicubic_itself_omits_everywhere() -> None:
    judged = correctness(REFERENCE, BASELINE, BASELINE, 1.0)
    assert (judged.improvement, judged.omission, judged.hallucination) == (0, 1, 0)


def test_what_is_far_from_both_is_invented() -> None:
    judged = correctness(REFERENCE, BASELINE, BASELINE + 2, 1.0)
    assert judged.hallucination == 1


def test_shares_are_of_the_pixels_that_bicubic_misses() -> None:
    upscaled = BASELINE.copy()
    upscaled[:5] = REFERENCE[:5]
    reference = REFERENCE.copy()
    reference[10:] = BASELINE[10:]
    judged = correctness(reference, BASELINE, upscaled, 1.0)
    assert judged.detail == pytest.approx(0.5)
    assert (judged.improvement, judged.omission, judged.hallucination) == (0.5, 0.5, 0)


def test_the_scores_of_one_pixel_by_hand() -> None:
    # Half of the way to the reference: left = moved = 0.5, excess = 0; 0.5, 0.5 and exp(-0.0125): never invented.
    halfway = (REFERENCE + BASELINE) / 2
    assert correctness(REFERENCE, BASELINE, halfway, 1.0).hallucination == 0


def test_an_image_without_detail_is_not_judged() -> None:
    judged = correctness(BASELINE, BASELINE, BASELINE, 1.0)
    assert judged.detail == 0
    assert math.isnan(judged.improvement)
