"""Tables as CSV: every rating, the conditions, their differences, the stimuli."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from medsr_viewer.survey.analysis import Analysis, sizes_of
from medsr_viewer.survey.analysis_parts import found
from medsr_viewer.survey.ratings import ComparisonTable
from medsr_viewer.survey.report.facts import ConditionFact
from medsr_viewer.survey.statistics.mos import ConditionDifference, ConditionScore
from medsr_viewer.survey.statistics.sufficiency import caution_on_ratings

Cell = str | int | float

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def ratings_csv(analyses: Sequence[Analysis], note: str) -> str:
    """Return all ratings, one a line; `note` stands on each, since lines are copied out of files.

    Protocol roc has the column `finding`: the truth of the case, empty where it is not known.
    """
    truth = ("finding",) if any(analysis.findings for analysis in analyses) else ()
    header = ("question", "observer", "case", "condition", "role", "value", "repeat", "seconds", *truth, "note")
    return _csv(header, (row for analysis in analyses for row in _ratings(analysis, note, bool(truth))))


def conditions_csv(analyses: Sequence[Analysis], note: str, conditions: Sequence[ConditionFact] = ()) -> str:
    """Return the mean scores of the conditions with their intervals, and where their images come from."""
    header = (
        "question", "condition", "role", "n", "observers", "cases", "mos", "sd", "ci95_low", "ci95_high",
        "ci95_these_cases_low", "ci95_these_cases_high", "ci95_bootstrap_low", "ci95_bootstrap_high", "dmos",
        "dmos_ci95_low", "dmos_ci95_high", "method", "scale_factor", "weights_sha256", "note",
    )  # fmt: skip
    origins = {one.name: _origin(one) for one in conditions}
    return _csv(header, (row for analysis in analyses for row in _conditions(analysis, note, origins)))


def differences_csv(analyses: Sequence[Analysis], note: str) -> str:
    """Return the differences of all pairs of conditions."""
    header = ("question", "first", "second", "n", "mean", "ci95_low", "ci95_high", "p", "p_holm", "note")
    rows = (
        (
            analysis.question,
            each.first,
            each.second,
            each.n,
            each.mean,
            each.ci95.low,
            each.ci95.high,
            each.p,
            each.p_holm,
            _with_caution(note, each),
        )
        for analysis in analyses
        for each in found(analysis.differences) or ()
    )
    return _csv(header, rows)


def stimuli_csv(analyses: Sequence[Analysis], note: str) -> str:
    """Return each case under each condition: its mean rating, and its objective scores where there are any."""
    objective = found(analyses[0].objective) if analyses else None
    metrics = tuple(objective.scores) if objective else ()
    header = ("question", "case", "condition", "n", "mean", *metrics, "note")
    return _csv(header, (row for analysis in analyses for row in _stimuli(analysis, metrics, note)))


def choices_csv(table: ComparisonTable, note: str) -> str:
    """Return all choices of protocol pairs, one a line."""
    rows = (
        (
            table.observers[table.observer[row]], table.cases[table.case[row]], table.conditions[table.winner[row]],
            table.conditions[table.loser[row]], "left" if table.winner_left[row] else "right",
            float(table.seconds[row]), note,
        )
        for row in range(len(table.observer))
    )  # fmt: skip
    return _csv(("observer", "case", "chosen", "other", "chosen_side", "seconds", "note"), rows)


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _ratings(analysis: Analysis, note: str, has_truth: bool) -> Iterable[tuple[Cell, ...]]:
    table = analysis.table
    truth = {name: "present" if is_present else "absent" for name, is_present in analysis.findings.items()}
    columns = (table.observer, table.case, table.condition, table.value, table.repeat, table.seconds)
    for observer, case, condition, value, repeat, seconds in zip(*(column.tolist() for column in columns), strict=True):
        name, of_case = table.conditions[condition], table.cases[case]
        role = analysis.roles.get(name, "test")
        told = (truth.get(of_case, ""),) if has_truth else ()
        yield analysis.question, table.observers[observer], of_case, name, role, value, repeat, seconds, *told, note


def _with_caution(note: str, figure: ConditionScore | ConditionDifference) -> str:
    sizes = sizes_of(figure)
    return " ".join(filter(None, (note, caution_on_ratings([sizes]) if sizes else "")))


def _origin(condition: ConditionFact) -> tuple[Cell, ...]:
    factor = math.nan if condition.scale_factor is None else condition.scale_factor
    return condition.method, factor, " ".join(condition.weights_sha256 or ())


def _conditions(analysis: Analysis, note: str, origins: Mapping[str, tuple[Cell, ...]]) -> Iterable[tuple[Cell, ...]]:
    differential = {score.name: score for score in found(analysis.differential) or ()}
    for score in analysis.scores:
        bootstrap, dmos = analysis.bootstrap[score.name], differential.get(score.name)
        yield (
            analysis.question, score.name, analysis.roles.get(score.name, "test"), score.n, score.observers,
            score.cases, score.mean, score.deviation, score.ci95.low, score.ci95.high, score.ci95_these_cases.low,
            score.ci95_these_cases.high, bootstrap.low, bootstrap.high, dmos.mean if dmos else math.nan,
            dmos.ci95.low if dmos else math.nan, dmos.ci95.high if dmos else math.nan,
            *origins.get(score.name, ("", math.nan, "")), _with_caution(note, score),
        )  # fmt: skip


def _stimuli(analysis: Analysis, metrics: Sequence[str], note: str) -> Iterable[tuple[Cell, ...]]:
    counts = (~np.isnan(analysis.table.cube())).sum(axis=0)
    for row, case in enumerate(analysis.table.cases):
        for column, condition in enumerate(analysis.table.conditions):
            scores = (_score(analysis, metric, case, condition) for metric in metrics)
            n, mean = int(counts[row, column]), float(analysis.by_case[row, column])
            yield analysis.question, case, condition, n, mean, *scores, note


def _score(analysis: Analysis, metric: str, case: str, condition: str) -> float:
    objective = found(analysis.objective)
    if objective is None or case not in objective.cases or condition not in objective.conditions:
        return math.nan
    return float(objective.scores[metric][objective.cases.index(case), objective.conditions.index(condition)])


def _csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: Cell) -> str:
    """Return a number so that it reads back exactly; whole ones without a point; empty for NaN."""
    if isinstance(cell, str):
        return safe_cell(cell)
    if math.isnan(cell):
        return ""
    return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
