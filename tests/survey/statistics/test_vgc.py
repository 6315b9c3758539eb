from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.vgc import vgc

CONDITIONS = ("bicubic", "same", "better")


def _table(cube: np.ndarray) -> RatingTable:
    o, c, m = np.nonzero(~np.isnan(cube))
    names = tuple(f"o{index}" for index in range(cube.shape[0])), tuple(f"c{index}" for index in range(cube.shape[1]))
    return RatingTable(*names, CONDITIONS, o, c, m, cube[o, c, m], np.zeros(len(o), np.intp), np.ones(len(o)))


def _ratings(seed: int, effect: float = 1.0, observers: int = 8, cases: int = 15) -> np.ndarray:
    rng = np.random.default_rng(seed)
    latent = (
        3
        + rng.normal(0, 0.6, (observers, 1, 1))
        + rng.normal(0, 0.7, (1, cases, 1))
        + np.array([0, 0, effect])
        + rng.normal(0, 0.8, (observers, cases, 3))
    )
    return np.clip(np.round(latent), 1, 5)


def test_pooled_area_is_the_mann_whitney_statistic_and_lies_under_the_curve() -> None:
    cube = _ratings(0)
    same, better = vgc(_table(cube), "bicubic")
    for found, index in ((same, 1), (better, 2)):
        upper, lower = cube[:, :, index].ravel(), cube[:, :, 0].ravel()
        assert found.auc_pooled == pytest.approx(stats.mannwhitneyu(upper, lower).statistic / upper.size**2)
        assert found.auc_pooled == pytest.approx(np.trapezoid(found.curve.y, found.curve.x))
        assert (found.n, found.n_baseline, found.observers, found.cases) == (120, 120, 8, 15)
    assert (same.condition, better.condition) == ("same", "better")


def test_area_is_the_mean_of_the_observers_own_and_no_bias_of_an_observer_moves_it() -> None:
    cube = _ratings(1)
    _, better = vgc(_table(cube), "bicubic")
    own = [stats.mannwhitneyu(cube[o, :, 2], cube[o, :, 0], method="asymptotic").statistic / 225 for o in range(8)]
    assert better.auc == pytest.approx(np.mean(own))
    shifted = cube + 10.0 * np.arange(8)[:, None, None]
    _, moved = vgc(_table(shifted), "bicubic")
    assert moved.auc == better.auc
    assert moved.auc_pooled != better.auc_pooled


def test_a_better_condition_is_told_from_an_equal_one() -> None:
    same, better = vgc(_table(_ratings(2)), "bicubic")
    assert same.ci95[0] < 0.5 < same.ci95[1]
    assert better.ci95[0] > 0.5
    assert better.over_readers is not None
    assert better.over_readers.p < 0.01
    assert better.ci95 == better.over_readers.ci95
    assert better.ci95_bootstrap == pytest.approx(better.ci95, abs=0.03)
    assert same.over_readers is not None
    assert same.over_readers.p > 0.05


@pytest.mark.slow
def test_intervals_hold_the_true_area_of_an_equal_condition() -> None:
    held, over_readers = 0, 0
    for seed in range(300):
        same, _ = vgc(_table(_ratings(seed)), "bicubic", resamples=300)
        held += same.ci95_bootstrap[0] <= 0.5 <= same.ci95_bootstrap[1]
        over_readers += same.ci95[0] <= 0.5 <= same.ci95[1]
    assert held / 300 >= 0.93  # the two-way bootstrap counts the residual thrice: wide rather than narrow
    assert 0.92 <= over_readers / 300 <= 0.99


@pytest.mark.parametrize("observers", [1, 2, 6])
def test_p_and_interval_never_contradict_one_another(observers: int) -> None:
    told = []
    for seed in range(150):
        for found in vgc(_table(_ratings(seed, 0.6, observers, 8)), "bicubic", resamples=1):
            assert found.over_readers is not None
            holds = found.ci95[0] <= 0.5 <= found.ci95[1]
            assert (found.over_readers.p >= 0.05) == holds
            told.append(holds)
    assert 0.1 < np.mean(told) < 0.99  # so that both happen


def test_p_holds_its_level_where_conditions_are_equal() -> None:
    refused = [
        same.over_readers.p < 0.05
        for seed in range(300)
        if (same := vgc(_table(_ratings(seed, observers=6, cases=10)), "bicubic", resamples=1)[0]).over_readers
    ]
    assert len(refused) == 300
    assert np.mean(refused) <= 0.06


def test_what_is_assumed_of_one_reader_is_not_said_of_several() -> None:
    one, _ = vgc(_table(_ratings(4, observers=1)), "bicubic")
    assert "holds for this reader alone" in one.assumptions
    assert "observers and cases drawn at random" not in one.assumptions.lower()
    assert "resamples" not in one.test
    several, _ = vgc(_table(_ratings(4)), "bicubic")
    assert several.assumptions.startswith("Readers and cases drawn at random")
    assert "resamples of observers and cases" in several.test


def test_equal_ratings_are_one_half_without_interval() -> None:
    same, _ = vgc(_table(np.full((5, 5, 3), 3.0)), "bicubic")
    assert same.auc == same.auc_pooled == 0.5
    assert np.isnan(same.ci95_bootstrap).all()
    assert same.over_readers is not None
    assert same.over_readers.p == 1
    assert same.ci95[0] < 0.5 < same.ci95[1]


def test_a_condition_that_is_always_better_has_a_lower_limit() -> None:
    cube = np.where(np.arange(3) == 2, 5.0, np.where(np.arange(3) == 1, 3.0, 1.0)) * np.ones((6, 15, 1))
    _, better = vgc(_table(cube), "bicubic")
    assert better.auc == 1
    assert better.over_readers is not None
    assert 0.9 < better.over_readers.ci95[0] < 0.99
    assert better.over_readers.ci95[1] == 1


def test_ratings_that_go_together_case_by_case_narrow_what_nothing_varies_by() -> None:
    """The same images twice: what the cases differ by drops out, and all the more of it the more they differ."""
    cases = np.repeat(np.random.default_rng(5).integers(1, 6, (6, 15, 1)).astype(float), 3, axis=2)
    same, _ = vgc(_table(cases), "bicubic")
    alike, _ = vgc(_table(np.full((6, 15, 3), 3.0)), "bicubic")
    assert same.over_readers is not None
    assert alike.over_readers is not None
    assert same.over_readers.standard_error == alike.over_readers.standard_error == 0
    assert np.ptp(same.over_readers.ci95) < 0.3 * np.ptp(alike.over_readers.ci95)
    assert same.over_readers.ci95[0] < 0.5 < same.over_readers.ci95[1]


def test_missing_ratings_leave_out_observers_and_cases_without_any() -> None:
    cube = _ratings(3)
    cube[0, :, 0] = np.nan
    cube[:, 4, :2] = np.nan
    same, _ = vgc(_table(cube), "bicubic")
    assert (same.observers, same.cases, same.n) == (7, 14, 98)
    assert "o0" not in same.by_observer


def test_one_observer_and_one_case() -> None:
    one, _ = vgc(_table(_ratings(4, observers=1)), "bicubic")
    assert one.over_readers is not None
    assert one.over_readers.df == np.inf
    assert one.over_readers.ci95[0] < one.auc < one.over_readers.ci95[1]
    assert "this reader alone" in one.over_readers.assumptions
    assert np.isnan(one.ci95_bootstrap).all()  # there is nobody to draw from
    single, _ = vgc(_table(_ratings(4, cases=1)), "bicubic")
    assert single.over_readers is None
    assert np.isnan(single.ci95).all()


def test_unknown_baseline_and_an_unrated_condition_are_refused() -> None:
    with pytest.raises(TooFewRatings, match="No condition is called reference"):
        vgc(_table(_ratings(0)), "reference")
    cube = _ratings(0)
    cube[:, :, 2] = np.nan
    with pytest.raises(TooFewRatings, match="better and bicubic"):
        vgc(_table(cube), "bicubic")
