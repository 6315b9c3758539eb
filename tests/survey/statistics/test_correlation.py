from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.correlation import correlate
from medsr_viewer.survey.statistics.logistic import fit_logistic


def _points(seed: int, n: int = 60, noise: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = rng.uniform(22, 42, n)
    return score, 1.3 + 3.4 / (1 + np.exp(-(score - 31) / 2.5)) + rng.normal(0, noise, n)


def test_rank_and_linear_coefficients_equal_scipy() -> None:
    score, mos = _points(0)
    mos = np.round(mos, 1)  # ties
    found = correlate(score, mos)
    assert found.srocc.value == pytest.approx(stats.spearmanr(score, mos).statistic)
    assert found.krocc.value == pytest.approx(stats.kendalltau(score, mos).statistic)
    assert found.plcc_linear.value == pytest.approx(stats.pearsonr(score, mos).statistic)
    assert found.plcc_linear.ci95 == pytest.approx(tuple(stats.pearsonr(score, mos).confidence_interval()), abs=1e-6)
    assert (found.n, found.clusters, found.dropped, found.message) == (60, 60, 0, "")


def test_logistic_curve_is_recovered_and_straightens_the_score() -> None:
    score, mos = _points(1, 400)
    found = correlate(score, mos)
    assert found.fit is not None
    assert (found.fit.low, found.fit.high, found.fit.middle, found.fit.width) == pytest.approx(
        (1.3, 4.7, 31, 2.5), rel=0.1
    )
    assert found.plcc.value > found.plcc_linear.value
    assert found.plcc.value == pytest.approx(np.corrcoef(found.fit(score), mos)[0, 1])
    assert found.rmse == pytest.approx(0.15, rel=0.1)
    assert found.rmse_ci95[0] < 0.15 < found.rmse_ci95[1]


@pytest.mark.parametrize("unit", [1e-5, 1e5])
def test_the_scores_unit_and_direction_change_signs_alone(unit: float) -> None:
    score, mos = _points(2)
    plain, turned = correlate(score, mos), correlate(-unit * score, mos)
    assert turned.srocc.value == pytest.approx(-plain.srocc.value)
    assert turned.plcc.value == pytest.approx(plain.plcc.value)
    assert turned.rmse == pytest.approx(plain.rmse)
    assert turned.fit is not None
    assert turned.fit.width > 0
    assert turned.fit.low > turned.fit.high


def test_bootstrap_over_clusters_equals_resampled_points() -> None:
    score, mos = _points(3, 24, 0.6)
    mos = np.round(mos, 1)
    case = np.repeat(np.arange(8), 3)
    found = correlate(score, mos, clusters=case, resamples=150, seed=5)
    drawn = np.random.default_rng(5).multinomial(8, np.full(8, 1 / 8), size=150)[:, case]
    assert found.fit is not None
    by_hand = []
    for times in drawn:
        x, y = np.repeat(score, times), np.repeat(mos, times)
        by_hand.append(
            (
                stats.spearmanr(x, y).statistic,
                stats.kendalltau(x, y).statistic,
                np.corrcoef(found.fit(x), y)[0, 1],
                np.corrcoef(x, y)[0, 1],
            )
        )
    expected = np.quantile(by_hand, (0.025, 0.975), axis=0).T
    for coefficient, interval in zip((found.srocc, found.krocc), expected, strict=False):
        assert coefficient.ci95 == pytest.approx(tuple(interval))
        assert coefficient.interval.startswith("percentiles, bootstrap over 8 clusters")
    reach = stats.t.ppf(0.975, 7) * np.arctanh(by_hand).std(axis=0, ddof=1) * np.sqrt(8 / 7)
    for place, coefficient in ((2, found.plcc), (3, found.plcc_linear)):
        z = np.arctanh(coefficient.value)
        assert coefficient.ci95 == pytest.approx((np.tanh(z - reach[place]), np.tanh(z + reach[place])))
        assert coefficient.interval.startswith("t on Fisher's z, bootstrap over 8 clusters")
    assert found.plcc.interval.endswith("the fitted curve held")
    assert "held" not in found.plcc_linear.interval


def test_points_on_a_line_have_no_room_for_another_coefficient() -> None:
    score = np.arange(18.0)
    found = correlate(score, 1 + score / 6, clusters=np.repeat(np.arange(6), 3))
    assert found.plcc_linear.value == pytest.approx(1)
    assert found.plcc_linear.ci95 == pytest.approx((1, 1))


def _of_cases(rng: np.random.Generator, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (cases, 3) scores and ratings: what a case's score says of it, and what the case adds of its own."""
    score = 31 + rng.normal(0, 3, (cases, 1)) + np.array([-4, 0, 4]) + rng.normal(0, 1.5, (cases, 3))
    own = rng.normal(0, 0.4, (cases, 1)) + rng.normal(0, 0.35, (cases, 3))
    return score, 1.3 + 3.4 / (1 + np.exp(-(score - 31) / 2.5)) + own


@pytest.mark.slow
@pytest.mark.parametrize("cases", [8, 20, 40])
def test_intervals_over_cases_hold_the_true_coefficients(cases: int) -> None:
    rng = np.random.default_rng(10)
    score, mos = (each.ravel() for each in _of_cases(rng, 50_000))
    curve, _ = fit_logistic(score[:60_000], mos[:60_000])
    assert curve is not None
    true = (
        stats.spearmanr(score, mos).statistic,
        stats.kendalltau(score, mos).statistic,
        np.corrcoef(curve(score), mos)[0, 1],
        np.corrcoef(score, mos)[0, 1],
    )
    held = np.zeros(4)
    for seed in range(300):
        drawn = _of_cases(rng, cases)
        case = np.repeat(np.arange(cases), 3)
        found = correlate(*(each.ravel() for each in drawn), clusters=case, resamples=250, seed=seed)
        intervals = [one.ci95 for one in (found.srocc, found.krocc, found.plcc, found.plcc_linear)]
        held += [low <= value <= high for (low, high), value in zip(intervals, true, strict=True)]
    print(f"{cases} cases: SROCC, KROCC, PLCC, PLCC of the score itself {held / 300}")
    assert np.all(held / 300 >= 0.88), held / 300


def test_intervals_hold_the_true_correlation() -> None:
    rng = np.random.default_rng(6)
    rho = 0.7
    held = np.zeros(2)
    for _ in range(250):
        x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 30).T
        found = correlate(x, y)
        true = 6 / np.pi * np.arcsin(rho / 2), 2 / np.pi * np.arcsin(rho)
        for place, coefficient in enumerate((found.srocc, found.krocc)):
            held[place] += coefficient.ci95[0] <= true[place] <= coefficient.ci95[1]
    assert np.all((held / 250 > 0.92) & (held / 250 < 0.98))


def test_few_points_have_no_fit_and_say_so() -> None:
    found = correlate([28.0, 30.0, 33.0, 33.5, 34.5], [2.0, 3.0, 4.0, 4.2, 4.1], clusters=["a", "b", "c", "d", "e"])
    assert found.fit is None
    assert "ask for 8 different scores" in found.message
    assert "straight line" in found.test
    assert found.srocc.value == pytest.approx(0.9)
    assert found.plcc.value == found.plcc_linear.value
    assert found.rmse < 0.4
    with pytest.raises(TooFewRatings, match="there are 4"):
        correlate([1, 2, 3, 4, np.inf], [1, 2, 3, 4, 5])


def test_points_that_go_together_in_few_cases_have_no_interval_and_no_test() -> None:
    score, mos = _points(9, 8)
    apart = correlate(score, mos)
    assert apart.caution == ""
    assert not np.isnan([*apart.srocc.ci95, *apart.plcc.ci95, *apart.rmse_ci95, apart.srocc.p]).any()
    found = correlate(score, mos, clusters=np.repeat(np.arange(4), 2))
    assert found.srocc.value == apart.srocc.value
    coefficients = (found.srocc, found.krocc, found.plcc, found.plcc_linear)
    assert np.isnan([(*each.ci95, each.p) for each in coefficients]).all()
    assert np.isnan(found.rmse_ci95).all()
    assert "describe the 8 stimuli of this survey alone" in found.caution
    assert "with 4 there is no interval" in found.caution
    of_many = correlate(*_points(9, 24), clusters=np.repeat(np.arange(8), 3))
    assert of_many.caution == ""
    assert np.isnan(of_many.srocc.p)  # of points taken as independent, which they are not
    assert of_many.rmse_ci95[0] < of_many.rmse < of_many.rmse_ci95[1]


@pytest.mark.parametrize(
    ("mos", "words"),
    [
        (np.tile([3.0, 1.0], 6), "far outside the scale|did not converge"),  # which, is the optimizer's choice
        (1 + np.arange(12) / 3, "far outside the scale|did not converge"),
        (np.where(np.arange(12) < 6, 2.0, 4.0), "is a step between two values"),
    ],
)
def test_a_curve_that_the_points_do_not_determine_is_not_told(mos: np.ndarray, words: str) -> None:
    score = np.arange(12.0)
    fit, message = fit_logistic(score, mos)
    assert fit is None
    assert re.search(words, message)
    assert "a straight line stands for it" in message
    found = correlate(score, mos)
    assert found.plcc.value == found.plcc_linear.value
    assert found.rmse == pytest.approx(stats.linregress(score, mos).stderr * 143**0.5, abs=1e-6)  # 143: sum of squares


def test_infinite_scores_and_missing_mos_are_left_out() -> None:
    score, mos = _points(7)
    expected = correlate(score[2:], mos[2:])
    score[0], mos[1] = np.inf, np.nan
    found = correlate(score, mos)
    assert found.dropped == 2
    assert found.srocc == expected.srocc


@pytest.mark.parametrize("constant", ["score", "mos"])
def test_what_never_varies_has_no_correlation(constant: str) -> None:
    score, mos = _points(8, 12)
    (score if constant == "score" else mos)[:] = 3.0
    found = correlate(score, mos)
    assert np.isnan([found.srocc.value, found.krocc.value, found.plcc.value]).all()
    assert found.message
    assert np.isfinite(found.rmse)


def test_the_line_that_stands_for_the_curve_is_that_of_least_squares() -> None:
    score, mos = np.array([1e-4, 2e-4, 4e-4, 5e-4, 9e-4]), np.array([4.0, 3.5, 3.6, 2.0, 1.5])
    found = correlate(score, mos)
    assert found.fit is None
    assert found.line is not None
    assert found.prediction is found.line
    slope, intercept = np.polyfit(score, mos, 1)
    assert (found.line.slope, found.line.intercept) == pytest.approx((slope, intercept))
    assert found.rmse == pytest.approx(np.sqrt(np.sum((mos - found.line(score)) ** 2) / 3))
    assert correlate(np.ones(5), mos).prediction is None
