"""Analyse a closed survey, and write its report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsr_viewer.errors import CannotWrite
from medsr_viewer.survey.folder import verify_folder
from medsr_viewer.survey.latest_report import note_report, survey_state
from medsr_viewer.survey.report.facts import survey_facts
from medsr_viewer.survey.report.summary import summary
from medsr_viewer.survey.report.writing import write_report
from medsr_viewer.survey.whole_analysis import analyse_survey
from medsr_viewer.workflows.survey_files import open_survey

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
    problems : tuple of str
        What was altered in the survey: the report says so too.
    """

    files: tuple[Path, ...]
    figures: dict[str, Any]
    problems: tuple[str, ...]


def report_survey(path: Path, out: Path, *, report: Report = lambda _line: None) -> SurveyReport:
    """Analyse a survey and write its report, which the survey's folder then knows as the latest.

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
        state = survey_state(survey.folder, records)
        report("verifying that nothing was altered")
        problems = verify_folder(survey.folder)
        facts = survey_facts(survey.design, records, problems=problems, computation=allocation.computation)
        report("analysing")
        analyses = analyse_survey(records, allocation, survey.design, load=survey.folder.load_stimulus)
    report("writing the report")
    files = tuple(write_report(out, analyses, facts))
    with suppress(CannotWrite):  # the report stands; it is made anew where it is wanted again
        note_report(survey.folder, state, files)
    return SurveyReport(files, summary(analyses, facts), tuple(problems))
