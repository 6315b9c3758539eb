from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trainer.evaluation.significance import holm, mean_with_interval, signed_rank_p


def test_the_interval_holds_the_mean_and_is_that_of_a_normal_sample() -> None:
    values = np.random.default_rng(1).normal(3.0, 1.0, 400)
    mean = mean_with_interval(list(values))
    assert mean.value == pytest.approx(values.mean())
    assert mean.count == 400
    half = 1.96 * values.std(ddof=1) / 20
    assert mean.low == pytest.approx(values.mean() - half, abs=0.02)
    assert mean.high == pytest.approx(values.mean() + half, abs=0.02)
    assert mean == mean_with_interval(list(values)), "the same seed gives the same interval"


def test_the_interval_is_that_between_percentiles_of_resampled_means() -> None:
    values = np.random.default_rng(3).lognormal(0, 1.5, 12)  # skew: other bootstraps differ
    resampled = np.random.default_rng(4).choice(values, (20_000, 12)).mean(axis=1)
    mean = mean_with_interval(list(values))
    assert (mean.low, mean.high) == pytest.approx(np.percentile(resampled, (2.5, 97.5)), rel=0.1)


def test_undefined_values_are_left_out_and_counted() -> None:
    mean = mean_with_interval([1.0, None, math.nan, math.inf])
    assert (mean.value, mean.low, mean.high, mean.count) == (1.0, None, None, 1)
    assert math.isnan(mean_with_interval([None]).value)


def test_the_signed_rank_test_is_exact_for_few_pairs() -> None:
    # Eight differences of one sign: 2 / 2**8 (Wilcoxon 1945).
    assert signed_rank_p([float(i + 1 + i / 10) for i in range(8)], [float(i) for i in range(8)]) == pytest.approx(
        2 / 256
    )


def test_the_signed_rank_test_agrees_with_scipy() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(0.3, 1, 40), rng.normal(0, 1, 40)
    assert signed_rank_p(list(a), list(b)) == pytest.approx(stats.wilcoxon(a, b).pvalue)


def test_too_few_pairs_that_differ_give_no_p() -> None:
    assert signed_rank_p([1.0] * 20, [1.0] * 20) is None
    assert signed_rank_p([1.0, 2.0, None], [0.0, 0.0, 0.0]) is None


def test_holm_corrects_for_the_number_of_tests() -> None:
    # Holm (1979): 0.01 * 3, 0.02 * 2, max(that, 0.04 * 1); undefined ones do not count.
    assert holm([0.04, None, 0.01, 0.02]) == pytest.approx([0.04, None, 0.03, 0.04], nan_ok=True)
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
