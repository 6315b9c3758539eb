from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from statsmodels.stats.proportion import proportion_confint

from medsr_viewer.survey.statistics.area import variance_if_independent
from medsr_viewer.survey.statistics.share_interval import share_interval


@pytest.mark.parametrize("hits", [0, 1, 3, 13, 24, 25])
def test_without_a_standard_error_it_is_wilsons(hits: int) -> None:
    found = share_interval(hits / 25, 0.0, 2.0, lambda share: share * (1 - share) / 25)
    assert found == pytest.approx(proportion_confint(hits, 25, method="wilson"), abs=1e-8)


def test_a_large_standard_error_is_taken_on_the_logit() -> None:
    low, high = share_interval(0.9, 0.05, 2.5, lambda share: share * (1 - share) / 1000)
    reach = 2.5 * 0.05 / (0.9 * 0.1)
    assert logit([low, high]) == pytest.approx(logit(0.9) + np.array([-reach, reach]))


def test_a_small_standard_error_is_not_believed() -> None:
    def independent(share: float) -> float:
        return share * (1 - share) / 25

    assert share_interval(0.96, 1e-4, 2.0, independent) == share_interval(0.96, 0.0, 2.0, independent)


@pytest.mark.parametrize("area", [0.6, 0.9, 0.98, 1.0])
def test_it_turns_round_with_the_figure(area: float) -> None:
    count = np.array([20])
    low, high = share_interval(area, 0.01, 2.0, lambda at: variance_if_independent(at, count, count))
    assert share_interval(1 - area, 0.01, 2.0, lambda at: variance_if_independent(1 - at, count, count)) == (
        pytest.approx((1 - high, 1 - low), abs=1e-8)
    )


def test_nothing_that_may_vary_leaves_the_figure_itself() -> None:
    assert share_interval(0.5, 0.0, 2.0, lambda share: 0.0) == pytest.approx((0.5, 0.5))


def test_variance_of_an_area_is_that_of_exponential_ratings_of_independent_readers() -> None:
    rng = np.random.default_rng(0)
    upper, lower = 9 * rng.exponential(size=(3, 4000, 9, 1)), rng.exponential(size=(3, 4000, 1, 14))  # area 9 / 10
    means = (upper > lower).mean(axis=(0, 2, 3))
    assert means.mean() == pytest.approx(0.9, abs=0.005)
    expected = variance_if_independent(0.9, np.array([9, 9, 9]), np.array([14, 14, 14]))
    assert means.var() == pytest.approx(expected, rel=0.06)
