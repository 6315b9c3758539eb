"""Whether objective scores tell what people said."""

from __future__ import annotations

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.objective import METRICS
from medsr_viewer.survey.report.document import Block, Section, Table
from medsr_viewer.survey.report.objective_figures import objective_figure
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import count, number, reach


def objective_section(analysis: Analysis, mark: str) -> Section:
    """Return the section on objective scores."""
    title = "Objective scores against ratings"
    if isinstance(analysis.objective, Missing):
        return Section(title, (absent("Objective scores", analysis.objective),))
    known = {metric: found for metric, found in analysis.correlations.items() if not isinstance(found, Missing)}
    blocks: list[Block] = [
        absent(METRICS[metric], found) for metric, found in analysis.correlations.items() if isinstance(found, Missing)
    ]
    if not known:
        return Section(title, tuple(blocks))
    rows = tuple(
        (
            METRICS[metric],
            f"{number(found.srocc.value)} ({reach(*found.srocc.ci95)})",
            f"{number(found.krocc.value)} ({reach(*found.krocc.ci95)})",
            f"{number(found.plcc.value)} ({reach(*found.plcc.ci95)})",
            f"{number(found.rmse)} ({reach(*found.rmse_ci95)})",
            f"{count(found.n)} ({found.dropped})",
        )
        for metric, found in known.items()
    )
    first = next(iter(known.values()))
    wanting = " ".join(f"{METRICS[metric]}: {found.message}" for metric, found in known.items() if found.message)
    table = Table(
        "Objective scores against mean ratings, over stimuli",
        ("Score", "SROCC (95 % CI)", "KROCC (95 % CI)", "PLCC (95 % CI)", "RMSE (95 % CI)", "n (left out)"),
        rows,
        f"{first.test}. Intervals: {first.srocc.interval}; of PLCC: {first.plcc.interval}; of RMSE: chi-squared."
        f" Assumptions: {first.assumptions}. {wanting} SROCC and KROCC: whether the score puts stimuli in the order"
        " that people do; PLCC: how close to the fitted curve they lie; RMSE: in steps of the scale. Scores are of the"
        " whole stimulus against its reference.",
    )
    return Section(title, (objective_figure(analysis, analysis.objective, known, mark), table, *blocks))
