from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.planning import (
    Pilot,
    VarianceComponents,
    observers_needed,
    pilot_components,
    plan,
    variance_components,
)


def _crossed(rng: np.random.Generator, observers: int, cases: int, of: tuple[float, float, float]) -> np.ndarray:
    sd = np.sqrt(of)
    return (
        rng.normal(0, sd[0], (observers, 1))
        + rng.normal(0, sd[1], (1, cases))
        + rng.normal(0, sd[2], (observers, cases))
    )


def _table(cube: np.ndarray) -> RatingTable:
    o, c, m = np.nonzero(~np.isnan(cube))
    names = [tuple(f"{kind}{index}" for index in range(count)) for kind, count in zip("ocm", cube.shape, strict=True)]
    return RatingTable(*names, o, c, m, cube[o, c, m], np.zeros(len(o), np.intp), np.ones(len(o)))


def test_complete_tables_have_the_components_of_the_analysis_of_variance() -> None:
    figures = _crossed(np.random.default_rng(0), 8, 11, (0.5, 0.8, 0.3))
    n, k = figures.shape
    rows, columns, total = figures.mean(axis=1), figures.mean(axis=0), figures.mean()
    ms_rows = k * np.sum((rows - total) ** 2) / (n - 1)
    ms_columns = n * np.sum((columns - total) ** 2) / (k - 1)
    ms_error = np.sum((figures - rows[:, None] - columns + total) ** 2) / ((n - 1) * (k - 1))
    found = variance_components(figures)
    expected = ((ms_rows - ms_error) / k, (ms_columns - ms_error) / n, ms_error)
    assert (found.observers, found.cases, found.residual) == pytest.approx(expected)
    assert (found.n_observers, found.n_cases, found.n) == (8, 11, 88)


def test_incomplete_tables_are_unbiased() -> None:
    rng = np.random.default_rng(1)
    estimates = []
    for _ in range(3000):
        figures = _crossed(rng, 12, 12, (0.5, 0.8, 0.3))
        figures[rng.random(figures.shape) < 0.5] = np.nan
        found = variance_components(figures)
        estimates.append((found.observers, found.cases, found.residual))
    assert np.mean(estimates, axis=0) == pytest.approx([0.5, 0.8, 0.3], rel=0.05)


def test_negative_components_are_0_and_said() -> None:
    found = variance_components([[1, 2, 1.0], [2, 1, 2]])
    assert found.observers == 0
    assert "observers" in found.truncated


def test_differences_of_conditions_leave_out_what_conditions_share() -> None:
    rng = np.random.default_rng(2)
    shared = _crossed(rng, 20, 20, (0.6, 0.9, 0.0))
    cube = shared[:, :, None] + rng.normal(0, 0.5, (20, 20, 3))
    found = pilot_components(_table(cube))
    assert found.rating.observers == pytest.approx(0.6, rel=0.6)
    assert found.difference.observers < 0.02
    assert found.difference.residual == pytest.approx(0.5, rel=0.15)


def test_planned_half_width_is_what_surveys_of_that_size_get() -> None:
    rng = np.random.default_rng(3)
    of = (0.2, 0.3, 0.6)
    components = VarianceComponents(*of, 20, 20, 400)
    pilot = Pilot(components, components)
    (row,) = plan(pilot, 0.5, [10], [15])
    means = [_crossed(rng, 10, 15, of).mean() for _ in range(4000)]
    df = components.degrees_of_freedom(10, 15)
    assert row.half_width == pytest.approx(np.std(means) * stats.t.ppf(0.975, df), rel=0.04)
    assert 9 < df < 40


def test_planned_power_is_what_surveys_of_that_size_have() -> None:
    rng = np.random.default_rng(4)
    of = (0.1, 0.2, 0.8)
    components = VarianceComponents(*of, 20, 20, 400)
    pilot = Pilot(components, components)
    (row,) = plan(pilot, 0.4, [12], [12], conditions=3)
    told = 0
    for _ in range(800):
        figures = 0.4 + _crossed(rng, 12, 12, of)
        found = variance_components(figures)
        error = np.sqrt(found.variance_of_mean(12, 12))
        told += abs(figures.mean()) / error > stats.t.ppf(0.975, found.degrees_of_freedom(12, 12))
    assert row.power == pytest.approx(told / 800, abs=0.06)
    assert row.ratings_each == 36


def test_more_of_either_narrows_and_least_difference_has_power_08() -> None:
    components = VarianceComponents(0.2, 0.3, 0.6, 20, 20, 400)
    pilot = Pilot(components, components)
    rows = {(row.observers, row.cases): row for row in plan(pilot, 0.3, [6, 12, 24], [6, 12, 24])}
    assert rows[6, 6].half_width > rows[12, 6].half_width > rows[24, 6].half_width > rows[24, 24].half_width
    assert rows[6, 6].power < rows[24, 24].power
    (again,) = plan(pilot, rows[12, 12].least_difference, [12], [12])
    assert again.power == pytest.approx(0.8, abs=0.01)


def test_observers_needed_is_the_least_number_that_is_enough() -> None:
    components = VarianceComponents(0.2, 0.1, 0.5, 20, 20, 400)
    needed = observers_needed(components, 0.3, 20)
    assert needed is not None
    fewer, enough = plan(Pilot(components, components), 1, [needed - 1, needed], [20])
    assert enough.half_width <= 0.3 < fewer.half_width
    assert observers_needed(VarianceComponents(0.2, 3.0, 0.5, 20, 20, 400), 0.1, 5) is None


def test_pilots_that_do_not_cross_are_refused() -> None:
    with pytest.raises(TooFewRatings):
        variance_components([[1, np.nan], [np.nan, 2]])
    with pytest.raises(TooFewRatings):
        variance_components([[1.0, 2.0, 3.0]])
    with pytest.raises(TooFewRatings, match="two or more conditions"):
        pilot_components(_table(np.ones((3, 3, 1))))
