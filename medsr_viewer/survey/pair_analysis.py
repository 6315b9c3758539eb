"""Everything that the statistics tell of choices between two images, in one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.analysis_parts import Missing, attempt, found
from medsr_viewer.survey.design import Question, Role
from medsr_viewer.survey.ratings import ComparisonTable
from medsr_viewer.survey.statistics.neighbours import Neighbours, neighbours
from medsr_viewer.survey.statistics.pairs import Model, PairScale, pair_scale
from medsr_viewer.survey.statistics.sufficiency import caution_on_choices

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
    scale_with_withdrawn : PairScale or Missing
        `bradley_terry` with the observers who withdrew after the allocation was opened.
    neighbours : tuple of Neighbours or Missing
        How many more comparisons tell each condition from the next, the best first.
    """

    question: str
    text: str
    table: ComparisonTable
    roles: dict[str, Role]
    bradley_terry: PairScale | Missing
    thurstone: PairScale | Missing
    wins: NDArray[np.float64]
    sides: Sides
    scale_with_withdrawn: PairScale | Missing
    neighbours: tuple[Neighbours, ...] | Missing

    @property
    def caution(self) -> str:
        """Why the scale's intervals say nothing of new observers or new cases; "" where they do, or there are none."""
        scale = found(self.bradley_terry)
        return caution_on_choices(scale.observers, scale.cases) if scale else ""

    @property
    def n(self) -> int:
        """Number of choices."""
        return len(self.table.observer)


def analyse_pairs(
    table: ComparisonTable,
    question: Question,
    roles: Mapping[str, Role],
    *,
    with_withdrawn: ComparisonTable | None = None,
    resamples: int = 400,
    seed: int = 0,
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
    with_withdrawn : ComparisonTable, optional
        With the choices of observers who withdrew after the allocation was opened; None: there are none.
    resamples, seed : int
        Of the bootstraps.
    """

    def scale(of: ComparisonTable, model: Model = "bradley-terry") -> PairScale | Missing:
        return attempt(lambda: pair_scale(of, model, resamples=resamples, seed=seed))

    bradley_terry = scale(table)
    n, left = len(table.winner), int(table.winner_left.sum())
    return PairAnalysis(
        question.name,
        question.text,
        table,
        dict(roles),
        bradley_terry,
        scale(table, "thurstone"),
        table.wins(),
        Sides(left, n, float(stats.binomtest(left, n).pvalue) if n else float("nan")),
        Missing(_NOBODY) if with_withdrawn is None else scale(with_withdrawn),
        bradley_terry if isinstance(bradley_terry, Missing) else neighbours(bradley_terry, table.wins()),
    )


_NOBODY = "Nobody withdrew after the allocation was opened whose answers are kept."
