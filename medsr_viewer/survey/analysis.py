"""Everything that the statistics tell of the ratings of one question, in one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.analysis_parts import Missing, attempt, found
from medsr_viewer.survey.design import REFERENCE, Protocol, Question, Role
from medsr_viewer.survey.objective import ObjectiveTable
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.scales import SCALES, Scale
from medsr_viewer.survey.statistics.agreement import InterObserver, Repeatability, inter_observer, intra_observer
from medsr_viewer.survey.statistics.bias import BiasModel, bias_inconsistency, stimulus_scores
from medsr_viewer.survey.statistics.bootstrap import bootstrap_mos
from medsr_viewer.survey.statistics.correlation import ScoreAgainstMos, correlate
from medsr_viewer.survey.statistics.intervals import Interval
from medsr_viewer.survey.statistics.mos import (
    ConditionDifference,
    ConditionScore,
    differential_scores,
    mean_opinion_scores,
    paired_differences,
)
from medsr_viewer.survey.statistics.ordinal import OrdinalModel, ordinal_model
from medsr_viewer.survey.statistics.planning import Pilot, PlanRow, pilot_components, plan
from medsr_viewer.survey.statistics.ranks import RankComparison, compare_ranks
from medsr_viewer.survey.statistics.roc import RocDifference, RocResult, roc, roc_differences
from medsr_viewer.survey.statistics.screening import Screening, screen_observers
from medsr_viewer.survey.statistics.vgc import VgcResult, vgc

FloatArray = NDArray[np.float64]

ESTIMAND = (
    "Mean rating of a condition over new observers and new cases from the populations that those of this survey stand"
    " for; all observers who did not withdraw are in."
)
_CONFIDENCE = "Ratings of this protocol are confidence that a finding is present, not quality."
_NO_FINDINGS = "Sensitivity and specificity need cases whose finding is known to be present or absent."


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
    """

    model: BiasModel
    stimuli: tuple[tuple[str, str], ...]
    by_condition: dict[str, float]


@dataclass(frozen=True)
class NextSurvey:
    """How large a next survey should be, from this one's variances.

    Parameters
    ----------
    pilot : Pilot
        The variances.
    difference : float
        Of two MOS, that is to be told from 0.
    rows : tuple of PlanRow
        What each size gives.
    """

    pilot: Pilot
    difference: float
    rows: tuple[PlanRow, ...]


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
    bootstrap : dict of str to Interval
        Of each condition's MOS.
    differential, differences, screening, biases, between, within, ranks, ordinal, vgc, roc, roc_differences
        See the statistics.
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
    bootstrap: dict[str, Interval]
    differential: tuple[ConditionScore, ...] | Missing
    differences: tuple[ConditionDifference, ...] | Missing
    screening: Screening | Missing
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
    def n(self) -> int:
        """Number of ratings, repeats included."""
        return len(self.table.value)


def analyse(
    table: RatingTable,
    question: Question,
    roles: Mapping[str, Role],
    *,
    protocol: Protocol = "acr",
    attention: Mapping[str, tuple[int, int]] | None = None,
    findings: Mapping[str, bool] | None = None,
    objective: ObjectiveTable | Missing | None = None,
    baseline: str = "",
    seed: int = 0,
    resamples: int = 2000,
) -> Analysis:
    """Analyse the ratings of one question; parts that cannot be computed say why, and nothing is raised.

    Parameters
    ----------
    table : RatingTable
        Unblinded; may be empty.
    question : Question
        Its scale is known.
    roles : mapping of str to Role
        Of each condition.
    protocol : Protocol
        Decides which parts make sense.
    attention : mapping of str to (int, int), optional
        Of each observer, attention checks passed and made.
    findings : mapping of str to bool, optional
        Protocol roc: whether the finding is present, by case.
    objective : ObjectiveTable or Missing, optional
        Scores without observers, or why there are none.
    baseline : str
        Condition to compare with; "": bicubic, else the anchor, else the first that is no reference.
    seed, resamples : int
        Of the bootstraps.
    """
    present, quality = dict(findings or {}), protocol != "roc"
    baseline = baseline or default_baseline(table.conditions, roles)
    screening = attempt(lambda: screen_observers(table, attention))
    cube = table.cube()
    return Analysis(
        question=question.name,
        text=question.text,
        protocol=protocol,
        scale=SCALES[question.scale],
        table=table,
        roles=dict(roles),
        baseline=baseline,
        scores=mean_opinion_scores(table),
        scores_screened=_without_recommended(table, screening),
        bootstrap=bootstrap_mos(table, seed=seed, resamples=resamples),
        differential=_differential(table, roles) if quality else Missing(_CONFIDENCE),
        differences=attempt(lambda: paired_differences(table)) if len(table.conditions) > 1 else Missing(_ONE),
        screening=screening,
        biases=attempt(lambda: _biases(table)) if table.value.size else Missing(_EMPTY),
        between=attempt(lambda: inter_observer(table, resamples=min(resamples, 1000), seed=seed)),
        within=attempt(lambda: intra_observer(table)),
        ranks=attempt(lambda: compare_ranks(table)) if quality else Missing(_CONFIDENCE),
        ordinal=attempt(lambda: ordinal_model(table, baseline)) if quality else Missing(_CONFIDENCE),
        vgc=attempt(lambda: vgc(table, baseline, resamples=resamples, seed=seed)) if quality else Missing(_CONFIDENCE),
        roc=attempt(lambda: roc(table, present, resamples=resamples, seed=seed)) if present else Missing(_NO_FINDINGS),
        roc_differences=(
            attempt(lambda: roc_differences(table, present, baseline)) if present else Missing(_NO_FINDINGS)
        ),
        counts=_counts(cube, table.best),
        by_observer=_means(cube, axis=1),
        by_case=_means(cube, axis=0),
        seconds=table.median_seconds(),
        next_survey=attempt(lambda: _next_survey(table)) if quality else Missing(_CONFIDENCE),
        objective=objective or Missing("No objective scores were computed."),
        correlations=_correlations(table, objective, seed) if quality else {},
        findings=present,
    )


def default_baseline(conditions: Sequence[str], roles: Mapping[str, Role]) -> str:
    """Return which condition the others are compared with: bicubic, else the anchor, else the first test condition."""
    tested = [name for name in conditions if roles.get(name, "test") != "reference"]
    anchors = [name for name in tested if roles.get(name) == "anchor"]
    first = [name for name in tested if name == "bicubic"] + anchors + tested
    return first[0] if first else (conditions[0] if conditions else "")


def recommended(analysis: Analysis) -> frozenset[str]:
    """Return the observers whom the screening recommends to leave out."""
    screening = found(analysis.screening)
    return screening.recommended if screening else frozenset()


_DIFFERENCE = 0.5
_RESAMPLES = 500  # of correlations: Kendall's tau takes time with the square of the stimuli
_OBSERVERS, _CASES = (5, 10, 20, 40), (10, 20, 40, 80)
_ONE = "There is a single condition: nothing to compare."
_EMPTY = "There are no ratings."


def _without_recommended(table: RatingTable, screening: Screening | Missing) -> tuple[ConditionScore, ...] | Missing:
    if isinstance(screening, Missing):
        return screening
    if not screening.recommended:
        return Missing("The screening recommends to leave out nobody: the figures would be the same.")
    if screening.recommended >= set(table.observers):
        return Missing("The screening would leave out every observer.")
    return attempt(lambda: mean_opinion_scores(table.without(screening.recommended)))


def _differential(table: RatingTable, roles: Mapping[str, Role]) -> tuple[ConditionScore, ...] | Missing:
    named = [name for name in table.conditions if roles.get(name) == "reference" or name == REFERENCE]
    if not named:
        return Missing("Differential scores need a hidden reference, which this survey did not have.")
    return attempt(lambda: differential_scores(table, named[0]))


def _biases(table: RatingTable) -> Biases:
    scores, stimuli = stimulus_scores(table)
    model = bias_inconsistency(scores)
    quality = model.quality.reshape(len(table.cases), len(table.conditions))
    return Biases(
        model, stimuli, dict(zip(table.conditions, map(float, _means(quality[None], axis=1)[0]), strict=True))
    )


def _next_survey(table: RatingTable) -> NextSurvey:
    pilot = pilot_components(table)
    return NextSurvey(
        pilot, _DIFFERENCE, plan(pilot, _DIFFERENCE, _OBSERVERS, _CASES, conditions=len(table.conditions))
    )


def _correlations(
    table: RatingTable, objective: ObjectiveTable | Missing | None, seed: int
) -> dict[str, ScoreAgainstMos | Missing]:
    if not isinstance(objective, ObjectiveTable) or objective.cases != table.cases:
        return {}
    columns = [table.conditions.index(name) for name in objective.conditions]
    mos = _means(table.cube(), axis=0)[:, columns]
    cases = np.repeat(np.arange(len(table.cases)), len(columns))

    def against(scores: FloatArray) -> ScoreAgainstMos | Missing:
        return attempt(lambda: correlate(scores.ravel(), mos.ravel(), clusters=cases, resamples=_RESAMPLES, seed=seed))

    return {metric: against(scores) for metric, scores in objective.scores.items()}


def _counts(cube: FloatArray, best: int) -> NDArray[np.intp]:
    return np.array([[int((each == value).sum()) for value in range(1, best + 1)] for each in np.moveaxis(cube, 2, 0)])


def _means(cube: FloatArray, axis: int) -> FloatArray:
    given = ~np.isnan(cube)
    count = given.sum(axis=axis)
    means: FloatArray = np.full(count.shape, np.nan)
    np.divide(np.where(given, cube, 0.0).sum(axis=axis), count, out=means, where=count > 0)
    return means
