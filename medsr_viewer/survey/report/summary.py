"""The report's figures as JSON: all that the analysis holds, with what each number is."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from medsr_viewer.survey.analysis import ESTIMAND, Analysis, sizes_of
from medsr_viewer.survey.analysis_parts import Missing, found
from medsr_viewer.survey.pair_analysis import PAIRS_ESTIMAND, PairAnalysis
from medsr_viewer.survey.report.document import marks_of
from medsr_viewer.survey.report.facts import SurveyFacts
from medsr_viewer.survey.report.provenance import (
    FIGURES,
    Figure,
    area_estimand,
    with_pair_provenance,
    with_provenance,
)
from medsr_viewer.survey.statistics.intervals import Interval
from medsr_viewer.survey.statistics.intraclass import IntraclassCorrelation
from medsr_viewer.survey.statistics.mos import ConditionDifference, ConditionScore
from medsr_viewer.survey.statistics.sufficiency import caution_on_ratings

_LEFT_OUT = {
    "table",
    "scores",
    "scores_screened",
    "scores_with_withdrawn",
    "bootstrap",
    "roles",
    "counts",
    "by_observer",
    "by_case",
    "seconds",
    "scale",
}


def summary(analyses: Sequence[Analysis | PairAnalysis], facts: SurveyFacts) -> dict[str, Any]:
    """Return everything as JSON has it: NaN and infinity are null, a part that is missing is {"missing": why}.

    `figure` names the key of what the conditions are compared by: mos, or auc (protocol roc), or scale_value (pairs).
    It, `conditions`, `estimand` and `interval` at the top are those of the first question; each of `questions` has its
    own. `caution` says why intervals and p values are unreliable, "" where they are not: at the top of any question,
    and at each question, condition, difference, and score in `differential`, `screened` and `with_withdrawn`.
    """
    questions = [_pairs(one) if isinstance(one, PairAnalysis) else _question(one) for one in analyses]
    for question in questions:
        question["conditions"] = [one | _origin(one["name"], facts) for one in question["conditions"]]
    first = questions[0] if questions else {}
    return {
        "notice": list(marks_of(is_simulated=facts.is_simulated)),
        "program": facts.program,
        "survey_id": facts.survey_id,
        "title": facts.title,
        "protocol": facts.protocol,
        "simulated": facts.is_simulated,
        "figure": first.get("figure", "mos"),
        "figure_meaning": first.get("figure_meaning", FIGURES["mos"]),
        "estimand": first.get("estimand", ESTIMAND),
        "interval": first.get("interval", ""),
        "caution": " ".join(dict.fromkeys(one.caution for one in analyses if one.caution)),
        "observers": len(facts.answered),
        "cases": facts.cases,
        "ratings": sum(analysis.n for analysis in analyses),
        "excluded": [_excluded(name, facts) for name in facts.withdrawn],
        "conditions": first.get("conditions", []),
        "questions": questions,
        "survey": plain(facts),
    }


def _origin(name: str, facts: SurveyFacts) -> dict[str, Any]:
    told: dict[str, Any] = next((plain(one) for one in facts.conditions if one.name == name), {})
    return {key: told.get(key) for key in ("method", "scale_factor", "weights_sha256", "orientations", "devices")}


def _excluded(name: str, facts: SurveyFacts) -> dict[str, Any]:
    late = next((one for one in facts.after_opening.withdrawals if one.observer == name), None)
    told = {"observer": name, "reason": "withdrew consent", "after_opening": late is not None}
    return told | ({"time": late.time, "answers_kept": late.has_answers} if late else {})


def summary_text(held: Mapping[str, Any]) -> str:
    """Return it as text."""
    return json.dumps(held, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Return a value of the statistics as JSON has it."""
    if untold := _untold(value):
        return untold
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _untold(value: Any) -> dict[str, Any] | None:
    """Return what stands for a part that is missing, or that says nothing."""
    if isinstance(value, Missing):
        return {"missing": value.reason}
    if isinstance(value, IntraclassCorrelation) and value.wanting:
        return {"form": value.form, "value": None, "ci95": None, "n": value.n, "missing": value.wanting}
    return None


def _question(analysis: Analysis) -> dict[str, Any]:
    table = analysis.table
    rest = {
        field.name: plain(getattr(analysis, field.name))
        for field in dataclasses.fields(analysis)
        if field.name not in _LEFT_OUT
    }
    for name in ("differences", "differential"):
        rest[name] = _cautioned(getattr(analysis, name))
    rest |= {name: _with_own_caution(rest[name]) for name in ("vgc", "ordinal")}
    rest |= {
        name: [one | {"caution": analysis.caution} for one in rest[name]]
        for name in ("roc", "roc_differences")
        if not isinstance(rest[name], dict)
    }
    figure: Figure = "mos" if analysis.is_quality else "auc"
    held = {
        **rest,
        "figure": figure,
        "figure_meaning": FIGURES[figure],
        "scale": {"name": analysis.scale.name, "labels": dict(enumerate(analysis.scale.labels, 1))},
        "estimand": analysis.estimand if analysis.is_quality else area_estimand(analysis),
        "interval": _interval(analysis),
        "caution": analysis.caution,
        "conditions": [_condition(analysis, place) for place in range(len(table.conditions))],
        "screened": _cautioned(analysis.scores_screened),
        "with_withdrawn": _cautioned(analysis.scores_with_withdrawn),
        "by_observer": _by(table.observers, table.conditions, analysis.by_observer),
        "cases_by_observer": analysis.cases_by_observer,
        "by_case": _by(table.cases, table.conditions, analysis.by_case),
        "median_seconds": dict(zip(table.observers, plain(analysis.seconds), strict=True)),
    }
    return with_provenance(held, analysis)


def _interval(analysis: Analysis) -> str:
    areas = found(analysis.roc)
    return f"auc: {areas[0].auc.test}. mos: {analysis.interval}" if areas else analysis.interval


def _pairs(analysis: PairAnalysis) -> dict[str, Any]:
    scale = found(analysis.bradley_terry)
    conditions = [
        {
            "name": name,
            "role": analysis.roles.get(name, "test"),
            "n": int(analysis.wins[place].sum() + analysis.wins[:, place].sum()),
            "mos": None,
            "ci95": None,
            "scale_value": scale.values[place].value if scale else None,
            "ci95_scale": list(scale.values[place].ci95) if scale else [None, None],
            "caution": analysis.caution,
            "chosen": int(analysis.wins[place].sum()),
        }
        for place, name in enumerate(analysis.table.conditions)
    ]
    held = {
        "question": analysis.question,
        "text": analysis.text,
        "figure": "scale_value",
        "figure_meaning": FIGURES["scale_value"],
        "estimand": PAIRS_ESTIMAND,
        "interval": scale.test if scale else "",
        "caution": analysis.caution,
        "conditions": conditions,
        "bradley_terry": plain(analysis.bradley_terry),
        "thurstone": plain(analysis.thurstone),
        "wins": plain(analysis.wins),
        "sides": plain(analysis.sides),
        "neighbours": plain(analysis.neighbours),
        "with_withdrawn": plain(analysis.scale_with_withdrawn),
    }
    return with_pair_provenance(held, analysis)


def _condition(analysis: Analysis, place: int) -> dict[str, Any]:
    score = analysis.scores[place]
    dmos = next((each for each in found(analysis.differential) or () if each.name == score.name), None)
    roc = next((each for each in found(analysis.roc) or () if each.condition == score.name), None)
    screened = next((each for each in found(analysis.scores_screened) or () if each.name == score.name), None)
    fuller = next((each for each in found(analysis.scores_with_withdrawn) or () if each.name == score.name), None)
    return {
        "name": score.name,
        "role": analysis.roles.get(score.name, "test"),
        "n": score.n,
        "observers": score.observers,
        "cases": score.cases,
        "mos": plain(score.mean),
        "sd": plain(score.deviation),
        "ci95": _ends(score.ci95),
        "caution": analysis.caution if roc else _caution(score),
        "ci95_observers": _ends(score.ci95_these_cases),
        "ci95_bootstrap": _ends(analysis.bootstrap[score.name]),
        "dmos": plain(dmos.mean) if dmos else None,
        "dmos_ci95": _ends(dmos.ci95) if dmos else None,
        "mos_screened": plain(screened.mean) if screened else None,
        "ci95_screened": _ends(screened.ci95) if screened else None,
        "mos_with_withdrawn": plain(fuller.mean) if fuller else None,
        "ci95_with_withdrawn": _ends(fuller.ci95) if fuller else None,
        "answers": dict(zip(map(str, analysis.scale.values), plain(analysis.counts[place]), strict=True)),
        "auc": plain(roc.auc.value) if roc else None,
        "auc_ci95": plain(roc.auc.ci95) if roc else None,
        "standard_error": plain(score.ci95.standard_error),
        "df": plain(score.ci95.df),
        "spread": plain(score.spread),
    }


def _cautioned(part: Sequence[ConditionScore] | Sequence[ConditionDifference] | Missing) -> Any:
    return plain(part) if isinstance(part, Missing) else [plain(each) | {"caution": _caution(each)} for each in part]


def _with_own_caution(part: Any) -> Any:
    """Return JSON with a caution on each figure in it that tells from how many observers and cases it is."""
    if isinstance(part, list):
        return [_with_own_caution(each) for each in part]
    if {"observers", "cases"} <= set(part):
        return part | {"caution": caution_on_ratings([(part["observers"], part["cases"])])}
    return part


def _caution(figure: ConditionScore | ConditionDifference) -> str:
    sizes = sizes_of(figure)
    return caution_on_ratings([sizes]) if sizes else ""


def _ends(interval: Interval) -> list[float | None]:
    return [plain(interval.low), plain(interval.high)]


def _by(names: Sequence[str], conditions: Sequence[str], means: np.ndarray) -> dict[str, dict[str, float | None]]:
    return {name: dict(zip(conditions, plain(row), strict=True)) for name, row in zip(names, means, strict=True)}
