from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.alpha import krippendorff_alpha

N = np.nan
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
).T
"""Four observers, twelve units: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C."""


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_published_example_with_missing_data(level: str, value: float) -> None:
    found = krippendorff_alpha(PUBLISHED, level)  # type: ignore[arg-type]
    assert round(found.value, 3) == value
    assert (found.n, found.ratings, found.raters) == (11, 40, 4)  # the unit that one observer rated says nothing
    assert found.ci95[0] < value < found.ci95[1]


def test_published_binary_example() -> None:
    # Ibid., example A: two observers, ten units, alpha = 0.095.
    table = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert round(krippendorff_alpha(table, "nominal").value, 3) == 0.095


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_reference_implementation(level: str, seed: int) -> None:
    krippendorff = pytest.importorskip("krippendorff")
    rng = np.random.default_rng(seed)
    table = np.clip(rng.integers(1, 6, (30, 1)) + rng.integers(-2, 3, (30, 6)), 1, 5).astype(float)
    table[rng.random(table.shape) < 0.3] = N
    oracle = krippendorff.alpha(table.T, level_of_measurement=level)
    assert krippendorff_alpha(table, level).value == pytest.approx(oracle, abs=1e-12)  # type: ignore[arg-type]


def test_bootstrap_equals_alpha_of_resampled_stimuli() -> None:
    rng = np.random.default_rng(0)
    table = np.clip(rng.integers(1, 6, (25, 1)) + rng.integers(-1, 2, (25, 4)), 1, 5).astype(float)
    found = krippendorff_alpha(table, resamples=400, seed=3)
    drawn = np.random.default_rng(3).multinomial(25, np.full(25, 1 / 25), size=400)
    by_hand = [krippendorff_alpha(np.repeat(table, times, axis=0), resamples=0).value for times in drawn]
    assert found.ci95 == pytest.approx(tuple(np.quantile(by_hand, (0.025, 0.975))))


def test_clusters_are_drawn_together() -> None:
    rng = np.random.default_rng(5)
    table = np.repeat(np.clip(rng.integers(1, 6, (12, 1)) + rng.integers(-1, 2, (12, 3)), 1, 5), 10, axis=0)
    apart = krippendorff_alpha(table)
    together = krippendorff_alpha(table, clusters=np.repeat(np.arange(12), 10))
    assert together.value == apart.value
    assert np.diff(together.ci95) > 2 * np.diff(apart.ci95)


def test_equal_ratings_have_no_alpha() -> None:
    found = krippendorff_alpha(np.full((6, 3), 4.0))
    assert np.isnan(found.value)
    assert np.isnan(found.ci95).all()


def test_nothing_rated_twice_is_refused() -> None:
    with pytest.raises(TooFewRatings):
        krippendorff_alpha([[1, N], [N, 2]])
