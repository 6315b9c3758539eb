"""Whether objective scores tell what people said."""

from __future__ import annotations

from collections.abc import Mapping

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.objective import METRICS
from medsr_viewer.survey.report.document import Block, Paragraph, Section, Table
from medsr_viewer.survey.report.objective_figures import objective_figure
from medsr_viewer.survey.report.sections.scores import absent
from medsr_viewer.survey.report.wording import count, listed, number, reach
from medsr_viewer.survey.statistics.correlation import ScoreAgainstMos


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
            "logistic curve" if found.fit else "straight line",
            count(found.n),
            count(found.dropped),
        )
        for metric, found in known.items()
    )
    first = next(iter(known.values()))
    table = Table(
        "Objective scores against mean ratings, over stimuli",
        (
            "Score", "SROCC (95 % CI)", "KROCC (95 % CI)", "PLCC (95 % CI)", "RMSE (95 % CI)", "Prediction", "n",
            "Left out",
        ),
        rows,
        f"SROCC (Spearman's) and KROCC (Kendall's tau-b): whether the score puts stimuli in the order that people do;"
        " PLCC (Pearson's): how close to the prediction they lie, which follows the score up or down, so that the sign"
        " of SROCC tells the direction; RMSE: in steps of the scale. Prediction: the"
        f" four-parameter logistic curve (VQEG), or a straight line. {_intervals(first)} Assumptions:"
        f" {first.assumptions}. n: stimuli; left out: those without a finite score. Scores are of the whole stimulus"
        f" against its reference.{_without_fit(known)}",
        text_columns=1,
    )  # fmt: skip
    caution = (Paragraph(first.caution, "caution"),) if first.caution else ()
    return Section(title, (*caution, objective_figure(analysis, analysis.objective, known, mark), table, *blocks))


def _intervals(found: ScoreAgainstMos) -> str:
    if found.caution:
        return "There are no intervals: see above."
    words = (found.srocc.interval, f"of PLCC: {found.plcc.interval}", f"of RMSE: {found.rmse_interval}")
    return f"Intervals: {'; '.join(words)}."


def _without_fit(known: Mapping[str, ScoreAgainstMos]) -> str:
    reasons: dict[str, list[str]] = {}
    for metric, found in known.items():
        if found.message:
            reasons.setdefault(found.message, []).append(METRICS[metric])
    return "".join(f" {listed(metrics)}: {reason}" for reason, metrics in reasons.items())
