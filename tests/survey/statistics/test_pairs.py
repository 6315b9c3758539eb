from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import PairTable
from medsr_viewer.survey.statistics.pairs import Model, pair_scale

TRUE = np.array([-0.8, -0.2, 0.3, 0.7])


def _table(
    seed: int, observers: int = 12, cases: int = 8, values: np.ndarray = TRUE, rounds: int = 2, probit: bool = False
) -> PairTable:
    rng = np.random.default_rng(seed)
    count = len(values)
    o, c, a, b = (each.ravel() for each in np.indices((observers, cases, count, count)))
    shown = a < b
    o, c, a, b = (np.tile(each[shown], rounds) for each in (o, c, a, b))
    chance = (norm.cdf if probit else expit)(values[a] - values[b])
    first = rng.random(len(a)) < chance
    names = [
        tuple(f"{kind}{index}" for index in range(n)) for kind, n in zip("ocm", (observers, cases, count), strict=True)
    ]
    return PairTable(names[0], names[1], names[2], o, c, np.where(first, a, b), np.where(first, b, a))


def _of_wins(wins: list[list[int]], observers: int = 1) -> PairTable:
    rows = [(i, j) for i, row in enumerate(wins) for j, times in enumerate(row) for _ in range(times)]
    winner, loser = np.array(rows, np.intp).T
    names = tuple("abcd"[: len(wins)])
    observer = np.arange(len(rows)) % observers
    return PairTable(
        tuple(map(str, range(observers))), ("c",), names, observer, np.zeros(len(rows), np.intp), winner, loser
    )


def test_two_conditions_are_log_odds_and_probit_of_the_share_chosen() -> None:
    table = _of_wins([[0, 30], [10, 0]])
    bradley_terry, thurstone = pair_scale(table), pair_scale(table, "thurstone")
    assert bradley_terry.differences[0].value == pytest.approx(np.log(3))
    assert thurstone.differences[0].value == pytest.approx(norm.ppf(0.75))
    for scale in (bradley_terry, thurstone):
        (difference,) = scale.differences
        assert difference.probability == pytest.approx(0.75)
        assert sum(value.value for value in scale.values) == pytest.approx(0)
        assert (scale.values[0].chosen, scale.values[0].shown) == (30, 40)
        assert np.isnan(scale.p)
    # Variance of log odds: 1/30 + 1/10.
    low, high = bradley_terry.differences[0].ci95
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(1 / 30 + 1 / 10), rel=1e-6)


@pytest.mark.parametrize("model", ["bradley-terry", "thurstone"])
def test_scales_equal_logistic_and_probit_regression(model: str) -> None:
    import statsmodels.api as sm

    table = _table(0, observers=3)
    design = np.zeros((len(table.winner), 4))
    rows = np.arange(len(design))
    first, second = np.minimum(table.winner, table.loser), np.maximum(table.winner, table.loser)
    design[rows, first], design[rows, second] = 1, -1
    link = sm.families.links.Logit() if model == "bradley-terry" else sm.families.links.Probit()
    chosen = (table.winner == first).astype(float)
    fitted = sm.GLM(chosen, design[:, 1:], family=sm.families.Binomial(link=link)).fit(tol=1e-12)
    scale = pair_scale(table, model)  # type: ignore[arg-type]
    for place, difference in enumerate(scale.differences[:3]):  # of the first condition from the others
        assert difference.value == pytest.approx(-fitted.params[place], abs=1e-5)
        half = (difference.ci95[1] - difference.ci95[0]) / 2
        assert half == pytest.approx(1.959964 * fitted.bse[place], rel=1e-4)
    assert "these observers alone" in scale.test


@pytest.mark.parametrize("model", ["bradley-terry", "thurstone"])
def test_true_scale_is_recovered_with_intervals_by_observers(model: str) -> None:
    scale = pair_scale(_table(1, probit=model == "thurstone"), model, resamples=200)  # type: ignore[arg-type]
    for found, true in zip(scale.values, TRUE, strict=True):
        assert found.value == pytest.approx(true, abs=0.25)
        assert found.ci95[0] < true < found.ci95[1]
    assert (scale.n, scale.observers, scale.cases, scale.df) == (12 * 8 * 6 * 2, 12, 8, 3)
    assert scale.p > 0.01
    assert not scale.regularised


def test_a_condition_that_is_always_chosen_stays_finite_and_it_is_said() -> None:
    scale = pair_scale(_of_wins([[0, 10, 10], [0, 0, 6], [0, 4, 0]]))
    assert scale.regularised
    a, b, c = (value.value for value in scale.values)
    assert np.isfinite([a, b, c]).all()
    assert a > b > c
    assert scale.differences[0].probability > 0.9


@pytest.mark.parametrize("model", ["bradley-terry", "thurstone"])
def test_choices_that_are_all_alike_have_an_interval_with_a_width(model: Model) -> None:
    scale = pair_scale(_of_wins([[0, 20], [0, 0]], observers=10), model)
    (difference,) = scale.differences
    # 20 of 20: by Clopper and Pearson the chance is above 0.832
    assert 0.7 < difference.probability_ci95[0] < 0.9 < difference.probability_ci95[1]
    assert "no narrower than the curvature" in scale.test
    assert all(value.ci95[1] - value.ci95[0] > 0.5 for value in scale.values)


def test_circles_show_in_the_deviance() -> None:
    scale = pair_scale(_of_wins([[0, 40, 10], [10, 0, 40], [40, 10, 0]]))
    assert [value.value for value in scale.values] == pytest.approx([0, 0, 0], abs=1e-6)
    assert scale.deviance == pytest.approx(2 * 3 * (40 * np.log(40 / 25) + 10 * np.log(10 / 25)))
    assert scale.df == 1
    assert scale.p < 1e-6


def test_observers_who_differ_widen_the_interval() -> None:
    rows = []
    for observer in range(12):  # six always choose the first, six the second
        rows += [(observer, 0, 1) if observer % 2 else (observer, 1, 0)] * 20
    observer, winner, loser = np.array(rows, np.intp).T
    table = PairTable(tuple(map(str, range(12))), ("c",), ("a", "b"), observer, np.zeros(240, np.intp), winner, loser)
    low, high = pair_scale(table, resamples=300).differences[0].ci95
    as_if_independent = 2 * 1.96 * np.sqrt(2 / 120)
    assert high - low > 3 * as_if_independent


@pytest.mark.slow
def test_interval_holds_the_true_difference() -> None:
    held = 0
    for seed in range(40):
        difference = pair_scale(_table(seed, observers=10, cases=6, rounds=1), resamples=100).differences[2]
        held += difference.ci95[0] <= TRUE[0] - TRUE[3] <= difference.ci95[1]
    assert held >= 35


def test_conditions_never_shown_are_named() -> None:
    with pytest.raises(TooFewRatings, match="never shown: c"):
        pair_scale(_of_wins([[0, 3, 0], [2, 0, 0], [0, 0, 0]]))
