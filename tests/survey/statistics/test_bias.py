"""The bias-inconsistency model: what it recovers, that it is a maximum, gaps, and when one observer takes over."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.bias import ROUNDING, bias_inconsistency, stimulus_scores

RANDOM = np.random.default_rng(1)
QUALITY = RANDOM.uniform(1.5, 4.5, 200)
BIAS = RANDOM.normal(0, 0.4, 15) - 0.0
INCONSISTENCY = RANDOM.uniform(0.3, 1.0, 15)


def draw(seed: int = 2, repeats: int = 1) -> np.ndarray:
    noise = INCONSISTENCY[:, None] * np.random.default_rng(seed).normal(size=(200, 15, repeats))
    return QUALITY[:, None, None] + BIAS[:, None] + noise


def test_it_recovers_what_the_scores_are_made_of() -> None:
    found = bias_inconsistency(draw())
    assert found.converged
    assert found.dominant == -1
    np.testing.assert_allclose(found.bias, BIAS - BIAS.mean(), atol=0.2)
    np.testing.assert_allclose(found.inconsistency, INCONSISTENCY, rtol=0.2)
    assert found.bias.sum() == pytest.approx(0, abs=1e-9)
    held = (found.bias_ci95[:, 0] <= BIAS - BIAS.mean()) & (BIAS - BIAS.mean() <= found.bias_ci95[:, 1])
    assert held.sum() >= 12


def test_its_qualities_are_closer_to_the_truth_than_the_mos() -> None:
    scores = draw()
    truth = QUALITY + BIAS.mean()
    found = bias_inconsistency(scores)
    assert np.std(found.quality - truth) < 0.9 * np.std(scores.mean(axis=(1, 2)) - truth)
    held = abs(found.quality - truth) <= 1.96 * found.quality_error_model
    assert 0.88 <= held.mean() <= 0.98
    annex_e = (found.quality_ci95[:, 0] <= truth) & (truth <= found.quality_ci95[:, 1])
    assert annex_e.mean() > held.mean()  # it takes no account of the weights, and is wider for it


def test_it_is_a_maximum_of_the_likelihood() -> None:
    scores = draw(3, 2)
    scores[np.random.default_rng(3).random(scores.shape) < 0.3] = np.nan
    found = bias_inconsistency(scores)

    def likelihood(quality: np.ndarray, bias: np.ndarray, spread: np.ndarray) -> float:
        return float(np.nansum(norm.logpdf(scores, (quality[:, None] + bias)[:, :, None], spread[:, None])))

    best = likelihood(found.quality, found.bias, found.inconsistency)
    assert found.log_likelihood == pytest.approx(best)
    random = np.random.default_rng(4)
    for _ in range(20):
        nudges = [random.normal(0, 0.02, part.shape) for part in (found.quality, found.bias, found.inconsistency)]
        moved = (found.quality + nudges[0], found.bias + nudges[1], found.inconsistency + nudges[2])
        assert likelihood(*moved) < best


def test_stimuli_and_observers_without_scores_are_nan() -> None:
    scores = draw()[:40]
    padded = np.full((42, 16, 1), np.nan)
    padded[1:41, 1:] = scores
    whole, found = bias_inconsistency(scores), bias_inconsistency(padded)
    np.testing.assert_array_equal(found.quality[1:41], whole.quality)
    np.testing.assert_array_equal(found.bias[1:], whole.bias)
    assert np.isnan(found.quality[[0, 41]]).all()
    assert np.isnan(found.quality_ci95[0]).all()
    assert np.isnan(found.inconsistency[0])
    assert found.n == whole.n == 600


def test_no_scores_at_all() -> None:
    found = bias_inconsistency(np.full((3, 2, 1), np.nan))
    assert found.n == 0
    assert np.isnan(found.quality).all()
    assert found.dominant == -1


def test_one_observer_may_take_over_and_a_least_inconsistency_prevents_it() -> None:
    random = np.random.default_rng(2)
    scores = np.round(random.uniform(1.5, 4.5, (20, 1, 1)) + random.normal(0, 0.7, (20, 7, 1)))
    scores[random.random(scores.shape) < 0.3] = np.nan
    taken, kept = bias_inconsistency(scores), bias_inconsistency(scores, least_inconsistency=ROUNDING)
    assert taken.dominant >= 0
    own = scores[:, taken.dominant, 0]
    assert np.nanstd(taken.quality - own) < 1e-3
    assert kept.dominant == -1
    assert kept.inconsistency.min() >= ROUNDING
    assert pytest.approx(12**-0.5) == ROUNDING


def test_an_observer_of_one_value_is_merely_inconsistent() -> None:
    scores = draw()
    scores[:, 0] = 3.0
    found = bias_inconsistency(scores)
    assert found.inconsistency[0] == pytest.approx(np.std(QUALITY), rel=0.1)
    assert math.isfinite(found.log_likelihood)


def test_the_scores_of_a_table() -> None:
    table = RatingTable(
        ("a", "b"),
        ("x", "y"),
        ("one", "two"),
        np.array([0, 1, 1], np.intp),
        np.array([1, 0, 0], np.intp),
        np.array([0, 1, 1], np.intp),
        np.array([4.0, 2.0, 3.0]),
        np.array([0, 0, 1], np.intp),
        np.ones(3),
    )
    scores, names = stimulus_scores(table)
    assert names == (("x", "one"), ("x", "two"), ("y", "one"), ("y", "two"))
    assert scores.shape == (4, 2, 2)
    assert scores[2, 0, 0] == 4
    assert list(scores[1, 1]) == [2, 3]
    assert np.isnan(scores).sum() == 13
