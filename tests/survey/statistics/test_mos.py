"""MOS, DMOS and differences from a table; the ends of their intervals, by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.holm import holm
from medsr_viewer.survey.statistics.intervals import over_observers, over_observers_and_cases
from medsr_viewer.survey.statistics.mos import differential_scores, mean_opinion_scores, paired_differences


def table_of(cube: np.ndarray, conditions: tuple[str, ...], best: int = 5) -> RatingTable:
    observer, case, condition = np.nonzero(~np.isnan(cube))
    value = cube[observer, case, condition]
    return RatingTable(
        tuple(f"o{index}" for index in range(cube.shape[0])),
        tuple(f"c{index}" for index in range(cube.shape[1])),
        conditions,
        observer,
        case,
        condition,
        value,
        np.zeros(len(value), np.intp),
        np.full(len(value), 4.0),
        best,
    )


@pytest.fixture
def cube() -> np.ndarray:
    random = np.random.default_rng(1)
    latent = np.array([4.6, 3.4, 2.5]) + random.normal(0, 0.4, (12, 1, 1)) + random.normal(0, 0.5, (1, 9, 1))
    return np.clip(np.round(latent + random.normal(0, 0.6, (12, 9, 3))), 1, 5)


CONDITIONS = ("reference", "good", "bad")


def test_mos(cube: np.ndarray) -> None:
    found = mean_opinion_scores(table_of(cube, CONDITIONS))
    assert [one.name for one in found] == list(CONDITIONS)
    np.testing.assert_allclose([one.mean for one in found], cube.mean(axis=(0, 1)))
    assert [(one.n, one.observers, one.cases) for one in found] == [(108, 12, 9)] * 3
    np.testing.assert_allclose([one.deviation for one in found], cube.reshape(-1, 3).std(axis=0, ddof=1))
    for one in found:
        assert 1 < one.ci95.low < one.mean < one.ci95.high < 5
        assert one.ci95.high - one.ci95.low > one.ci95_these_cases.high - one.ci95_these_cases.low


def test_bt500s_interval_is_the_t_interval_of_the_observers_means(cube: np.ndarray) -> None:
    means = cube[:, :, 1].mean(axis=1)
    low, high = stats.t.interval(0.95, 11, means.mean(), means.std(ddof=1) / math.sqrt(12))
    found = mean_opinion_scores(table_of(cube, CONDITIONS))[1].ci95_these_cases
    assert (found.low, found.high, found.df) == pytest.approx((low, high, 11))


def test_the_primary_interval_by_hand(cube: np.ndarray) -> None:
    scores = cube[:, :, 0]
    logit, spread = over_observers_and_cases(scores, (1.0, 5.0), logit=True)
    error, t = math.sqrt(spread.variance), stats.t.ppf(0.975, spread.df)
    place = (scores.mean() - 1) / 4
    middle, half = math.log(place / (1 - place)), t * error / 4 / (place * (1 - place))
    ends = [1 + 4 / (1 + math.exp(-(middle + side * half))) for side in (-1, 1)]
    assert (logit.low, logit.high) == pytest.approx(ends)
    plain, _ = over_observers_and_cases(scores, (1.0, 5.0))
    assert (plain.low, plain.high) == pytest.approx((scores.mean() - t * error, scores.mean() + t * error))


def test_repeats_are_left_out(cube: np.ndarray) -> None:
    table = table_of(cube, CONDITIONS)
    again = replace(
        table,
        observer=np.append(table.observer, 0),
        case=np.append(table.case, 0),
        condition=np.append(table.condition, 1),
        value=np.append(table.value, 1.0),
        repeat=np.append(table.repeat, 1),
        seconds=np.append(table.seconds, 4.0),
    )
    assert mean_opinion_scores(again) == mean_opinion_scores(table)


def test_dmos(cube: np.ndarray) -> None:
    cube[0, 0, 0] = np.nan  # a reference that was not rated: no differential score there
    found = differential_scores(table_of(cube, CONDITIONS))
    assert [one.name for one in found] == ["good", "bad"]
    differential = cube[:, :, 1] - cube[:, :, 0] + 5
    assert found[0].n == 107
    assert found[0].mean == pytest.approx(np.nanmean(differential, axis=0).mean())
    assert found[0].ci95 == over_observers_and_cases(differential, (1.0, 9.0))[0]
    assert differential_scores(table_of(cube, ("a", "b", "c"))) == ()


def test_dmos_may_exceed_the_best_value_and_stays_within_its_own_scale() -> None:
    cube = np.full((4, 4, 2), 5.0)
    cube[:, :, 0] = [1, 1, 1, 2]
    found = differential_scores(table_of(cube, ("reference", "better")))[0]
    assert found.mean == pytest.approx(8.75)
    assert found.ci95.low > 5
    assert found.ci95.high == 9.0


def test_paired_differences(cube: np.ndarray) -> None:
    found = paired_differences(table_of(cube, CONDITIONS))
    assert [(one.first, one.second) for one in found] == [("reference", "good"), ("reference", "bad"), ("good", "bad")]
    for one in found:
        scores = cube[:, :, CONDITIONS.index(one.first)] - cube[:, :, CONDITIONS.index(one.second)]
        assert one.mean == pytest.approx(scores.mean())
        assert one.ci95 == over_observers_and_cases(scores, (-4.0, 4.0))[0]
        assert one.ci95_these_cases == over_observers(scores, (-4.0, 4.0))
        assert (one.p < 0.05) == (one.ci95.low > 0)
        assert one.p == pytest.approx(2 * stats.t.sf(abs(one.mean) / one.ci95.standard_error, one.ci95.df))
    corrected = multipletests([one.p for one in found], method="holm")[1]
    assert [one.p_holm for one in found] == pytest.approx(corrected)


def test_holm_leaves_out_what_has_no_p() -> None:
    p = np.array([0.04, np.nan, 0.01, 0.03, 0.9])
    expected = multipletests(p[[0, 2, 3, 4]], method="holm")[1]
    np.testing.assert_allclose(holm(p), [expected[0], np.nan, *expected[1:]])
    assert holm(np.zeros(0)).size == 0


@pytest.mark.parametrize("value", [1.0, 3.0, 5.0])
def test_scores_that_are_all_equal_are_not_certain(value: float) -> None:
    found, _ = over_observers_and_cases(np.full((20, 20), value), (1.0, 5.0), logit=True)
    assert 1 <= found.low <= value <= found.high <= 5
    assert 0.005 < found.high - found.low < 0.05


def test_conditions_that_nobody_rated() -> None:
    cube = np.full((5, 5, 3), np.nan)
    cube[:, :, 0] = 4.0
    cube[:, 0, 1] = 4.0
    found = mean_opinion_scores(table_of(cube, ("all", "one case", "none")))
    assert [one.n for one in found] == [25, 5, 0]
    assert [math.isnan(one.ci95.low) for one in found] == [False, True, True]
    assert found[1].ci95_these_cases.low == found[1].mean == 4.0
    assert math.isnan(found[2].mean)
    differences = paired_differences(table_of(cube, ("all", "one case", "none")))
    assert all(math.isnan(one.p_holm) for one in differences)


def test_the_interval_for_these_cases_with_gaps() -> None:
    """Unbiased: over many surveys its variance is that of the estimate."""
    random = np.random.default_rng(8)
    given, of_case = random.random((10, 8)) < 0.5, random.normal(0, 1, 8)
    given[:2] = True
    found = []
    for _ in range(800):
        scores = 3 + random.normal(0, 0.5, (10, 1)) + of_case + random.normal(0, 0.5, (10, 8))
        found.append(over_observers(np.where(given, scores, np.nan), (-9.0, 9.0)))
    errors, estimates = [one.standard_error for one in found], [one.estimate for one in found]
    assert np.mean(np.square(errors)) == pytest.approx(np.var(estimates), rel=0.15)


def test_a_case_with_one_answer_tells_nothing_of_new_observers() -> None:
    scores = np.array([[3.0, 4.0], [2.0, np.nan], [4.0, np.nan]])
    assert math.isnan(over_observers(scores, (1.0, 5.0)).low)
