"""Which cases are out of pattern, and how large a next survey should be."""

from __future__ import annotations

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.report.document import Section, Table
from medsr_viewer.survey.report.rating_figures import case_figure
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import count, number, share

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


def planning_section(analysis: Analysis) -> Section:
    """Return the section on the size of a next survey."""
    title = "Size of a next survey"
    planned = analysis.next_survey
    if isinstance(planned, Missing):
        return Section(title, (absent("Sizes", planned),))
    rows = tuple(
        (
            count(row.observers),
            count(row.cases),
            f"\N{PLUS-MINUS SIGN}{number(row.half_width)}",
            share(row.power),
            number(row.least_difference),
            count(row.ratings_each),
        )
        for row in planned.rows
    )
    rating = planned.pilot.rating
    cut = f" Estimated as negative and taken as 0: {', '.join(rating.truncated)}." if rating.truncated else ""
    return Section(
        title,
        (
            Table(
                "What a survey of this size would give",
                (
                    "Observers",
                    "Cases",
                    "95 % CI of a MOS",
                    f"Power for {planned.difference:g}",
                    "Difference told",
                    "Ratings each",
                ),
                rows,
                f"From this survey's ratings as a pilot ({rating.n_observers} observers, {rating.n_cases} cases, n ="
                f" {count(rating.n)}): variance between observers {number(rating.observers, 3)}, cases"
                f" {number(rating.cases, 3)}, rest {number(rating.residual, 3)}.{cut} {rating.test}. Assumptions:"
                f" {rating.assumptions}. Power: of telling a difference of {planned.difference:g} between two"
                f" conditions"
                " from 0 (two-sided, 0.05); difference told: with power 80 %. Every observer rates every case.",
                text_columns=0,
            ),
        ),
    )
