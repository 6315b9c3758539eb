from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.next_survey import next_survey
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.planning import observers_for_difference, observers_for_width, plan
from medsr_viewer.survey.statistics.variance import (
    Pilot,
    VarianceComponents,
    pilot_components,
    plausible_factors,
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


def test_observers_needed_are_the_least_number_that_is_enough() -> None:
    components = VarianceComponents(0.2, 0.1, 0.5, 20, 20, 400)
    pilot = Pilot(components, components)
    needed = observers_for_width(components, 0.3, 20)
    assert needed is not None
    fewer, enough = plan(pilot, 1, [needed - 1, needed], [20])
    assert enough.half_width <= 0.3 < fewer.half_width
    needed = observers_for_difference(components, 0.4, 20)
    assert needed is not None
    fewer, enough = plan(pilot, 0.4, [needed - 1, needed], [20])
    assert fewer.power < 0.8 <= enough.power
    many_cases = VarianceComponents(0.2, 3.0, 0.5, 20, 20, 400)
    assert observers_for_width(many_cases, 0.1, 5) is None
    assert observers_for_difference(many_cases, 0.1, 5) is None
    assert observers_for_difference(VarianceComponents(0, 0, 0, 20, 20, 400), 0.1, 5) == 2


def test_the_fewest_are_found_where_more_observers_are_no_better() -> None:
    """With two cases the interval of many observers rests on one degree of freedom, and is wider than that of few."""
    components = VarianceComponents(1.0, 0.02, 0.1, 20, 20, 400)
    pilot = Pilot(components, components)
    widths = {row.observers: row.half_width for row in plan(pilot, 1, [*range(2, 100), 1000], [2])}
    narrowest = min(widths, key=lambda number: widths[number])
    assert widths[1000] > widths[narrowest] + 0.3
    wanted = widths[narrowest] + 0.01
    assert observers_for_width(components, wanted, 2) == min(n for n, width in widths.items() if width <= wanted)


def test_every_size_has_a_power_however_large_the_difference() -> None:
    """scipy's noncentral t has no figure for the far tail: such rows were left empty."""
    tried = np.geomspace(1e-3, 3, 12)
    for of in [(a, b, c) for a in tried[::4] for b in tried[::4] for c in tried[::4]]:
        components = VarianceComponents(*of, 10, 5, 200)
        rows = plan(Pilot(components, components), 0.5, (2, 5, 10, 40), (2, 10, 80))
        assert all(0.05 <= row.power <= 1 for row in rows)
    for shift in (0.0, 1.0, 3.0, 5.9, 6.1, 9.0):  # one observer's variance alone: t with 9 degrees of freedom
        (row,) = plan(Pilot(_observers_alone(), _observers_alone()), shift, [10], [5])
        rng = np.random.default_rng(0)
        t = (rng.normal(size=200_000) + shift) / np.sqrt(rng.chisquare(9, 200_000) / 9)
        assert row.power == pytest.approx(np.mean(np.abs(t) > stats.t.ppf(0.975, 9)), abs=0.004)


def _observers_alone() -> VarianceComponents:
    return VarianceComponents(10.0, 0.0, 0.0, 10, 5, 200)


def test_an_observers_own_inconsistency_comes_from_repeats() -> None:
    rng = np.random.default_rng(5)
    cube = 3 + rng.normal(0, 0.5, (8, 6, 1)) + rng.normal(0, 0.4, (8, 6, 2))
    table = _table(cube)
    first = replace(table, value=table.value)
    own = np.append(table.value[:40], table.value[:40] + rng.normal(0, 1, 40))
    index = [np.tile(column[:40], 2) for column in (table.observer, table.case, table.condition)]
    repeats = np.repeat([0, 1], 40)
    again = replace(first, observer=index[0], case=index[1], condition=index[2], value=own, repeat=repeats)
    again = replace(again, seconds=np.ones(80))
    found = pilot_components(again)
    assert found.repeats == 40
    assert found.own == pytest.approx(0.5, rel=0.5)  # half the variance of the change
    assert np.isnan(pilot_components(table).own)


def test_a_variance_from_few_is_known_roughly() -> None:
    low, high = plausible_factors(10)
    assert (low, high) == pytest.approx((9 / stats.chi2.isf(0.025, 9), 9 / stats.chi2.isf(0.975, 9)))
    assert plausible_factors(3)[1] > 30


@pytest.mark.parametrize(("observers", "cases"), [(3, 5), (4, 10), (20, 20)])
@pytest.mark.parametrize("planned", [(5, 10), (20, 20)])
def test_what_a_pilot_leaves_possible_holds_the_true_variance_of_a_mean(
    observers: int, cases: int, planned: tuple[int, int]
) -> None:
    rng, of = np.random.default_rng(9), (0.2, 0.3, 0.6)
    true = float(VarianceComponents(*of, observers, cases, 0).variance_of_mean(*planned))
    held = 0
    for _ in range(400):
        found = variance_components(_crossed(rng, observers, cases, of))
        low, high = found.plausible_factors_of_mean(*planned)
        assert low < 1 < high
        held += low <= true / found.variance_of_mean(*planned) <= high
    assert held / 400 >= 0.92
    assert VarianceComponents(0, 0, 0, 5, 5, 25).plausible_factors_of_mean(*planned) == (1, 1)


def test_the_smaller_the_pilot_the_wider_the_range_of_observers_needed() -> None:
    ranges = {}
    for observers in (4, 40):
        rng = np.random.default_rng(3)
        cube = 3 + _crossed(rng, observers, 20, (0.1, 0.1, 0.3))[:, :, None] + rng.normal(0, 0.6, (observers, 20, 3))
        found = next_survey(_table(cube))
        (row,) = (row for row in found.needed if row.cases == 20)
        number, (few, many) = row.for_difference[0], row.difference_ranges[0]
        assert few is not None
        assert number is not None
        assert many is not None
        assert few <= number <= many
        ranges[observers] = many / few
        assert bool(found.caution) == (observers == 4)
    assert ranges[4] > 2 * ranges[40]


def test_pilots_that_do_not_cross_are_refused() -> None:
    with pytest.raises(TooFewRatings):
        variance_components([[1, np.nan], [np.nan, 2]])
    with pytest.raises(TooFewRatings):
        variance_components([[1.0, 2.0, 3.0]])
    with pytest.raises(TooFewRatings, match="3 observers and 3 cases or more; there are 2 and 9"):
        pilot_components(_table(np.random.default_rng(0).normal(size=(2, 9, 2))))
    with pytest.raises(TooFewRatings, match="two or more conditions"):
        pilot_components(_table(np.ones((3, 3, 1))))
