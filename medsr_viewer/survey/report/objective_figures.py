"""Figure of objective scores against what people said."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.objective import METRICS, ObjectiveTable
from medsr_viewer.survey.report.document import Figure
from medsr_viewer.survey.report.drawing import INK, drawing
from medsr_viewer.survey.report.rating_figures import WIDTH, condition_colour, condition_marker
from medsr_viewer.survey.report.wording import number
from medsr_viewer.survey.statistics.correlation import ScoreAgainstMos


def objective_figure(
    analysis: Analysis, table: ObjectiveTable, correlations: Mapping[str, ScoreAgainstMos], mark: str
) -> Figure:
    """Draw the mean rating of each stimulus against each objective score, with the fitted curve."""
    rows = (len(correlations) + 1) // 2
    height = 2.7 * rows + 0.4
    with drawing(WIDTH, height, mark) as drawn:
        panels = drawn.figure.subplots(rows, 2, squeeze=False, sharey=True).ravel()
        for axes, (metric, found) in zip(panels, correlations.items(), strict=False):
            scores = table.scores[metric]
            for column, condition in enumerate(table.conditions):
                mos = analysis.by_case[:, analysis.table.conditions.index(condition)]
                known = np.isfinite(scores[:, column]) & np.isfinite(mos)
                colour = condition_colour(analysis, condition)
                axes.plot(
                    scores[known, column], mos[known], condition_marker(analysis, condition), ms=4, alpha=0.75, mew=0,
                    color=colour, label=condition,
                )  # fmt: skip
            if found.prediction:
                finite = scores[np.isfinite(scores)]
                line = np.linspace(finite.min(), finite.max(), 100)
                axes.plot(line, found.prediction(line), color=INK, lw=1.4, ls="-" if found.fit else "--")
            axes.set_title(
                f"SROCC {number(found.srocc.value)}, PLCC {number(found.plcc.value)}", fontsize=8.5, loc="left"
            )
            axes.set_xlabel(METRICS[metric])
            axes.set_ylim(0.8, analysis.table.best + 0.2)
        for axes in panels[len(correlations) :]:
            axes.set_visible(False)
        for axes in panels[::2]:
            axes.set_ylabel("mean rating")
        handles = panels[0].get_legend_handles_labels()
        drawn.figure.legend(*handles, loc="outside upper center", ncols=min(6, len(table.conditions)), fontsize=8)
    curve = "; the curve is the four-parameter logistic fit" if any(one.fit for one in correlations.values()) else ""
    if any(one.line for one in correlations.values()):
        curve += "; the dashed line is the straight line fitted where the points determine no such curve"
    return Figure(
        f"objective-{analysis.question}",
        "Mean rating against objective scores",
        f"A point is a case under a condition{curve}. A good score puts points of all conditions on one curve.",
        drawn.png,
        WIDTH,
        height,
    )
