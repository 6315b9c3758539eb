"""Everything that the statistics tell of choices between two images, in one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.analysis_parts import Missing, attempt
from medsr_viewer.survey.design import Question, Role
from medsr_viewer.survey.ratings import ComparisonTable
from medsr_viewer.survey.statistics.pairs import PairScale, pair_scale

PAIRS_ESTIMAND = (
    "Place of each condition on one scale of preference, from forced choices between two images of the same case; only"
    " differences count, and the mean over conditions is 0."
)


@dataclass(frozen=True)
class Sides:
    """Whether the side of the screen mattered.

    Parameters
    ----------
    left, n : int
        How often the left image was chosen, of how many choices.
    p : float
        Exact binomial test of one half, two-sided.
    """

    left: int
    n: int
    p: float


@dataclass(frozen=True, eq=False)
class PairAnalysis:
    """The choices of protocol pairs analysed; a part that could not be computed is `Missing` and says why.

    Parameters
    ----------
    question, text : str
        Name, and what the observers read.
    table : ComparisonTable
        The choices, unblinded.
    roles : dict of str to Role
        By condition.
    bradley_terry, thurstone : PairScale or Missing
        The scale under each model.
    wins : (conditions, conditions) float64 ndarray
        How often the row was chosen over the column.
    sides : Sides
        Left against right.
    """

    question: str
    text: str
    table: ComparisonTable
    roles: dict[str, Role]
    bradley_terry: PairScale | Missing
    thurstone: PairScale | Missing
    wins: NDArray[np.float64]
    sides: Sides

    @property
    def n(self) -> int:
        """Number of choices."""
        return len(self.table.observer)


def analyse_pairs(
    table: ComparisonTable, question: Question, roles: Mapping[str, Role], *, resamples: int = 400, seed: int = 0
) -> PairAnalysis:
    """Analyse the choices of protocol pairs; parts that cannot be computed say why, and nothing is raised.

    Parameters
    ----------
    table : ComparisonTable
        Unblinded; may be empty.
    question : Question
        As asked.
    roles : mapping of str to Role
        Of each condition.
    resamples, seed : int
        Of the bootstraps.
    """
    n, left = len(table.winner), int(table.winner_left.sum())
    return PairAnalysis(
        question.name,
        question.text,
        table,
        dict(roles),
        attempt(lambda: pair_scale(table, "bradley-terry", resamples=resamples, seed=seed)),
        attempt(lambda: pair_scale(table, "thurstone", resamples=resamples, seed=seed)),
        table.wins(),
        Sides(left, n, float(stats.binomtest(left, n).pvalue) if n else float("nan")),
    )
