from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.kappa import weighted_kappa


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_two_raters_equal_the_definition(weights: str) -> None:
    rng = np.random.default_rng(1)
    a = rng.integers(1, 6, 60)
    b = np.clip(a + rng.integers(-1, 2, 60), 1, 5)
    power = {"linear": 1, "quadratic": 2}[weights]
    observed = np.mean(np.abs(a - b) ** power)
    expected = np.mean(np.abs(a[:, None] - b[None, :]) ** power)
    found = weighted_kappa(np.stack((a, b), axis=1), weights=weights)  # type: ignore[arg-type]
    assert found.value == pytest.approx(1 - observed / expected)
    assert (found.n, found.pairs, found.raters) == (60, 1, 2)
    assert found.ci95[0] < found.value < found.ci95[1]


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_pairs_equal_statsmodels(weights: str) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    rng = np.random.default_rng(3)
    table = np.clip(rng.integers(1, 6, (50, 1)) + rng.integers(-1, 2, (50, 3)), 1, 5)
    oracle = []
    for a, b in combinations(range(3), 2):
        counts = np.zeros((5, 5))
        np.add.at(counts, (table[:, a] - 1, table[:, b] - 1), 1)
        oracle.append(cohens_kappa(counts, wt=weights).kappa)
    found = weighted_kappa(table, weights=weights)  # type: ignore[arg-type]
    assert (found.value, found.lowest, found.highest) == pytest.approx((np.mean(oracle), min(oracle), max(oracle)))


def test_more_raters_have_the_mean_over_pairs_and_missing_ratings_leave_pairs_their_common_stimuli() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(1, 6, (40, 1))
    table = np.clip(truth + rng.integers(-1, 2, (40, 4)), 1, 5).astype(float)
    table[:5, 0] = np.nan
    found = weighted_kappa(table)
    pairs = [weighted_kappa(table[:, pair]).value for pair in map(list, combinations(range(4), 2))]
    assert found.value == pytest.approx(np.mean(pairs))
    assert (found.lowest, found.highest) == pytest.approx((min(pairs), max(pairs)))
    assert weighted_kappa(table[:, :2]).n == 35
    assert found.ci95[0] < found.value < found.ci95[1]


def test_raters_who_never_vary_have_no_kappa_and_are_counted() -> None:
    table = np.array([[4, 4, 1], [4, 4, 5], [4, 4, 3.0]])
    found = weighted_kappa(table)
    assert found.undefined == 1
    assert found.pairs == 2
    assert found.value == 0  # one varies, the other does not: as by chance
    assert np.isnan(weighted_kappa(table[:, :2]).value)


def test_no_common_stimuli_are_refused() -> None:
    with pytest.raises(TooFewRatings):
        weighted_kappa([[1, np.nan], [np.nan, 2]])
