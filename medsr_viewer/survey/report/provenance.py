"""Which test, of how many, under which assumptions: for the figures in JSON that do not say so themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.pair_analysis import PairAnalysis
from medsr_viewer.survey.statistics.anchor_check import ANCHOR_RULE
from medsr_viewer.survey.statistics.bias import MODEL
from medsr_viewer.survey.statistics.mos import DIFFERENTIAL, FIRST_ANSWERS
from medsr_viewer.survey.statistics.pair_choice import PRIOR_SD

Figure: TypeAlias = Literal["mos", "auc", "scale_value"]

FIGURES: Mapping[Figure, str] = MappingProxyType(
    {
        "mos": "mos: mean opinion score, with ci95; higher is better.",
        "auc": "auc: area under the ROC curve, mean over observers, with auc_ci95. mos, with ci95, is the mean"
        " confidence that the finding is present, over cases with and without it: it says nothing of quality.",
        "scale_value": "scale_value: place on the Bradley-Terry scale of preference in logits, mean 0 over conditions,"
        " with ci95_scale. Nothing was rated: mos and ci95 are null.",
    }
)
"""What the conditions are compared by, and under which keys it stands."""

_AREA = "auc: how often an observer rates a case with the finding above one without it (ties by half), "
_OF_NEW = "over new observers and new cases from the populations that those of this survey stand for."

_SCREENING = (
    "Each rule of `in_words` by itself; a reason is a rule that speaks for leaving the observer out. No correction for"
    " the number of observers or of rules."
)
_SCREENING_ASSUMES = (
    "Most observers rate as asked: each is held against the others. BT.500 supposes about as many scores of each"
    " stimulus from everybody; P.913 stimuli from bad to excellent."
)
_ANCHOR_ASSUMES = "The low anchor is plainly worse than the hidden reference. No test: a look at two means."
_BIASES_ASSUME = (
    "Bias of an observer the same for all stimuli; noise normal, independent, with the observer's own standard"
    " deviation; answers count as equal steps. Intervals: normal (quality, bias) and chi-squared (inconsistency), of"
    " these very observers and stimuli."
)
_RATED_ASSUMES = (
    "Observers and cases drawn at random and independently; what is missing is missing at random; the scale's steps"
    " count as equal distances."
)
_SIDES = "Exact binomial test of one half, two-sided"
_SIDES_ASSUME = "Choices independent"
_NEIGHBOURS = (
    "Difference of the posterior means of a Bradley-Terry model with a normal prior (standard deviation"
    f" {PRIOR_SD:g} of each value); more: direct comparisons that tell the two apart with power 80 % (two-sided, 0.05)"
)
_NEIGHBOURS_ASSUME = (
    "The two differ as it seems now; further choices hang together as those so far: dependence times the variance of"
    " independent ones"
)
_SIZES = "Normal approximation of interval and power from the pilot's variance components; power 80 %, two-sided, 0.05"

_Json: TypeAlias = dict[str, Any]


def area_estimand(analysis: Analysis) -> str:
    """Return what the figures of protocol roc estimate."""
    areas = found(analysis.roc) or ()
    alone = bool(areas) and max(one.auc.n for one in areas) == 1
    return f"{_AREA}{'of this one observer over new cases.' if alone else _OF_NEW} mos: {analysis.estimand}"


def with_provenance(held: _Json, analysis: Analysis) -> _Json:
    """Return the JSON of a question with test, n and assumptions at each part; parts that are missing stay so."""
    added: dict[str, _Json] = {
        "screening": _of(_SCREENING, int(analysis.counts.sum()), _SCREENING_ASSUMES) | _rules(analysis),
        "biases": _of(MODEL, analysis.n, _BIASES_ASSUME),
    }
    if planned := found(analysis.next_survey):
        added["next_survey"] = _of(_SIZES, planned.pilot.rating.n, planned.pilot.rating.assumptions)
    each: dict[str, tuple[str, str]] = {
        "conditions": (f"{analysis.interval} {FIRST_ANSWERS}", _RATED_ASSUMES),
        "differences": (analysis.difference_words, _RATED_ASSUMES),
        "differential": (DIFFERENTIAL, _RATED_ASSUMES),
        "anchor_check": (ANCHOR_RULE, _ANCHOR_ASSUMES),
        "screened": (FIRST_ANSWERS, _RATED_ASSUMES),
        "with_withdrawn": (FIRST_ANSWERS, _RATED_ASSUMES),
    }
    full = {**held}
    for name, words in added.items():
        if not _is_missing(held[name]):
            full[name] = held[name] | words
    for name, (test, assumptions) in each.items():
        if not _is_missing(held[name]):
            full[name] = [one | _of(test, one["n"], assumptions) for one in held[name]]
    return full


def with_pair_provenance(held: _Json, analysis: PairAnalysis) -> _Json:
    """Return the JSON of choices with test, n and assumptions at each part; parts that are missing stay so."""
    full = held | {"sides": held["sides"] | _of(_SIDES, analysis.sides.n, _SIDES_ASSUME)}
    if scale := found(analysis.bradley_terry):
        full["conditions"] = [one | _of(scale.test, one["n"], scale.assumptions) for one in held["conditions"]]
    if not _is_missing(held["neighbours"]):
        full["neighbours"] = [one | _of(_NEIGHBOURS, one["compared"], _NEIGHBOURS_ASSUME) for one in held["neighbours"]]
    return full


def _of(test: str, n: int, assumptions: str) -> _Json:
    return {"test": test, "n": n, "assumptions": assumptions}


def _rules(analysis: Analysis) -> _Json:
    screening = found(analysis.screening)
    return {"in_words": screening.rules.in_words()} if screening else {}


def _is_missing(part: Mapping[str, Any] | Sequence[Any]) -> bool:
    return isinstance(part, Mapping) and "missing" in part
