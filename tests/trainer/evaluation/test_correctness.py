from __future__ import annotations

import math

import numpy as np
import pytest

from trainer.evaluation.correctness import correctness

RNG = np.random.default_rng(0)
BASELINE = RNG.random((20, 30), np.float32)
REFERENCE = BASELINE + np.where(RNG.random((20, 30)) < 0.5, -0.2, 0.2).astype(np.float32)


def test_the_reference_itself_improves_everywhere() -> None:
    judged = correctness(REFERENCE, BASELINE, REFERENCE, 1.0)
    assert (judged.improvement, judged.omission, judged.hallucination, judged.judged) == (1, 0, 0, 1)


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
    assert judged.judged == pytest.approx(0.5)
    assert (judged.improvement, judged.omission, judged.hallucination) == (0.5, 0.5, 0)


def test_the_scores_of_one_pixel_by_hand() -> None:
    # Half of the way to the reference: left = moved = 0.5, excess = 0; 0.5, 0.5 and exp(-0.0125): never invented.
    halfway = (REFERENCE + BASELINE) / 2
    assert correctness(REFERENCE, BASELINE, halfway, 1.0).hallucination == 0


def test_an_image_without_detail_is_not_judged() -> None:
    judged = correctness(BASELINE, BASELINE, BASELINE, 1.0)
    assert judged.judged == 0
    assert math.isnan(judged.improvement)


def test_detail_invented_where_bicubic_misses_nothing_counts() -> None:
    # A flat ground, which bicubic has right, and on it a speck that the reference has not.
    flat = np.full((20, 20), 0.5, np.float32)
    upscaled = flat.copy()
    upscaled[5, 5:9] += 0.1
    judged = correctness(flat, flat, upscaled, 1.0)
    assert judged.judged == pytest.approx(4 / 400)
    assert judged.hallucination == 1


def test_the_shares_are_opensr_tests() -> None:
    # Its correctness.py and main.py, written down again: d over d_ref, lambda 0.05, argmin of the three, "percent".
    rng = np.random.default_rng(3)
    reference, baseline, upscaled = (rng.random((40, 40)) for _ in range(3))
    d_ref, d_im, d_om = abs(reference - baseline), abs(upscaled - reference), abs(upscaled - baseline)
    mask = (d_ref > 0.01) | (d_im > 0.01) | (d_om > 0.01)
    im, om = (d_im / d_ref)[mask], (d_om / d_ref)[mask]
    excess = 1 - np.exp(-(im + om - 1) * 0.05)
    named = np.argmin([im + om * excess, om + im * excess, np.exp(-im * om * 0.05)], axis=0)
    judged = correctness(*(a.astype(np.float32) for a in (reference, baseline, upscaled)), 1.0)
    shares = [(named == index).mean() for index in range(3)]
    assert [judged.improvement, judged.omission, judged.hallucination] == pytest.approx(shares, abs=2e-3)
