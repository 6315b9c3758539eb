from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from medsr_viewer.survey.statistics.area import area, area_without_each_case, curve, resampled_areas

RATINGS = arrays(np.float64, st.integers(2, 12), elements=st.integers(1, 5).map(float))


@given(RATINGS, RATINGS)
def test_area_is_the_mann_whitney_statistic_and_the_trapezoids_of_the_curve(
    upper: np.ndarray, lower: np.ndarray
) -> None:
    found = area(upper, lower)
    ranks = stats.rankdata(np.concatenate((upper, lower)))[: upper.size].sum()
    assert found == pytest.approx((ranks - upper.size * (upper.size + 1) / 2) / (upper.size * lower.size))
    points = curve(upper, lower)
    assert found == pytest.approx(np.trapezoid(points.y, points.x))
    assert (points.x[0], points.y[0], points.x[-1], points.y[-1]) == (0, 0, 1, 1)
    assert area(lower, upper) == pytest.approx(1 - found)


def test_missing_ratings_are_left_out() -> None:
    upper, lower = np.array([5, np.nan, 4, 2.0]), np.array([3, 1, np.nan, 4.0])
    assert area(upper, lower) == area(np.array([5, 4, 2.0]), np.array([3, 1, 4.0])) == pytest.approx(6.5 / 9)
    assert np.isnan(area(np.array([np.nan]), lower))


def test_each_case_left_out_of_both_sets() -> None:
    rng = np.random.default_rng(0)
    upper, lower = rng.integers(1, 6, (2, 9)).astype(float)
    upper[2] = lower[5] = np.nan
    by_hand = [area(np.delete(upper, case), np.delete(lower, case)) for case in range(9)]
    assert area_without_each_case(upper, lower) == pytest.approx(np.array(by_hand))
    with pytest.raises(ValueError, match="two ratings"):
        area_without_each_case(upper, np.array([1.0] + [np.nan] * 8))


def test_resampled_areas_equal_areas_of_resampled_tables() -> None:
    rng = np.random.default_rng(3)
    upper, lower = rng.integers(1, 6, (2, 4, 7)).astype(float)
    upper[1, 2] = np.nan
    strata = np.zeros(7, np.intp)
    means, pooled = resampled_areas(upper, lower, strata, 60, seed=11)
    same = np.random.default_rng(11)
    readers = same.multinomial(4, np.full(4, 0.25), size=60)
    cases = same.multinomial(7, np.full(7, 1 / 7), size=60)
    for place in range(60):
        up, low = (
            np.repeat(np.repeat(ratings, readers[place], axis=0), cases[place], axis=1) for ratings in (upper, lower)
        )
        assert means[place] == pytest.approx(np.nanmean([area(*pair) for pair in zip(up, low, strict=True)]))
        assert pooled[place] == pytest.approx(area(up.ravel(), low.ravel()))


def test_strata_keep_their_size() -> None:
    truth = np.array([0, 0, 0, 1, 1])
    ratings = np.array([[1, 2, 1, 5, 4.0]])
    upper, lower = np.where(truth, ratings, np.nan), np.where(truth, np.nan, ratings)
    means, _ = resampled_areas(upper, lower, truth, 200, seed=0)
    assert np.all(means == 1)  # without strata some resamples would hold no present case
