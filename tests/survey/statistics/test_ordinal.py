from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.ordinal import ordinal_model


def _table(cube: np.ndarray, conditions: tuple[str, ...]) -> RatingTable:
    o, c, m = np.nonzero(~np.isnan(cube))
    names = tuple(f"o{index}" for index in range(cube.shape[0])), tuple(f"c{index}" for index in range(cube.shape[1]))
    return RatingTable(*names, conditions, o, c, m, cube[o, c, m], np.zeros(len(o), np.intp), np.ones(len(o)))


def _ratings(
    seed: int, slopes: tuple[float, ...], observers: int, cases: int, observer_sd: float = 0.0, case_sd: float = 0.0
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    latent = (
        rng.normal(0, observer_sd, (observers, 1, 1))
        + rng.normal(0, case_sd, (1, cases, 1))
        + np.array(slopes)
        + rng.logistic(0, 1, (observers, cases, len(slopes)))
    )
    return np.digitize(latent, [-2, -0.5, 0.5, 2]) + 1.0


def test_two_categories_are_logistic_regression() -> None:
    cube = (_ratings(0, (0.0, 0.8), 12, 10) >= 3) + 1.0
    found = ordinal_model(_table(cube, ("a", "b")), "a")
    (ratio,) = found.odds_ratios
    counts = [[np.sum(cube[:, :, m] == v) for v in (1, 2)] for m in (0, 1)]
    by_hand = counts[1][1] * counts[0][0] / (counts[1][0] * counts[0][1])
    assert ratio.value == pytest.approx(by_hand, rel=1e-3)
    assert ratio.by_step == pytest.approx((by_hand,))
    assert found.thresholds[1.0] == pytest.approx(np.log(counts[0][0] / counts[0][1]), abs=1e-3)


def test_true_odds_ratios_are_recovered() -> None:
    cube = _ratings(1, (0.0, 0.5, 1.5), 40, 40)
    found = ordinal_model(_table(cube, ("bicubic", "b", "c")), "bicubic")
    assert found.converged
    assert [ratio.condition for ratio in found.odds_ratios] == ["b", "c"]
    for ratio, slope in zip(found.odds_ratios, (0.5, 1.5), strict=True):
        assert np.log(ratio.value) == pytest.approx(slope, abs=0.15)
        assert ratio.ci95[0] < np.exp(slope) < ratio.ci95[1]
        assert np.array(ratio.by_step) == pytest.approx(np.full(4, np.exp(slope)), rel=0.5)
        assert ratio.p < 0.001
        assert ratio.n == 1600
    assert (found.n, found.observers, found.cases, found.df) == (4800, 40, 40, 39)


def test_covariance_equals_statsmodels_two_way_clusters() -> None:
    from scipy import stats
    from statsmodels.miscmodels.ordinal_model import OrderedModel
    from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

    rng = np.random.default_rng(2)
    taste = rng.normal(0, 1.5, (12, 1)) + rng.normal(0, 1.5, (1, 15))  # of the second condition, by observer and case
    latent = taste[:, :, None] * np.array([0, 1]) + rng.logistic(0, 1, (12, 15, 2))
    table = _table(np.digitize(latent, [-2, -0.5, 0.5, 2]) + 1.0, ("a", "b"))
    (ratio,) = ordinal_model(table, "a").odds_ratios
    model = OrderedModel(table.value, table.condition[:, None].astype(float), distr="logit")
    fitted = model.fit(method="bfgs", disp=False)
    oracle = cov_cluster_2groups(fitted, table.observer, table.case, use_correction=False)[0][0, 0]
    half = np.log(ratio.ci95[1] / ratio.value) / stats.t.ppf(0.975, 11)
    # Corrected by clusters / (clusters - 1), 12 and 15 of them, one by one.
    assert oracle * 1.05 < half**2 < oracle * 1.15


@pytest.mark.slow
def test_interval_holds_no_effect_where_observers_differ_in_their_taste() -> None:
    held, naive = 0, 0
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        taste = rng.normal(0, 0.8, (20, 1)) * np.array([0, 1])  # the second condition, as each observer likes it
        of_case = rng.normal(0, 0.5, (15, 1)) * np.array([0, 1])
        latent = taste[:, None] + of_case[None] + rng.logistic(0, 1, (20, 15, 2))
        found = ordinal_model(_table(np.digitize(latent, [-2, -0.5, 0.5, 2]) + 1.0, ("a", "b")), "a")
        low, high = found.odds_ratios[0].ci95
        held += low <= 1 <= high
        naive += abs(np.log(found.odds_ratios[0].value)) < 1.96 * np.sqrt(4 / 300)
    assert held >= 53
    assert naive < held - 5


@pytest.mark.parametrize(
    ("cube", "words"),
    [
        (np.full((3, 3, 2), 4.0), "All ratings are 4"),
        (np.stack((np.full((3, 3), 2.0), np.full((3, 3), 5.0)), axis=2), "one end"),
        (np.array([[[2, 5], [3, 5.0]], [[2, 5], [4, 5]]]), "b are at one end"),
        (np.array([[[1, 3], [2, 4.0]], [[1, 3], [2, 5]]]), "do not overlap"),
        (np.array([[[1, 2], [2, 3.0]], [[1, 2], [2, 4]]]), "The ratings of a do not overlap with those of b"),
    ],
)
def test_no_maximum_is_said_not_raised(cube: np.ndarray, words: str) -> None:
    found = ordinal_model(_table(cube, ("a", "b")), "a")
    assert not found.converged
    assert words in found.message
    assert found.odds_ratios == ()


def test_two_groups_of_conditions_that_touch_at_one_value_alone_have_no_ratio() -> None:
    """No condition is by itself apart from the rest: statsmodels reports convergence, and ratios of 10 to the 8."""
    counts = {"low": (5, 3, 0, 0, 0), "bicubic": (1, 2, 5, 0, 0), "fmen": (0, 0, 4, 3, 1), "best": (0, 0, 1, 3, 4)}
    values = np.array([np.repeat(np.arange(1.0, 6), each) for each in counts.values()])  # (conditions, observers)
    cube = np.stack([values.T, values.T[::-1]], axis=1)
    found = ordinal_model(_table(cube, tuple(counts)), "bicubic")
    assert not found.converged
    assert "low, bicubic do not overlap with those of fmen, best" in found.message
    cube[-1, 0, 1] = 4.0  # one rating of bicubic above the least of fmen
    assert ordinal_model(_table(cube, tuple(counts)), "bicubic").converged


def test_one_of_either_is_told_in_what_is_assumed() -> None:
    one_reader = ordinal_model(_table(_ratings(3, (0.0, 1.0), 1, 30), ("a", "b")), "a")
    assert (one_reader.clusters, one_reader.df) == ("case", 29)
    assert "of this observer alone" in one_reader.assumptions
    one_case = ordinal_model(_table(_ratings(3, (0.0, 1.0), 30, 1), ("a", "b")), "a")
    assert (one_case.clusters, one_case.df) == ("observer", 29)
    assert "of this case alone" in one_case.assumptions
    both = ordinal_model(_table(_ratings(3, (0.0, 1.0), 6, 6), ("a", "b")), "a")
    assert both.clusters == "observer and case"
    assert "observers and cases independent clusters" in both.assumptions
    with pytest.raises(TooFewRatings, match="one of each"):
        ordinal_model(_table(_ratings(3, (0.0, 1.0), 1, 1), ("a", "b")), "a")


def test_one_observer_and_missing_ratings() -> None:
    cube = _ratings(3, (0.0, 1.0), 1, 30)
    cube[0, :5, 1] = np.nan
    found = ordinal_model(_table(cube, ("a", "b")), "a")
    assert found.n == 55
    assert "one observer" in found.test
    assert found.df == 29


def test_unknown_baseline_is_refused() -> None:
    with pytest.raises(TooFewRatings) as caught:
        ordinal_model(_table(_ratings(0, (0.0, 1.0), 3, 3), ("a", "b")), "reference")
    assert "a, b" in caught.value.advice
