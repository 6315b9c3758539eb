"""Which cases are out of pattern."""

from __future__ import annotations

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.report.document import Section, Table
from medsr_viewer.survey.report.rating_figures import case_figure
from medsr_viewer.survey.report.wording import number

_MOST_ROWS = 60


def case_section(analysis: Analysis, mark: str) -> Section:
    """Return the section on cases."""
    table = analysis.table
    if not analysis.n:
        return Section("Cases", ())
    figure = case_figure(analysis, mark)
    if len(table.cases) > _MOST_ROWS:
        return Section("Cases", (figure,))
    rows = tuple(
        (case, *(number(float(value)) for value in means))
        for case, means in zip(table.cases, analysis.by_case, strict=True)
    )
    return Section("Cases", (figure, Table("Mean rating by case", ("Case", *table.conditions), rows, "First answers.")))
