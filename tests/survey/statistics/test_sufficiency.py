from __future__ import annotations

from math import comb

import numpy as np
from scipy import stats

from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN, least_stimuli


def test_the_least_number_of_stimuli_tells_a_correlation_of_07_from_0() -> None:
    """What the formula promises, tried out: power 0.8 of the one-sided F test."""
    assert [least_stimuli(ratings) for ratings in (1, 2, 3, 4, 10)] == [10, 10, 6, 5, 3]
    rng = np.random.default_rng(0)
    for raters in (2, 3, 4):
        n = least_stimuli(raters)
        scores = rng.normal(0, np.sqrt(0.7), (4000, n, 1)) + rng.normal(0, np.sqrt(0.3), (4000, n, raters))
        between = raters * scores.mean(axis=2).var(axis=1, ddof=1)
        within = scores.var(axis=2, ddof=1).mean(axis=1)
        told = between / within > stats.f.ppf(0.95, n - 1, n * (raters - 1))
        assert told.mean() > 0.74


def test_five_have_enough_different_resamples_for_a_tail_and_four_have_not() -> None:
    assert comb(2 * LEAST_DRAWN - 1, LEAST_DRAWN) * 0.025 > 1 > comb(2 * 4 - 1, 4) * 0.025
