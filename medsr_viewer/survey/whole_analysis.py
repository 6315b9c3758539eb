"""From a closed survey's records to everything that its report says."""

from __future__ import annotations

from collections.abc import Sequence

from medsr_viewer.cancel import CancelToken
from medsr_viewer.survey.after_opening import after_opening
from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_input import attention_results, comparison_table, rating_tables
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.objective import Load, ObjectiveTable, objective_scores
from medsr_viewer.survey.pair_analysis import PairAnalysis, analyse_pairs
from medsr_viewer.survey.plan import Allocation
from medsr_viewer.survey.question_analysis import analyse
from medsr_viewer.survey.records import Record


def analyse_survey(
    records: Sequence[Record],
    allocation: Allocation,
    design: Design,
    *,
    load: Load | None = None,
    token: CancelToken | None = None,
) -> list[Analysis] | list[PairAnalysis]:
    """Analyse every question of a survey, in the design's order.

    Parameters
    ----------
    records : sequence of Record
        All of them, in order.
    allocation : Allocation
        Unsealed. Its seed is that of the bootstraps too: the same survey gives the same report.
    design : Design
        Complete.
    load : callable, optional
        Returns a stimulus's pixels, for the objective scores: `SurveyFolder.load_stimulus`.
    token : CancelToken, optional
        Checked between stimuli and between questions.

    Raises
    ------
    SurveyError
        If an answer is of a stimulus that the allocation does not know, or a stimulus is missing or was changed.
    Cancelled
        If the token was cancelled.
    """
    token = token or CancelToken()
    roles = {condition.name: condition.role for condition in design.conditions}
    seed = allocation.seed % 2**32
    late = {(one.site, one.observer) for one in after_opening(records).withdrawals if one.has_answers}
    if design.protocol == "pairs":
        table = comparison_table(records, allocation, design)
        with_withdrawn = comparison_table(records, allocation, design, keep=late) if late else None
        return [analyse_pairs(table, design.questions[0], roles, with_withdrawn=with_withdrawn, seed=seed)]
    attention = {name: (one.right, one.of) for name, one in attention_results(records, allocation).items()}
    findings = {case.name: case.finding == "present" for case in design.main_cases if case.finding}
    objective: ObjectiveTable | Missing | None = None
    if load is not None and design.protocol != "roc":
        objective = objective_scores(load, allocation, design, token)
    analyses = []
    tables = rating_tables(records, allocation, design)
    fuller = rating_tables(records, allocation, design, keep=late) if late else {}
    for question in design.questions:
        token.check()
        analyses.append(
            analyse(
                tables[question.name],
                question,
                roles,
                protocol=design.protocol,
                attention=attention,
                findings=findings if design.protocol == "roc" else None,
                objective=objective,
                with_withdrawn=fuller.get(question.name),
                seed=seed,
            )
        )
    return analyses
