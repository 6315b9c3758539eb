"""Small analysed surveys, with names that a careless report would stumble over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.design import Protocol, Question, Role
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.question_analysis import analyse
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.report.facts import ConditionFact, SurveyFacts

OBSERVERS = ("R<1>", "R&2", "=SUM(A1)", "Łukasz $x$", "读者", "-R6", 'R"7', "R8")
CONDITIONS = ("reference", "bicubic", "fmen<&>", "@anchor")
ROLES: dict[str, Role] = {"reference": "reference", "bicubic": "test", "fmen<&>": "test", "@anchor": "anchor"}


def ratings(
    observers: Sequence[str] = OBSERVERS,
    cases: int = 6,
    conditions: Sequence[str] = CONDITIONS,
    *,
    repeats: int = 2,
    means: Sequence[float] = (4.6, 2.6, 3.5, 1.5),
    seed: int = 1,
) -> RatingTable:
    """Return ratings of all by all, the first cases of each observer under the second condition again."""
    rng = np.random.default_rng(seed)
    shape = (len(observers), cases, len(conditions))
    value = np.asarray(means[: len(conditions)]) + 0.3 * rng.normal(size=shape[:1])[:, None, None]
    value = np.clip(np.rint(value + 0.6 * rng.normal(size=shape)), 1, 5)
    rows = [(*index, value[index], 0) for index in np.ndindex(shape)]
    rows += [
        (o, c, min(1, len(conditions) - 1), rng.integers(2, 4), 1)
        for o in range(len(observers))
        for c in range(repeats)
    ]
    observer, case, condition, values, repeat = np.array(rows, np.float64).reshape(-1, 5).T
    names = tuple(f"case {number}" for number in range(cases))
    seconds = rng.uniform(2, 9, len(values))
    index = [column.astype(np.intp) for column in (observer, case, condition, repeat)]
    return RatingTable(tuple(observers), names, tuple(conditions), *index[:3], values, index[3], seconds)


def analysed(table: RatingTable, protocol: Protocol = "acr", *, name: str = "quality", **options: Any) -> Analysis:
    question = Question(name, "How <good> & sharp is “it”?", PROTOCOLS[protocol].scales[0])
    roles = {condition: ROLES.get(condition, "test") for condition in table.conditions}
    return analyse(table, question, roles, protocol=protocol, resamples=200, **options)


def facts_of(analysis: Analysis, **options: Any) -> SurveyFacts:
    made: dict[str, Any] = {
        "survey_id": "ab" * 16,
        "title": "Study <b> & “Größe”",
        "protocol": analysis.protocol,
        "mode": "test",
        "scale_factor": 4,
        "conditions": tuple(ConditionFact(name, role, "method x") for name, role in analysis.roles.items()),
        "questions": (analysis.text,),
        "cases": len(analysis.table.cases),
        "enrolled": analysis.table.observers,
        "answered": analysis.table.observers,
        "commitment": "cd" * 32,
    }
    return SurveyFacts(**made | options)
