"""The bootstrap resamples observers and cases: seeds, scipy's BCa as an oracle for one factor, gaps, odd shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.bootstrap import bootstrap_means, bootstrap_mos


def draw(seed: int, of_observer: float, of_case: float, rest: float) -> np.ndarray:
    random = np.random.default_rng(seed)
    shape = (15, 12, 1)
    rows, columns = random.exponential(1, (15, 1, 1)), random.exponential(1, (1, 12, 1))  # skewed: BCa shows
    return 3 + of_observer * rows + of_case * columns + random.normal(0, rest, shape)


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = draw(1, 0.5, 0.5, 0.3)
    assert bootstrap_means(scores, seed=3) == bootstrap_means(scores, seed=3)
    assert bootstrap_means(scores, seed=3) != bootstrap_means(scores, seed=4)


@pytest.mark.parametrize("axis", [0, 1])
def test_where_one_factor_alone_varies_it_is_scipys_bca(axis: int) -> None:
    scores = draw(2, 0.8 * (axis == 0), 0.8 * (axis == 1), 0.0)
    found = bootstrap_means(scores, seed=1, resamples=40000)[0]
    means = scores[:, :, 0].mean(axis=1 - axis)
    expected = stats.bootstrap((means,), np.mean, n_resamples=40000, method="BCa", rng=np.random.default_rng(2))
    low, high = expected.confidence_interval
    width = high - low
    assert found.low == pytest.approx(low, abs=0.03 * width)
    assert found.high == pytest.approx(high, abs=0.03 * width)
    assert found.standard_error == pytest.approx(expected.standard_error, rel=0.03)


def test_the_spread_of_the_resamples_is_owens() -> None:
    """Pigeonhole bootstrap, Owen 2007: each factor's variance once, what is left three times (nearly, of so few)."""
    scores = draw(3, 0.0, 0.0, 1.0)
    found = bootstrap_means(scores, seed=1, resamples=20000)[0]
    rest = float(np.var(scores))
    assert found.standard_error**2 / (rest / 180) == pytest.approx(3, rel=0.25)


def test_every_case_counts_alike_with_gaps() -> None:
    scores = draw(4, 0.5, 0.5, 0.3)
    scores[np.random.default_rng(4).random(scores.shape) < 0.4] = np.nan
    found = bootstrap_means(scores, seed=1)[0]
    assert found.estimate == pytest.approx(np.nanmean(scores[:, :, 0], axis=0).mean())
    assert found.low < found.estimate < found.high


def test_the_conditions_stand_apart() -> None:
    scores = np.concatenate([draw(5, 0.5, 0.5, 0.3), draw(6, 0.5, 0.5, 0.3)], axis=2)
    together = bootstrap_means(scores, seed=1)
    assert together[1] == bootstrap_means(scores[:, :, 1:], seed=1)[0]


def test_too_little_has_no_interval() -> None:
    scores = np.full((4, 4, 3), np.nan)
    scores[0, :, 0], scores[:, 0, 1] = 2.0, 4.0
    found = bootstrap_means(scores, seed=1)
    assert [one.estimate for one in found[:2]] == [2.0, 4.0]
    assert all(math.isnan(one.low) for one in found)
    assert bootstrap_means(np.zeros((0, 0, 0)), seed=1) == ()
    assert math.isnan(bootstrap_means(np.zeros((0, 3, 1)), seed=1)[0].low)


def test_scores_without_spread_have_no_interval() -> None:
    found = bootstrap_means(np.full((6, 5, 1), 5.0), seed=1)[0]
    assert found.estimate == 5.0
    assert np.isnan([found.low, found.high]).all()


def test_fewer_than_five_are_not_drawn_from() -> None:
    scores = np.random.default_rng(0).normal(3, 1, (4, 9, 1))
    assert np.isnan(bootstrap_means(scores, seed=1)[0].low)
    assert np.isnan(bootstrap_means(scores.transpose(1, 0, 2), seed=1)[0].low)
    assert np.isfinite(bootstrap_means(np.concatenate((scores, scores + 1)), seed=1)[0].low)


def test_by_name() -> None:
    index = np.array([0, 0, 1, 1], np.intp)
    table = RatingTable(
        ("a", "b"),
        ("x", "y"),
        ("one",),
        index,
        np.array([0, 1, 0, 1], np.intp),
        np.zeros(4, np.intp),
        np.array([1.0, 2.0, 3.0, 5.0]),
        np.zeros(4, np.intp),
        np.ones(4),
    )
    assert bootstrap_mos(table, seed=1)["one"].estimate == 2.75
