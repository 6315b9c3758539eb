"""Two-way crossed random effects: textbook mean squares, sums of squares with gaps, unbiasedness, odd designs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from medsr_viewer.survey.statistics.crossed import crossed_spread


def draw(seed: int, observers: int, cases: int, spreads: tuple[float, float, float] = (0.5, 0.7, 0.4)) -> np.ndarray:
    random = np.random.default_rng(seed)
    of_observer, of_case, rest = spreads
    rows, columns = random.normal(0, of_observer, (observers, 1)), random.normal(0, of_case, (1, cases))
    return 3.0 + rows + columns + random.normal(0, rest, (observers, cases))


def test_complete_scores_give_the_textbook_mean_squares() -> None:
    scores = draw(1, 7, 11)
    rows, columns, mean = scores.mean(axis=1), scores.mean(axis=0), scores.mean()
    of_rows = 11 * ((rows - mean) ** 2).sum() / 6
    of_columns = 7 * ((columns - mean) ** 2).sum() / 10
    rest = ((scores - rows[:, None] - columns + mean) ** 2).sum() / 60
    found = crossed_spread(scores)
    assert found.estimate == pytest.approx(mean)
    assert (found.n, found.observers, found.cases) == (77, 7, 11)
    assert found.observer_variance == pytest.approx((of_rows - rest) / 11)
    assert found.case_variance == pytest.approx((of_columns - rest) / 7)
    assert found.residual_variance == pytest.approx(rest)
    total = of_rows + of_columns - rest
    assert found.variance == pytest.approx(total / 77)
    assert found.df == pytest.approx(total**2 / (of_rows**2 / 6 + of_columns**2 / 10 + rest**2 / 60))


@pytest.mark.parametrize("shape", [(6, 9), (9, 6)])
def test_scores_with_gaps_give_the_sums_of_squares_of_least_squares_fits(shape: tuple[int, int]) -> None:
    scores = draw(2, *shape)
    scores[np.random.default_rng(2).random(shape) < 0.3] = np.nan
    row, column = np.nonzero(~np.isnan(scores))
    values = scores[row, column]
    of_rows, of_columns = np.eye(shape[0])[row], np.eye(shape[1])[column]

    def left(*factors: np.ndarray) -> float:
        model = np.hstack(factors)
        return float(((values - model @ np.linalg.lstsq(model, values, rcond=None)[0]) ** 2).sum())

    both, n = left(of_rows, of_columns), len(values)
    rest = both / (n - sum(shape) + 1)
    found = crossed_spread(scores)
    assert found.residual_variance == pytest.approx(rest)
    rows_df, columns_df = shape[0] - 1, shape[1] - 1
    expected = ((left(of_columns) - both) / rows_df - rest) / ((n - shape[1]) / rows_df)
    assert found.observer_variance == pytest.approx(expected)
    expected = ((left(of_rows) - both) / columns_df - rest) / ((n - shape[0]) / columns_df)
    assert found.case_variance == pytest.approx(expected)
    assert found.estimate == pytest.approx(np.nanmean(scores, axis=0).mean())


def test_the_estimates_are_unbiased_with_gaps() -> None:
    given = np.random.default_rng(3).random((8, 10)) < 0.6
    found = [crossed_spread(np.where(given, draw(seed, 8, 10), np.nan)) for seed in range(1500)]
    assert np.mean([one.observer_variance for one in found]) == pytest.approx(0.25, rel=0.06)
    assert np.mean([one.case_variance for one in found]) == pytest.approx(0.49, rel=0.06)
    assert np.mean([one.residual_variance for one in found]) == pytest.approx(0.16, rel=0.06)
    assert np.mean([one.variance for one in found]) == pytest.approx(np.var([one.estimate for one in found]), rel=0.1)


def test_every_case_counts_alike() -> None:
    scores = np.array([[1.0, 5.0], [1.0, np.nan], [1.0, np.nan], [1.0, 5.0]])
    assert crossed_spread(scores).estimate == 3.0


def test_rows_and_columns_without_scores_do_not_count() -> None:
    scores = draw(4, 5, 6)
    padded = np.full((7, 9), np.nan)
    padded[1:6, 2:8] = scores
    assert crossed_spread(padded) == crossed_spread(scores)


@pytest.mark.parametrize("axis", [0, 1])
def test_disjoint_blocks_are_compared_as_wholes(axis: int) -> None:
    """Each observer has cases of their own (or each case observers): their means are independent."""
    values = np.random.default_rng(5).normal(3, 1, (6, 4))
    scores = np.full((6, 24), np.nan)
    for index in range(6):
        scores[index, 4 * index : 4 * index + 4] = values[index]
    found = crossed_spread(scores if axis == 0 else scores.T)
    assert found.variance == pytest.approx(values.mean(axis=1).var(ddof=1) / 6)
    assert found.df == 5
    assert math.isnan(found.observer_variance)


def test_blocks_of_observers_and_cases_can_be_told_apart() -> None:
    """Two halves of the observers read two halves of the cases: within a half, observers differ by themselves alone."""
    found = []
    for seed in range(400):
        scores = draw(seed, 8, 12)
        scores[:4, 6:] = scores[4:, :6] = np.nan
        found.append(crossed_spread(scores))
    assert np.mean([one.observer_variance for one in found]) == pytest.approx(0.25, rel=0.1)
    assert np.mean([one.variance for one in found]) == pytest.approx(np.var([one.estimate for one in found]), rel=0.2)


def test_the_variance_is_never_less_than_of_independent_scores() -> None:
    """Perfectly balanced squares: both mean squares are 0, and less the residual they would be negative."""
    scores = 3.0 + np.array([[1.0, -1.0] * 4, [-1.0, 1.0] * 4] * 4)
    found = crossed_spread(scores)
    assert found.variance == pytest.approx(scores.var(ddof=1) / 64)
    assert found.df == 63
    assert found.observer_variance == found.case_variance == 0.0


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (1, 5), (5, 1)])
def test_too_little_has_no_variance(shape: tuple[int, int]) -> None:
    found = crossed_spread(np.full(shape, 3.0))
    assert math.isnan(found.variance)
    assert found.n == shape[0] * shape[1]
    assert found.estimate == 3.0 if found.n else math.isnan(found.estimate)


def test_a_design_without_residual_is_not_taken_for_certain() -> None:
    """Three scores that cross two observers and two cases fit exactly; all is put down to observers and cases."""
    found = crossed_spread(np.array([[1.0, 2.0], [4.0, np.nan]]))
    assert found.residual_variance == 0.0
    assert found.variance > 0.5
