"""Figures of curves: visual grading characteristics and receiver operating characteristic."""

from __future__ import annotations

from collections.abc import Sequence

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.report.document import Figure
from medsr_viewer.survey.report.drawing import LINE, drawing
from medsr_viewer.survey.report.rating_figures import condition_colour
from medsr_viewer.survey.statistics.area import Curve
from medsr_viewer.survey.statistics.roc import RocResult
from medsr_viewer.survey.statistics.vgc import VgcResult

_SIZE = (6.0, 3.9)


def vgc_figure(analysis: Analysis, results: Sequence[VgcResult], mark: str) -> Figure:
    """Draw each condition's pooled VGC curve against the baseline."""
    curves = [(result.condition, result.curve, result.auc_pooled) for result in results]
    baseline = results[0].baseline
    png = _curves(analysis, curves, f"share of {baseline}", "share of the condition", mark)
    return Figure(
        f"vgc-{analysis.question}",
        f"VGC curves against {baseline}",
        "Each point is a threshold of the scale: the share of ratings at or above it, of the condition and of the"
        " baseline. Above the diagonal, the condition was rated higher. In brackets: area under the pooled curve.",
        png,
        *_SIZE,
    )


def roc_figure(analysis: Analysis, results: Sequence[RocResult], mark: str) -> Figure:
    """Draw each condition's pooled ROC curve."""
    curves = [(result.condition, result.curve, result.auc_pooled) for result in results]
    png = _curves(analysis, curves, "1 - specificity", "sensitivity", mark)
    return Figure(
        f"roc-{analysis.question}",
        "ROC curves",
        "Each point is a threshold of confidence"
        + (_POOLED if any(result.auc.n > 1 for result in results) else ". In brackets: area under the curve."),
        png,
        *_SIZE,
    )


_POOLED = (
    ", over all observers' ratings in one. In brackets: area under the pooled curve; the table has the mean of the"
    " observers' own areas, which is the one that is tested."
)


def _curves(analysis: Analysis, curves: Sequence[tuple[str, Curve, float]], x: str, y: str, mark: str) -> bytes:
    with drawing(*_SIZE, mark) as drawn:
        axes = drawn.figure.add_subplot()
        axes.plot([0, 1], [0, 1], color=LINE, lw=1.2)
        for name, curve, area in curves:
            axes.plot(
                curve.x,
                curve.y,
                "o-",
                ms=4,
                lw=1.6,
                color=condition_colour(analysis, name),
                label=f"{name} ({area:.2f})",
            )
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_aspect("equal")
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        handles = axes.get_legend_handles_labels()
        drawn.figure.legend(*handles, loc="outside right upper", fontsize=8)
    return drawn.png
