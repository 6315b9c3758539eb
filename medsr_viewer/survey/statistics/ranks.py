"""Whether conditions differ, by ranks within observers: Friedman, comparisons after it, Wilcoxon pairs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.holm import holm
from medsr_viewer.survey.statistics.sufficiency import caution_on_blocks

FloatArray: TypeAlias = NDArray[np.float64]
Block: TypeAlias = Literal["observer", "observer and case"]


@dataclass(frozen=True)
class Friedman:
    """Friedman's test over conditions.

    Parameters
    ----------
    statistic, df, p : float
        Chi-squared, corrected for ties.
    kendall_w : float
        Effect size: 0, no agreement of the blocks on an order, to 1, all order alike.
    mean_ranks : dict of str to float
        By condition; the greatest value has the greatest rank.
    n : int
        Blocks.
    dropped : int
        Blocks left out: no case was rated under every condition, or, of a case, a condition was not rated.
    test, assumptions : str
        In words.
    """

    statistic: float
    df: int
    p: float
    kendall_w: float
    mean_ranks: dict[str, float]
    n: int
    dropped: int
    test: str
    assumptions: str


@dataclass(frozen=True)
class PairOfConditions:
    """Two conditions compared; positive figures: the first is rated higher.

    Parameters
    ----------
    first, second : str
        Conditions.
    mean_difference : float
        First less second, on the rating scale.
    rank_biserial : float
        Matched pairs, -1 to 1: share of the ranks of the differences that speaks for the first less the share against.
    wilcoxon_p, wilcoxon_p_holm : float
        Signed-rank test, two-sided; Holm over all pairs.
    nemenyi_p : float
        Studentised range of mean ranks; it is adjusted for all pairs as such. NaN with two conditions.
    conover_p_holm : float
        Conover's t of rank sums, Holm over all pairs; NaN where it is not defined (two conditions; all blocks rank
        alike).
    n, ties : int
        Blocks; those without a difference.
    test, assumptions : str
        In words.
    """

    first: str
    second: str
    mean_difference: float
    rank_biserial: float
    wilcoxon_p: float
    wilcoxon_p_holm: float
    nemenyi_p: float
    conover_p_holm: float
    n: int
    ties: int
    test: str = "Wilcoxon signed-rank with Holm's correction; Nemenyi; Conover with Holm's correction"
    assumptions: str = "Blocks independent; Wilcoxon: differences symmetric about their median"


@dataclass(frozen=True)
class RankComparison:
    """All conditions against one another.

    Parameters
    ----------
    block : {"observer", "observer and case"}
        What is ranked within.
    friedman : Friedman or None
        None with two conditions: the pair says it all.
    pairs : tuple of PairOfConditions
        Every two conditions.
    caution : str
        Why the p values say little, by the blocks that they rest on; "" where they are enough.
    primary : str
        Which of the tests of two conditions to report, in words; "" with two conditions, where there is one test.
    """

    block: Block
    friedman: Friedman | None
    pairs: tuple[PairOfConditions, ...]
    caution: str
    primary: str


PRIMARY = (
    "Where the paired differences of mean ratings have a test, that is the one to report; of the rank tests beside it,"
    " Wilcoxon's with Holm's correction is the primary one, and Nemenyi's (conservative, the more so with many ties)"
    " and Conover's are sensitivity analyses that may disagree with it: do not choose among them by their p values."
)


def compare_ranks(table: RatingTable, block: Block = "observer") -> RankComparison:
    """Compare all conditions.

    Parameters
    ----------
    table : RatingTable
        First ratings count.
    block : {"observer", "observer and case"}
        "observer": each observer's mean over the cases that they rated under every condition; the observers are
        independent, so the p values hold for the population of observers, on these cases. "observer and case": every
        case as rated by an observer; many more blocks, but those of an observer, and those of a case, go together, so
        its p values are too small: report it as a description.

    Raises
    ------
    TooFewRatings
        Under two conditions, or under two complete blocks.
    """
    cube = table.cube()
    complete: NDArray[np.bool_] = np.all(~np.isnan(cube), axis=2)
    if block == "observer":
        kept = complete.any(axis=1)
        weights = complete[kept]
        blocks = np.sum(np.where(weights[:, :, None], cube[kept], 0), axis=1) / weights.sum(axis=1)[:, None]
        dropped = int((~kept).sum())
        assumptions = (
            "Observers independent; one mean each, over the cases that the observer rated under every condition; cases"
            " taken as given"
        )
    else:
        blocks = cube[complete]
        dropped = int(((~np.isnan(cube)).any(axis=2) & ~complete).sum())
        assumptions = "Blocks taken as independent, which those of one observer or one case are not: p is too small"
    # Means of the same ratings may differ in their last bit, and would then not be tied.
    return compare_blocks(np.round(blocks, 9), table.conditions, block=block, dropped=dropped, assumptions=assumptions)


def compare_blocks(
    blocks: ArrayLike,
    conditions: tuple[str, ...],
    *,
    block: Block = "observer",
    dropped: int = 0,
    assumptions: str = "Blocks independent",
) -> RankComparison:
    """Compare the columns of a complete (blocks, conditions) array; see `compare_ranks`."""
    values = np.asarray(blocks, np.float64)
    n, k = values.shape
    if k < 2 or n < 2 or np.isnan(values).any():
        raise TooFewRatings(
            f"Rank tests need two conditions, and two blocks ({block}) in which all conditions were rated; there"
            f" {'is' if k == 1 else 'are'} {k} condition{'s' * (k != 1)} and {n} such block{'s' * (n != 1)}."
        )
    friedman = _friedman(values, conditions, block, dropped, assumptions) if k > 2 else None
    return RankComparison(
        block, friedman, _pairs(values, conditions), caution_on_blocks(n, block), PRIMARY if friedman else ""
    )


def _friedman(
    values: FloatArray, conditions: tuple[str, ...], block: Block, dropped: int, assumptions: str
) -> Friedman:
    n, k = values.shape
    if np.all(np.ptp(values, axis=1) == 0):  # the correction for ties would divide by 0
        statistic, p = 0.0, 1.0
    else:
        found = stats.friedmanchisquare(*values.T)
        statistic, p = float(found.statistic), float(found.pvalue)
    ranks = stats.rankdata(values, axis=1).mean(axis=0)
    return Friedman(
        statistic,
        k - 1,
        p,
        statistic / (n * (k - 1)),
        dict(zip(conditions, map(float, ranks), strict=True)),
        n,
        dropped,
        f"Friedman's test, blocks: {block}; chi-squared approximation; Kendall's W",
        assumptions,
    )


def _pairs(values: FloatArray, conditions: tuple[str, ...]) -> tuple[PairOfConditions, ...]:
    places = list(combinations(range(len(conditions)), 2))
    differences = [np.round(values[:, a] - values[:, b], 9) for a, b in places]
    wilcoxon = [_wilcoxon(each) for each in differences]
    nemenyi, conover = _after_friedman(values)
    return tuple(
        PairOfConditions(
            conditions[a],
            conditions[b],
            float(difference.mean()),
            _rank_biserial(difference),
            p,
            float(adjusted),
            float(nemenyi[a, b]),
            float(conover[a, b]),
            len(difference),
            int((difference == 0).sum()),
        )
        for (a, b), difference, p, adjusted in zip(places, differences, wilcoxon, holm(wilcoxon), strict=True)
    )


def _wilcoxon(difference: FloatArray) -> float:
    if not difference.any():
        return 1.0
    return float(stats.wilcoxon(difference).pvalue)


def _rank_biserial(difference: FloatArray) -> float:
    """Kerby, Compr. Psychol. 3:1 (2014); blocks without a difference are left out, as in the test."""
    unequal = difference[difference != 0]
    if not len(unequal):
        return 0.0
    ranks = stats.rankdata(np.abs(unequal))
    return float(np.sum(ranks * np.sign(unequal)) / ranks.sum())


def _after_friedman(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (conditions, conditions) p values of Nemenyi's and of Conover's comparisons."""
    import scikit_posthocs

    k = values.shape[1]
    undefined = np.full((k, k), np.nan)
    if k < 3:
        return undefined, undefined
    if np.all(np.ptp(values, axis=1) == 0):
        return np.ones((k, k)), np.ones((k, k))
    nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(values).to_numpy()
    ranks = stats.rankdata(values, axis=1)
    # Conover's t divides by what the ranks vary within conditions.
    alike = np.all(ranks == ranks[0])
    conover = undefined if alike else scikit_posthocs.posthoc_conover_friedman(values, p_adjust="holm").to_numpy()
    return nemenyi, conover
