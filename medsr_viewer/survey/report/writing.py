"""Writing a report: all of its files into a folder, each whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.pair_analysis import PairAnalysis
from medsr_viewer.survey.report.content import report_document
from medsr_viewer.survey.report.document import marks_of
from medsr_viewer.survey.report.facts import SurveyFacts
from medsr_viewer.survey.report.html import html_page
from medsr_viewer.survey.report.imrmc import imrmc_csv, imrmc_key_csv, imrmc_program_file
from medsr_viewer.survey.report.methods_text import methods_text
from medsr_viewer.survey.report.pdf import pdf_bytes
from medsr_viewer.survey.report.summary import summary, summary_text
from medsr_viewer.survey.report.tables import choices_csv, conditions_csv, differences_csv, ratings_csv, stimuli_csv
from medsr_viewer.whole_files import write_whole


def write_report(out: Path, analyses: Sequence[Analysis | PairAnalysis], facts: SurveyFacts) -> list[Path]:
    """Write report.html, report.pdf, report.json, methods.txt, tables as CSV, iMRMC's files and the figures.

    Parameters
    ----------
    out : Path
        Folder; made where it is missing. Files of an earlier report are replaced, others are left alone.
    analyses : sequence of Analysis or PairAnalysis
        One a question.
    facts : SurveyFacts
        Of the survey.

    Returns
    -------
    list of Path
        What was written, the page first.

    Raises
    ------
    CannotWrite
        If the folder or a file cannot be written.
    """
    files = report_files(analyses, facts)
    for name, content in files.items():
        write_whole(out / name, content, durable=False)
    return [out / name for name in files]


def report_files(analyses: Sequence[Analysis | PairAnalysis], facts: SurveyFacts) -> dict[str, str | bytes]:
    """Return the content of every file of a report, by name."""
    marks = marks_of(is_simulated=facts.is_simulated)
    note = ". ".join(reversed(marks))
    document = report_document(analyses, facts)
    files: dict[str, str | bytes] = {
        "report.html": html_page(document),
        "report.pdf": pdf_bytes(document),
        "report.json": summary_text(summary(analyses, facts)),
        "methods.txt": f"{note}\n\n{methods_text(analyses, facts)}",
    }
    rated = [analysis for analysis in analyses if isinstance(analysis, Analysis)]
    if rated:
        files |= {
            "ratings.csv": ratings_csv(rated, note),
            "conditions.csv": conditions_csv(rated, note, facts.conditions),
            "differences.csv": differences_csv(rated, note),
            "stimuli.csv": stimuli_csv(rated, note),
        }
    for analysis in analyses:
        if isinstance(analysis, PairAnalysis):
            files["choices.csv"] = choices_csv(analysis.table, note)
    ending = "-SIMULATED" if facts.is_simulated else ""
    for one in rated:
        part = f"-{one.question}" if len(rated) > 1 else ""
        files[f"imrmc{part}{ending}.csv"] = imrmc_csv(one)
        files[f"imrmc{part}{ending}.imrmc"] = imrmc_program_file(one, marks)
    if rated:
        files[f"imrmc-key{ending}.csv"] = imrmc_key_csv(rated, note)
    return files | {f"figures/{figure.name}.png": figure.png for figure in document.figures}
