"""Analysing the ratings of one question: which statistics make sense, and which cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.analysis import Analysis, Biases
from medsr_viewer.survey.analysis_parts import Missing, attempt
from medsr_viewer.survey.design import REFERENCE, Protocol, Question, Role
from medsr_viewer.survey.next_survey import next_survey
from medsr_viewer.survey.objective import ObjectiveTable
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.survey.statistics.agreement import inter_observer, intra_observer
from medsr_viewer.survey.statistics.anchor_check import anchor_checks
from medsr_viewer.survey.statistics.bias import LEAST_OBSERVERS, ROUNDING, bias_inconsistency, stimulus_scores
from medsr_viewer.survey.statistics.bootstrap import bootstrap_mos
from medsr_viewer.survey.statistics.correlation import ScoreAgainstMos, correlate
from medsr_viewer.survey.statistics.gaps import mean_of_given
from medsr_viewer.survey.statistics.mos import (
    ConditionScore,
    differential_scores,
    mean_opinion_scores,
    paired_differences,
)
from medsr_viewer.survey.statistics.ordinal import ordinal_model
from medsr_viewer.survey.statistics.ranks import compare_ranks
from medsr_viewer.survey.statistics.roc import roc, roc_differences
from medsr_viewer.survey.statistics.screening import Screening, screen_observers
from medsr_viewer.survey.statistics.vgc import vgc

FloatArray = NDArray[np.float64]


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
    with_withdrawn: RatingTable | None = None,
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
    with_withdrawn : RatingTable, optional
        With the ratings of observers who withdrew after the allocation was opened; None: there are none.
    seed, resamples : int
        Of the bootstraps.
    """
    present, quality = dict(findings or {}), protocol != "roc"
    baseline = baseline or default_baseline(table.conditions, roles)
    screening = attempt(lambda: screen_observers(table, attention, is_quality=quality))
    cube = table.cube()
    return Analysis(
        question=question.name,
        text=question.text,
        protocol=protocol,
        scale=scale_of(question),
        table=table,
        roles=dict(roles),
        baseline=baseline,
        scores=mean_opinion_scores(table),
        scores_screened=_without_recommended(table, screening),
        scores_with_withdrawn=_with_withdrawn(with_withdrawn),
        bootstrap=bootstrap_mos(table, seed=seed, resamples=resamples),
        differential=_differential(table, roles) if quality else Missing(_CONFIDENCE),
        differences=attempt(lambda: paired_differences(table)) if len(table.conditions) > 1 else Missing(_ONE),
        screening=screening,
        anchor_check=attempt(lambda: anchor_checks(table, roles)) if quality else Missing(_CONFIDENCE),
        biases=_biases(table) if quality else Missing(_CONFIDENCE),
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
        by_observer=mean_of_given(cube, axis=1),
        by_case=mean_of_given(cube, axis=0),
        seconds=table.median_seconds(),
        next_survey=attempt(lambda: next_survey(table)) if quality else Missing(_CONFIDENCE),
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


_CONFIDENCE = "Ratings of this protocol are confidence that a finding is present, not quality."
_NO_FINDINGS = "Sensitivity and specificity need cases whose finding is known to be present or absent."
_RESAMPLES = 500  # of correlations: Kendall's tau takes time with the square of the stimuli
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


def _with_withdrawn(table: RatingTable | None) -> tuple[ConditionScore, ...] | Missing:
    if table is None:
        return Missing("Nobody withdrew after the allocation was opened whose answers are kept.")
    return attempt(lambda: mean_opinion_scores(table))


def _biases(table: RatingTable) -> Biases | Missing:
    return attempt(lambda: _fitted_biases(table)) if table.value.size else Missing(_EMPTY)


def _fitted_biases(table: RatingTable) -> Biases:
    observers = len(np.unique(table.observer))
    if observers < LEAST_OBSERVERS:
        raise TooFewRatings(
            f"The model needs {LEAST_OBSERVERS} observers; there {'is 1' if observers == 1 else f'are {observers}'}."
            " A bias is one against the others', and of two it cannot be told whose noise a disagreement is."
        )
    scores, stimuli = stimulus_scores(table)
    least = 0.0
    model = bias_inconsistency(scores)
    if model.dominant >= 0:
        least = ROUNDING
        model = bias_inconsistency(scores, least_inconsistency=least)
    quality = mean_of_given(model.quality.reshape(len(table.cases), len(table.conditions)), axis=0)
    return Biases(model, stimuli, dict(zip(table.conditions, map(float, quality), strict=True)), least)


def _correlations(
    table: RatingTable, objective: ObjectiveTable | Missing | None, seed: int
) -> dict[str, ScoreAgainstMos | Missing]:
    if not isinstance(objective, ObjectiveTable) or objective.cases != table.cases:
        return {}
    columns = [table.conditions.index(name) for name in objective.conditions]
    mos = mean_of_given(table.cube(), axis=0)[:, columns]
    cases = np.repeat(np.arange(len(table.cases)), len(columns))

    def against(scores: FloatArray) -> ScoreAgainstMos | Missing:
        return attempt(
            lambda: correlate(
                scores.ravel(), mos.ravel(), clusters=cases, scale=(1.0, float(table.best)), resamples=_RESAMPLES,
                seed=seed,
            )
        )  # fmt: skip

    return {metric: against(scores) for metric, scores in objective.scores.items()}


def _counts(cube: FloatArray, best: int) -> NDArray[np.intp]:
    return np.array([[int((each == value).sum()) for value in range(1, best + 1)] for each in np.moveaxis(cube, 2, 0)])
