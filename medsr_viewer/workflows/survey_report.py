"""Analyse a closed survey, and write its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsr_viewer.survey.analysis import Analysis, analyse
from medsr_viewer.survey.analysis_input import attention_results, rating_tables
from medsr_viewer.survey.folder import verify_folder
from medsr_viewer.survey.objective import objective_scores
from medsr_viewer.survey.plan import Allocation
from medsr_viewer.survey.records import Record
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.summary import summary
from medsr_viewer.survey.report.writing import write_report
from medsr_viewer.workflows.survey_files import OpenSurvey, open_survey

Report = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class SurveyReport:
    """What was written.

    Parameters
    ----------
    files : tuple of Path
        The page first.
    figures : dict
        Everything as JSON has it.
    """

    files: tuple[Path, ...]
    figures: dict[str, Any]


def report_survey(path: Path, out: Path, *, report: Report = lambda _line: None) -> SurveyReport:
    """Analyse a survey and write its report.

    Parameters
    ----------
    path : Path
        The survey's folder.
    out : Path
        Folder for the report.
    report : callable
        Takes a line about the progress.

    Raises
    ------
    SurveyError
        If the survey is not closed, or a stimulus was changed.
    CannotWrite
        If a file cannot be written.
    """
    with open_survey(path) as survey:
        allocation = survey.folder.read_allocation()
        records = survey.store.records()
        report("verifying that nothing was altered")
        facts = survey_facts(survey.design, records, problems=verify_folder(survey.folder))
        analyses = _analyses(survey, allocation, records, report)
    report("writing the report")
    return SurveyReport(tuple(write_report(out, analyses, facts)), summary(analyses, facts))


def _analyses(survey: OpenSurvey, allocation: Allocation, records: Sequence[Record], report: Report) -> list[Analysis]:
    design = survey.design
    report("scoring the stimuli against their references")
    objective = objective_scores(survey.folder.load_stimulus, allocation, design)
    attention = {name: (one.right, one.of) for name, one in attention_results(records, allocation).items()}
    tables = rating_tables(records, allocation, design)
    analyses = []
    for question in design.questions:
        if question.name in tables:
            report(f"analysing the answers to {question.name}")
            analyses.append(
                analyse(
                    tables[question.name],
                    question,
                    {condition.name: condition.role for condition in design.conditions},
                    protocol=design.protocol,
                    attention=attention,
                    findings={case.name: case.finding == "present" for case in design.main_cases if case.finding},
                    objective=objective,
                )
            )
    return analyses
