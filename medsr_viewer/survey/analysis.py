"""Everything that the statistics tell of the ratings of one question, in one result."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.design import Protocol, Role
from medsr_viewer.survey.next_survey import NextSurvey
from medsr_viewer.survey.objective import ObjectiveTable
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.scales import Scale
from medsr_viewer.survey.statistics.agreement import InterObserver, Repeatability
from medsr_viewer.survey.statistics.anchor_check import AnchorCheck
from medsr_viewer.survey.statistics.bias import BiasModel
from medsr_viewer.survey.statistics.correlation import ScoreAgainstMos
from medsr_viewer.survey.statistics.intervals import Interval
from medsr_viewer.survey.statistics.mos import DIFFERENCE, DIFFERENCE_TEST, ConditionDifference, ConditionScore
from medsr_viewer.survey.statistics.ordinal import OrdinalModel
from medsr_viewer.survey.statistics.ranks import RankComparison
from medsr_viewer.survey.statistics.roc import RocDifference, RocResult
from medsr_viewer.survey.statistics.screening import Screening
from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN, caution_on_ratings
from medsr_viewer.survey.statistics.vgc import VgcResult

FloatArray = NDArray[np.float64]

_NONE = "none: "
_KINDS = "Cases are counted with the finding or without it, of whichever there are fewer."
ESTIMAND = (
    "Mean rating of a condition over new observers and new cases from the populations that those of this survey stand"
    " for; all observers who did not withdraw are in."
)


@dataclass(frozen=True, eq=False)
class Biases:
    """The bias-inconsistency model, and which stimulus each of its qualities is of.

    Parameters
    ----------
    model : BiasModel
        Observers in the order of the table's.
    stimuli : tuple of (str, str)
        (case, condition).
    by_condition : dict of str to float
        Mean of the qualities over cases.
    least_inconsistency : float
        That was asked of every observer; above 0 where one would outweigh all others together otherwise.
    """

    model: BiasModel
    stimuli: tuple[tuple[str, str], ...]
    by_condition: dict[str, float]
    least_inconsistency: float = 0.0


@dataclass(frozen=True, eq=False)
class Analysis:
    """One question analysed; a part that could not be computed is `Missing` and says why.

    Parameters
    ----------
    question, text : str
        Name, and what the observers read.
    scale : Scale
        Which answers there were.
    table : RatingTable
        The ratings, unblinded.
    roles : dict of str to Role
        By condition.
    baseline : str
        Condition that VGC, ROC differences and the ordinal model compare with.
    scores : tuple of ConditionScore
        MOS of each condition, in the table's order: all observers.
    scores_screened : tuple of ConditionScore or Missing
        The same without the observers whom the screening recommends to leave out.
    scores_with_withdrawn : tuple of ConditionScore or Missing
        The same with the observers who withdrew after the allocation was opened.
    bootstrap : dict of str to Interval
        Of each condition's MOS.
    differential, differences, screening, biases, between, within, ranks, ordinal, vgc, roc, roc_differences
        See the statistics.
    anchor_check : tuple of AnchorCheck or Missing
        Who did not rate the low anchor below the hidden reference.
    counts : (conditions, values) int ndarray
        How often each value was given, first answers.
    by_observer, by_case : (observers | cases, conditions) float64 ndarray
        Means of first answers; NaN where there is none.
    seconds : (observers,) float64 ndarray
        Median time of an answer.
    next_survey : NextSurvey or Missing
        Sizes of a next survey.
    objective : ObjectiveTable or Missing
        Scores without observers.
    correlations : dict of str to ScoreAgainstMos or Missing
        Of each objective score with the mean rating, over stimuli.
    findings : dict of str to bool
        Protocol roc: whether the finding is present, by case.
    """

    question: str
    text: str
    protocol: Protocol
    scale: Scale
    table: RatingTable
    roles: dict[str, Role]
    baseline: str
    scores: tuple[ConditionScore, ...]
    scores_screened: tuple[ConditionScore, ...] | Missing
    scores_with_withdrawn: tuple[ConditionScore, ...] | Missing
    bootstrap: dict[str, Interval]
    differential: tuple[ConditionScore, ...] | Missing
    differences: tuple[ConditionDifference, ...] | Missing
    screening: Screening | Missing
    anchor_check: tuple[AnchorCheck, ...] | Missing
    biases: Biases | Missing
    between: InterObserver | Missing
    within: tuple[Repeatability, ...] | Missing
    ranks: RankComparison | Missing
    ordinal: OrdinalModel | Missing
    vgc: tuple[VgcResult, ...] | Missing
    roc: tuple[RocResult, ...] | Missing
    roc_differences: tuple[RocDifference, ...] | Missing
    counts: NDArray[np.intp]
    by_observer: FloatArray
    by_case: FloatArray
    seconds: FloatArray
    next_survey: NextSurvey | Missing
    objective: ObjectiveTable | Missing
    correlations: dict[str, ScoreAgainstMos | Missing]
    findings: dict[str, bool]

    @property
    def is_quality(self) -> bool:
        """Whether the values are of quality; of protocol roc they are confidence that a finding is present."""
        return self.protocol != "roc"

    @property
    def has_interval(self) -> bool:
        """Whether any score has an interval for new observers and new cases."""
        return any(not math.isnan(score.ci95.low) for score in self.scores)

    @property
    def difference_words(self) -> str:
        """What the differences are, and how they are tested where they are."""
        is_tested = any(not math.isnan(each.p) for each in found(self.differences) or ())
        return f"{DIFFERENCE} {DIFFERENCE_TEST}" if is_tested else DIFFERENCE

    @property
    def interval(self) -> str:
        """How the scores' interval is made, or why there is none, in words."""
        if self.has_interval:
            return next(score.ci95.method for score in self.scores if not math.isnan(score.ci95.low))
        observers = max((score.observers for score in self.scores), default=0)
        cases = max((score.cases for score in self.scores), default=0)
        who = f"{observers} observer{'s' * (observers != 1)} and {cases} case{'s' * (cases != 1)}"
        return f"{_NONE}{who} say nothing of new ones; two of each are the least that an interval can be made from."

    @property
    def estimand(self) -> str:
        """What the mean ratings estimate: of one observer, or one case, nothing beyond."""
        observers, cases = (max((size[place] for size in self._sizes), default=0) for place in (0, 1))
        if observers > 1 and cases > 1:
            return ESTIMAND
        who = "by this one observer" if observers == 1 else "over new observers"
        where = "of this one case" if cases == 1 else "over new cases"
        return f"Mean rating of a condition {who} {where}; all observers who did not withdraw are in."

    @property
    def _sizes(self) -> list[tuple[int, int]]:
        figures: list[ConditionScore | ConditionDifference] = [*self.scores, *(found(self.differences) or ())]
        return [sizes for one in figures if (sizes := sizes_of(one))]

    @property
    def interval_words(self) -> str:
        """The same as sentences."""
        if self.has_interval:
            return f"The interval to report: {self.interval}"
        return f"There is no interval for new observers and new cases: {self.interval.removeprefix(_NONE)}"

    @property
    def caution(self) -> str:
        """Why the figures say nothing reliable of new observers or new cases; "" where they do."""
        if areas := found(self.roc):
            sizes = [(one.auc.n, min(one.present, one.absent)) for one in areas]
            counted = f" {_KINDS}" if min(cases for _, cases in sizes) < LEAST_DRAWN else ""
            return f"{caution}{counted}" if (caution := caution_on_ratings(sizes)) else ""
        return caution_on_ratings(self._sizes)

    @property
    def cases_by_observer(self) -> dict[str, int]:
        """How many cases each observer rated: what the observer's mean is of."""
        rated = (~np.isnan(self.table.cube())).any(axis=2).sum(axis=1)
        return dict(zip(self.table.observers, map(int, rated), strict=True))

    @property
    def n(self) -> int:
        """Number of ratings, repeats included."""
        return len(self.table.value)


def sizes_of(figure: ConditionScore | ConditionDifference) -> tuple[int, int] | None:
    """Return how many observers and cases a figure rests on; None where there is no figure."""
    return (figure.observers, figure.cases) if figure.n else None


def missed_anchors(analysis: Analysis) -> tuple[AnchorCheck, ...]:
    """Return the checks of observers who did not rate the low anchor below the hidden reference."""
    return tuple(one for one in found(analysis.anchor_check) or () if one.flagged)


def recommended(analysis: Analysis) -> frozenset[str]:
    """Return the observers whom the screening recommends to leave out."""
    screening = found(analysis.screening)
    return screening.recommended if screening else frozenset()
