"""The figure of objective scores draws what was fitted, and tells conditions apart by shape too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.objective import ObjectiveTable
from medsr_viewer.survey.report.objective_figures import objective_figure

from .report_example import analysed, ratings


def test_the_line_fitted_is_drawn_and_conditions_have_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[Any, ...]] = []
    plot = Axes.plot

    def noted(self: Axes, *values: Any, **how: Any) -> Any:
        drawn.append((*values, how))
        return plot(self, *values, **how)

    monkeypatch.setattr(Axes, "plot", noted)
    conditions = ("bicubic", "fmen<&>")
    table = ratings(tuple("ABCDEF"), 4, conditions, repeats=0, means=(2.6, 3.2))
    scores = ObjectiveTable(table.cases, conditions, {"psnr_db": np.round(20 + table.cube().mean(axis=0))})
    analysis = analysed(table, objective=scores)
    known = {name: one for name, one in analysis.correlations.items() if not isinstance(one, Missing)}
    figure = objective_figure(analysis, scores, known, "")
    shapes = [one[2] for one in drawn if isinstance(one[2], str)]
    assert len(shapes) == len(set(shapes)) == 2
    (line,) = [one for one in drawn if not isinstance(one[2], str)]
    fitted = known["psnr_db"].line
    assert fitted is not None
    np.testing.assert_allclose(line[1], fitted(line[0]))
    assert line[-1]["ls"] == "--"
    assert "dashed line" in figure.caption
