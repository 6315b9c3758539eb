"""Figures of ratings: mean opinion scores, what was answered, observers, cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from medsr_viewer.survey.analysis import Analysis, recommended
from medsr_viewer.survey.report.document import Figure
from medsr_viewer.survey.report.drawing import COLOURS, INK, SOFT, drawing, likert
from medsr_viewer.survey.report.wording import counted
from medsr_viewer.survey.statistics.gaps import mean_of_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.2
_MARKERS = "osD^vP*X"
_MOST_NAMES = 70
_MOST_NUMBERS = 45


def mos_figure(analysis: Analysis, mark: str) -> Figure:
    """Draw the mean opinion scores with both intervals, the best on top."""
    shown = sorted((score for score in analysis.scores if score.n), key=lambda score: score.mean)
    height = 1.15 + 0.42 * len(shown)
    with drawing(WIDTH, height, mark) as drawn:
        axes = drawn.figure.add_subplot()
        for place, score in enumerate(shown):
            colour = condition_colour(analysis, score.name)
            _reach(axes, place, score.ci95.low, score.ci95.high, colour, width=2.2, cap=0.13)
            _reach(
                axes, place, score.ci95_these_cases.low, score.ci95_these_cases.high, colour, width=7, cap=0, alpha=0.25
            )
            is_test = analysis.roles.get(score.name, "test") == "test"
            axes.plot(score.mean, place, "o", ms=7, color=colour, mfc=colour if is_test else "white", mew=1.6, zorder=4)
            axes.annotate(
                f"{score.mean:.2f}", (score.mean, place), (0, 8), textcoords="offset points", ha="center", fontsize=8
            )
        axes.set_yticks(range(len(shown)), [score.name for score in shown])
        axes.set_ylim(-0.6, len(shown) - 0.3)
        axes.grid(axis="y", visible=False)
        _scale_ticks(axes, analysis)
    return Figure(
        f"mos-{analysis.question}",
        "Means with 95 % intervals" if analysis.has_interval else "Means",
        _mos_caption(analysis),
        drawn.png,
        WIDTH,
        height,
    )


def _mos_caption(analysis: Analysis) -> str:
    told = [
        words
        for is_drawn, words in (
            (
                analysis.has_interval,
                "Line with ends: 95 % interval for new observers and new cases (the one to report).",
            ),
            (
                any(not math.isnan(score.ci95_these_cases.low) for score in analysis.scores),
                "Pale bar: 95 % interval for new observers and these very cases (ITU-R BT.500).",
            ),
            (any(role != "test" for role in analysis.roles.values()), "Hollow: hidden reference or anchor."),
            (bool(analysis.caution), analysis.caution),
        )
        if is_drawn
    ]
    return " ".join(told) or "The mean of each condition."


def distribution_figure(analysis: Analysis, mark: str) -> Figure:
    """Draw which share of the answers each value of the scale was."""
    shown = [index for index, row in enumerate(analysis.counts) if row.sum()][::-1]
    scale, height = analysis.scale, 1.2 + 0.36 * len(shown)
    with drawing(WIDTH, height, mark) as drawn:
        axes = drawn.figure.add_subplot()
        shares = analysis.counts[shown] / analysis.counts[shown].sum(axis=1, keepdims=True)
        left = np.zeros(len(shown))
        for place, colour in enumerate(likert(scale.best)):
            label = scale.numbered(place + 1)
            axes.barh(range(len(shown)), shares[:, place], left=left, height=0.66, color=colour, label=label)
            for row, value in enumerate(shares[:, place]):
                if value >= 0.05:
                    ink = "white" if place in {0, scale.best - 1} else INK
                    axes.text(
                        left[row] + value / 2,
                        row,
                        f"{100 * value:.0f}",
                        ha="center",
                        va="center",
                        fontsize=8,
                        color=ink,
                    )
            left += shares[:, place]
        axes.set_yticks(range(len(shown)), [analysis.table.conditions[index] for index in shown])
        axes.set_xlim(0, 1)
        axes.set_xticks(np.linspace(0, 1, 6), [f"{value} %" for value in range(0, 101, 20)])
        axes.grid(visible=False)
        drawn.figure.legend(
            *axes.get_legend_handles_labels(), loc="outside upper center", ncols=min(scale.best, 5), fontsize=7.5,
            handlelength=1, columnspacing=1.1,
        )  # fmt: skip
    return Figure(
        f"distribution-{analysis.question}",
        "Share of each answer",
        "Share of the first answers, in per cent; shares below 5 % bear no number. The scale is ordinal: two conditions"
        " of equal mean may differ here.",
        drawn.png,
        WIDTH,
        height,
    )


def observer_figure(analysis: Analysis, mark: str) -> Figure:
    """Draw each observer's mean under each condition, observers in order of how high they rate."""
    means = analysis.by_observer
    order = np.argsort(mean_of_given(means, axis=1))
    excluded = recommended(analysis)
    names = [analysis.table.observers[index] for index in order]
    height = 3.1 if len(names) <= _MOST_NAMES else 2.9
    with drawing(WIDTH, height, mark) as drawn:
        axes = drawn.figure.add_subplot()
        for place, condition in enumerate(analysis.table.conditions):
            axes.plot(
                range(len(order)), means[order, place], condition_marker(analysis, condition), ms=4, alpha=0.8, mew=0,
                color=condition_colour(analysis, condition), label=condition,
            )  # fmt: skip
        for place, name in enumerate(names):
            if name in excluded:
                axes.axvspan(place - 0.5, place + 0.5, color="#fdecd2", zorder=0, lw=0)
        if len(names) <= _MOST_NAMES:
            axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8 if len(names) <= 40 else 6)
        else:
            axes.set_xlabel(f"{len(names)} observers")
        axes.set_xlim(-0.7, len(names) - 0.3)
        axes.set_ylim(0.8, analysis.table.best + 0.2)
        axes.set_yticks(range(1, analysis.table.best + 1))
        axes.set_ylabel("mean rating")
        axes.grid(axis="x", visible=False)
        drawn.figure.legend(
            *axes.get_legend_handles_labels(), loc="outside upper center", ncols=min(6, len(analysis.table.conditions)),
            fontsize=8,
        )  # fmt: skip
    return Figure(
        f"observers-{analysis.question}",
        "Mean rating of each observer",
        "Mean of an observer's first answers under each condition, from the strictest observer to the most lenient."
        f" {_cases_each(analysis)}"
        + (" Shaded: observers whom the screening recommends to leave out." if excluded else ""),
        drawn.png,
        WIDTH,
        height,
    )


def _cases_each(analysis: Analysis) -> str:
    """Return of how many cases the observers' means are."""
    rated = analysis.cases_by_observer.values()
    fewest, most = min(rated), max(rated)
    if fewest == most:
        return f"Each rated {counted(most, 'case')}."
    return f"They rated from {fewest} to {counted(most, 'case')} each: a mean of few cases says less."


def case_figure(analysis: Analysis, mark: str) -> Figure:
    """Draw the mean of each case under each condition as a heat map, cases in order of their mean."""
    means = analysis.by_case
    order = np.argsort(-mean_of_given(means, axis=1))
    cases, conditions = len(order), len(analysis.table.conditions)
    height = 1.0 + min(max(0.2 * cases, 0.8), 7.2)
    width = min(WIDTH, 2.8 + 0.9 * conditions)
    with drawing(width, height, mark) as drawn:
        axes = drawn.figure.add_subplot()
        image = axes.imshow(
            means[order], aspect="auto", cmap="cividis", vmin=1, vmax=analysis.table.best, interpolation="nearest"
        )
        if cases <= _MOST_NUMBERS:
            for row, column in np.ndindex(cases, conditions):
                value = means[order[row], column]
                if not np.isnan(value):
                    ink = "white" if value < (1 + analysis.table.best) / 2 else INK
                    axes.text(column, row, f"{value:.1f}", ha="center", va="center", fontsize=7, color=ink)
        names = [analysis.table.cases[index] for index in order]
        size = 8 if cases <= 40 else 6
        axes.set_yticks(range(cases), names, fontsize=size) if cases <= _MOST_NAMES else axes.set_yticks([])
        axes.set_xticks(range(conditions), analysis.table.conditions, rotation=25 if conditions > 4 else 0, fontsize=8)
        axes.tick_params(length=0)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        drawn.figure.colorbar(
            image, ax=axes, shrink=0.6, aspect=18, ticks=range(1, analysis.table.best + 1), label="mean rating"
        )
    return Figure(
        f"cases-{analysis.question}",
        "Mean rating of each case, as a map",
        "Mean of the first answers to each case under each condition, from the case that was rated best on average. A"
        " row"
        " out of pattern is a case on which a condition fails.",
        drawn.png,
        width,
        height,
    )


def condition_colour(analysis: Analysis, condition: str) -> str:
    """Return the colour that a condition has in all figures."""
    if analysis.roles.get(condition) == "reference":
        return SOFT
    return COLOURS[analysis.table.conditions.index(condition) % (len(COLOURS) - 1)]


def condition_marker(analysis: Analysis, condition: str) -> str:
    """Return the shape of a condition's points, which tells it apart where colours do not."""
    return _MARKERS[analysis.table.conditions.index(condition) % len(_MARKERS)]


def _reach(
    axes: Axes, place: int, low: float, high: float, colour: str, *, width: float, cap: float, alpha: float = 1
) -> None:
    if np.isnan(low) or np.isnan(high):
        return
    axes.plot([low, high], [place, place], color=colour, lw=width, alpha=alpha, solid_capstyle="butt", zorder=3)
    for end in (low, high) if cap else ():
        axes.plot([end, end], [place - cap, place + cap], color=colour, lw=width * 0.7, zorder=3)


def _scale_ticks(axes: Axes, analysis: Analysis) -> None:
    scale = analysis.scale
    axes.set_xlim(0.9, scale.best + 0.1)
    axes.set_xticks(scale.values, [f"{value}\n{scale.word(value)}".strip() for value in scale.values])
    axes.tick_params(axis="x", labelsize=7.5)
