"""Figure of choices between two: the conditions on their scale."""

from __future__ import annotations

from collections.abc import Mapping

from medsr_viewer.survey.design import Role
from medsr_viewer.survey.report.document import Figure
from medsr_viewer.survey.report.drawing import COLOURS, LINE, drawing
from medsr_viewer.survey.report.rating_figures import WIDTH
from medsr_viewer.survey.report.wording import number
from medsr_viewer.survey.statistics.pairs import PairScale


def scale_figure(scale: PairScale, roles: Mapping[str, Role], name: str, mark: str) -> Figure:
    """Draw each condition's place with its interval, the best on top."""
    places = sorted(scale.values, key=lambda value: value.value)
    height = 1.0 + 0.42 * len(places)
    with drawing(WIDTH, height, mark) as drawn:
        axes = drawn.figure.add_subplot()
        axes.axvline(0, color=LINE, lw=1.2)
        for row, each in enumerate(places):
            low, high = each.ci95
            filled = roles.get(each.condition, "test") == "test"
            axes.plot([low, high], [row, row], color=COLOURS[0], lw=2.2, solid_capstyle="butt")
            axes.plot(each.value, row, "o", ms=7, color=COLOURS[0], mfc=COLOURS[0] if filled else "white", mew=1.6)
            axes.annotate(
                number(each.value), (each.value, row), (0, 8), textcoords="offset points", ha="center", size=8
            )
        axes.set_yticks(range(len(places)), [each.condition for each in places])
        axes.set_ylim(-0.6, len(places) - 0.3)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("logits" if scale.model == "bradley-terry" else "standard deviations of a difference")
    return Figure(
        f"scale-{name}",
        "Conditions on the scale of preference",
        "Line: 95 % interval; 0: mean of the conditions. Only differences mean anything: on this scale a difference"
        " of 1"
        + (" is a preference of 73 to 27." if scale.model == "bradley-terry" else " is a preference of 84 to 16."),
        drawn.png,
        WIDTH,
        height,
    )
