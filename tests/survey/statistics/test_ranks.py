from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.ranks import compare_blocks, compare_ranks

NAMES = ("a", "b", "c")

WINES = np.array([[9, 7, 6], [9.5, 6.5, 8], [5, 7, 4], [8.5, 8.5, 6], [9.5, 5, 7], [7.5, 8, 6], [8, 6, 7], [7, 6.5, 6]])


def _table(cube: np.ndarray) -> RatingTable:
    o, c, m = np.nonzero(~np.isnan(cube))
    names = tuple(f"o{index}" for index in range(cube.shape[0])), tuple(f"c{index}" for index in range(cube.shape[1]))
    return RatingTable(
        *names, NAMES[: cube.shape[2]], o, c, m, cube[o, c, m], np.zeros(len(o), np.intp), np.ones(len(o))
    )


def test_friedman_with_ties_equals_the_formula() -> None:
    found = compare_blocks(WINES, NAMES).friedman
    assert found is not None
    ranks = stats.rankdata(WINES, axis=1)
    sums = ranks.sum(axis=0)
    untied = 12 / (8 * 3 * 4) * np.sum(sums**2) - 3 * 8 * 4
    ties = 1 - (2**3 - 2) / (8 * (3**3 - 3))  # one block has two equal values
    assert found.statistic == pytest.approx(untied / ties)
    assert found.p == pytest.approx(stats.chi2.sf(untied / ties, 2))
    assert found.kendall_w == pytest.approx(untied / ties / (8 * 2))
    assert found.mean_ranks == pytest.approx(dict(zip(NAMES, sums / 8, strict=True)))
    assert (found.n, found.df) == (8, 2)


def test_effect_size_equals_pingouin() -> None:
    pandas, pingouin = pytest.importorskip("pandas"), pytest.importorskip("pingouin")
    blocks = np.random.default_rng(0).normal([0.0, 0.5, 1.0], 1.0, (10, 3))
    block, condition = np.indices(blocks.shape)
    frame = pandas.DataFrame({"b": block.ravel(), "c": condition.ravel(), "y": blocks.ravel()})
    oracle = pingouin.friedman(frame, dv="y", within="c", subject="b").iloc[0]
    comparison = compare_blocks(blocks, NAMES)
    assert comparison.friedman is not None
    assert comparison.friedman.kendall_w == pytest.approx(oracle["W"])
    for pair, (a, b) in zip(comparison.pairs, ((0, 1), (0, 2), (1, 2)), strict=True):
        wilcoxon = pingouin.wilcoxon(blocks[:, a], blocks[:, b]).iloc[0]
        assert pair.rank_biserial == pytest.approx(wilcoxon["RBC"])
        assert pair.wilcoxon_p == pytest.approx(wilcoxon.filter(like="p").iloc[0])


def test_nemenyi_has_the_published_critical_difference() -> None:
    # Four conditions, 14 blocks, 0.05: q = 2.569, so 1.25 mean ranks (Demsar, JMLR 7:1, 2006, section 3.2.2).
    rng = np.random.default_rng(4)
    blocks = np.argsort(rng.normal([2.0, 0.0, 1.0, 0.0], 1.0, (14, 4)), axis=1).argsort(axis=1).astype(float)
    comparison = compare_blocks(blocks, ("a", "b", "c", "d"))
    assert comparison.friedman is not None
    ranks = comparison.friedman.mean_ranks
    for pair in comparison.pairs:
        apart = abs(ranks[pair.first] - ranks[pair.second]) > 1.2535
        assert (pair.nemenyi_p < 0.05) == apart
    assert any(pair.nemenyi_p < 0.05 for pair in comparison.pairs)


def test_holm_steps_down() -> None:
    pairs = compare_blocks(WINES, NAMES).pairs
    ordered = sorted(pairs, key=lambda pair: pair.wilcoxon_p)
    expected = 0.0
    for factor, pair in zip((3, 2, 1), ordered, strict=True):
        expected = max(expected, min(1.0, factor * pair.wilcoxon_p))
        assert pair.wilcoxon_p_holm == pytest.approx(expected)


def test_signs_say_which_is_rated_higher() -> None:
    blocks = np.array([[1, 2.0, 3]] * 3 + [[2, 1.0, 4]])
    (ab, ac, _) = compare_blocks(blocks, NAMES).pairs
    assert (ab.first, ab.second) == ("a", "b")
    assert ab.mean_difference == pytest.approx(-0.5)
    assert ab.rank_biserial == pytest.approx(-0.5)
    assert ac.rank_biserial == -1


def test_all_equal_data_show_no_difference() -> None:
    comparison = compare_blocks(np.full((5, 3), 4.0), NAMES)
    assert comparison.friedman is not None
    assert (comparison.friedman.statistic, comparison.friedman.p, comparison.friedman.kendall_w) == (0, 1, 0)
    for pair in comparison.pairs:
        assert (pair.wilcoxon_p_holm, pair.nemenyi_p, pair.conover_p_holm, pair.rank_biserial) == (1, 1, 1, 0)
        assert pair.ties == 5


def test_blocks_that_all_rank_alike() -> None:
    comparison = compare_blocks(np.array([[1, 2, 3.0]] * 6), NAMES)
    assert comparison.friedman is not None
    assert comparison.friedman.kendall_w == pytest.approx(1)
    assert all(np.isnan(pair.conover_p_holm) for pair in comparison.pairs)
    assert comparison.pairs[1].nemenyi_p < 0.01


def test_two_conditions_have_the_pair_alone() -> None:
    comparison = compare_blocks(WINES[:, :2], ("a", "b"))
    assert comparison.friedman is None
    assert len(comparison.pairs) == 1
    assert np.isnan(comparison.pairs[0].nemenyi_p)


def test_observers_are_blocks_on_the_cases_that_they_rated_under_every_condition() -> None:
    rng = np.random.default_rng(0)
    cube = rng.integers(1, 6, (6, 5, 3)).astype(float)
    cube[0, 0, 1] = np.nan  # its other two ratings of the case would shift two means alone
    cube[5, :, 2] = np.nan
    found = compare_ranks(_table(cube))
    blocks = cube[:5].mean(axis=1)
    blocks[0] = cube[0, 1:].mean(axis=0)
    expected = compare_blocks(np.round(blocks, 9), NAMES).friedman
    assert found.friedman is not None
    assert expected is not None
    assert found.friedman.statistic == expected.statistic
    assert (found.friedman.n, found.friedman.dropped) == (5, 1)
    every = compare_ranks(_table(cube), "observer and case").friedman
    assert every is not None
    assert (every.n, every.dropped) == (24, 6)
    assert "too small" in every.assumptions


def test_equal_means_of_different_ratings_are_tied() -> None:
    cube = np.array([[[1, 2, 3.0], [2, 2, 1], [3, 2, 2]]] * 3)  # every mean is 2
    friedman = compare_ranks(_table(cube)).friedman
    assert friedman is not None
    assert friedman.statistic == 0


@pytest.mark.parametrize("shape", [(1, 4, 3), (4, 4, 1)])
def test_too_little_is_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(TooFewRatings):
        compare_ranks(_table(np.ones(shape)))


def test_one_test_of_pairs_is_the_primary_and_few_blocks_are_cautioned_against() -> None:
    several = compare_blocks(WINES, NAMES)
    assert "Wilcoxon's with Holm's correction is the primary one" in several.primary
    assert compare_blocks(WINES[:, :2], ("a", "b")).primary == ""
    assert several.caution == ""
    assert "they rest on 4 complete blocks (observer)" in compare_blocks(WINES[:4], NAMES).caution
