"""The page's plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from trainer.drawing import COLOURS, Plot, drawing, require_matplotlib
from trainer.evaluation.measuring import Row
from trainer.evaluation.report import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = "osD^vP*Xp"
_FEWEST_FOR_TREND = 5
_COLUMNS = 4


def draw_plots(evaluation: Evaluation) -> list[Plot]:
    """Draw what an evaluation found; where bicubic alone was measured there is no gain to draw.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    require_matplotlib()
    everyone = [subject.name for subject in evaluation.subjects]
    complexity = Plot(
        "PSNR against image complexity",
        "Complexity is the mean gradient of the reference: sum of the mean absolute differences between neighbours "
        "in rows and columns. The line is Theil and Sen's through its logarithm; rho is Spearman's rank "
        "correlation over all images. Flat images are left out.",
        _against_complexity(evaluation, everyone, "psnr_db", "PSNR, dB"),
    )
    others = [name for name in everyone if name != "bicubic"]
    if not others:
        return [complexity]
    return [
        Plot(
            "Gain over bicubic by method",
            "Mean PSNR gain over bicubic of each data folder's images, with its 95 % bootstrap interval.",
            _gain_by_method(evaluation, others),
        ),
        Plot(
            "How the gain varies between images",
            "Each point is an image. The box holds the middle half, its line is the median, the whiskers reach to the "
            "last image within 1.5 times the box. Left of zero, bicubic was nearer to the reference.",
            _gain_by_image(evaluation, others),
        ),
        complexity,
        Plot(
            "Gain against image complexity",
            "As above, of the gain over bicubic: whether a method helps more where there is more detail.",
            _against_complexity(evaluation, others, "gain_db", "gain, dB"),
        ),
        Plot(
            "Quality against cost",
            "Mean over all images, with its 95 % bootstrap interval. Seconds and memory as measured on this machine. "
            "Interpolation has no parameters and is left out of that panel.",
            _against_cost(evaluation, others),
        ),
    ]


def _gain_by_method(evaluation: Evaluation, methods: Sequence[str]) -> bytes:
    groups = evaluation.groups("folder")
    with drawing(7.6, 0.9 + 0.42 * len(methods)) as (figure, png):
        axes = figure.add_subplot()
        for index, (group, summaries) in enumerate(groups.items()):
            by_method = {summary["method"]: summary["figures"]["gain_db"] for summary in summaries}
            gains = [by_method[method] for method in methods]
            offset = (index - (len(groups) - 1) / 2) * 0.5 / len(groups)
            heights = np.arange(len(methods)) + offset
            axes.errorbar(
                [gain["value"] for gain in gains], heights, xerr=_reach(gains), fmt="o", ms=5, capsize=3, lw=1.4,
                color=COLOURS[index % len(COLOURS)], label=f"{group} ({gains[0]['count']} images)",
            )  # fmt: skip
        axes.axvline(0, color="#333", lw=0.8)
        axes.set_yticks(range(len(methods)), methods)
        axes.set_ylim(len(methods) - 0.5, -0.5)
        axes.set_xlabel("PSNR gain over bicubic, dB")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=min(len(groups), _COLUMNS))
    return png.getvalue()


def _gain_by_image(evaluation: Evaluation, methods: Sequence[str]) -> bytes:
    folders = list(evaluation.groups("folder"))
    rng = np.random.default_rng(0)
    with drawing(7.6, (0.5 + 0.38 * len(methods)) * len(folders) + 0.3) as (figure, png):
        panels = figure.subplots(len(folders), 1, squeeze=False, sharex=True)[:, 0]
        for index, (folder, axes) in enumerate(zip(folders, panels, strict=True)):
            gains = [_values(_of(evaluation.rows, method, folder), "gain_db") for method in methods]
            axes.axvline(0, color="#333", lw=0.8)
            if any(map(len, gains)):
                axes.boxplot(
                    gains, orientation="horizontal", positions=range(len(methods)), widths=0.55, showfliers=False,
                    medianprops={"color": "#111", "lw": 1.4}, boxprops={"color": "#777"},
                    whiskerprops={"color": "#777"}, capprops={"color": "#777"},
                )  # fmt: skip
            for height, values in enumerate(gains):
                spread = height + rng.uniform(-0.17, 0.17, len(values))
                axes.scatter(values, spread, s=11, alpha=0.65, lw=0, color=COLOURS[index % len(COLOURS)], zorder=3)
            axes.set_yticks(range(len(methods)), methods)
            axes.set_ylim(len(methods) - 0.5, -0.5)
            axes.set_title(folder, loc="left")
        panels[-1].set_xlabel("PSNR gain over bicubic of one image, dB")
    return png.getvalue()


def _against_complexity(evaluation: Evaluation, methods: Sequence[str], key: str, label: str) -> bytes:
    folders = list(evaluation.groups("folder"))
    columns = min(_COLUMNS, len(methods))
    lines = math.ceil(len(methods) / columns)
    with drawing(max(2.3 * columns, 4), 2.2 * lines + 0.5) as (figure, png):
        panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes, method in zip(panels, methods, strict=False):
            for index, folder in enumerate(folders):
                pairs = _complexity_and(key, _of(evaluation.rows, method, folder))
                axes.scatter(
                    *pairs.T, s=13, alpha=0.75, lw=0, color=COLOURS[index % len(COLOURS)], label=folder,
                )  # fmt: skip
            axes.set_title(method + _add_trend(axes, _of(evaluation.rows, method), key), loc="left", fontsize=8.5)
        for axes in panels[: len(methods)]:
            _log_scale(axes)
        for axes in panels[len(methods) :]:
            axes.remove()
        figure.supxlabel("complexity of the reference", fontsize=9)
        figure.supylabel(label, fontsize=9)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=len(folders))
    return png.getvalue()


def _add_trend(axes: Axes, rows: Sequence[Row], key: str) -> str:
    """Draw a robust line through all images; return Spearman's correlation, "" where there are too few."""
    pairs = _complexity_and(key, rows)
    if len(pairs) < _FEWEST_FOR_TREND or np.ptp(pairs[:, 0]) == 0 or np.ptp(pairs[:, 1]) == 0:
        return ""
    logarithms = np.log10(pairs[:, 0])
    slope, intercept, *_ = stats.theilslopes(pairs[:, 1], logarithms, method="joint")
    ends = np.array([logarithms.min(), logarithms.max()])
    axes.plot(10**ends, intercept + slope * ends, color="#111", lw=1.1)
    return f"  $\\rho$ = {stats.spearmanr(pairs[:, 0], pairs[:, 1]).statistic:+.2f}"


def _complexity_and(key: str, rows: Sequence[Row]) -> NDArray[np.float64]:
    """Return complexity and a figure of the rows that have both, (N, 2); a flat image has no place on the axis."""
    pairs = np.array([(row.figures["complexity"], row.figures[key]) for row in rows]).reshape(-1, 2)
    shown: NDArray[np.float64] = pairs[np.isfinite(pairs).all(axis=1) & (pairs[:, 0] > 0)]
    return shown


def _against_cost(evaluation: Evaluation, methods: Sequence[str]) -> bytes:
    summaries = {summary["method"]: summary for summary in evaluation.groups("all")["all"]}
    costs = {
        "seconds an image": {name: summaries[name]["figures"]["seconds"]["value"] for name in methods},
        "parameters": {name: float(summaries[name]["parameters"]) for name in methods},
        "peak memory, MiB": {name: summaries[name]["figures"]["peak_memory_mib"]["value"] for name in methods},
    }
    with drawing(10.2, 3.4) as (figure, png):
        panels = figure.subplots(1, len(costs), sharey=True)
        for axes, (label, cost) in zip(panels, costs.items(), strict=True):
            known = [name for name in methods if math.isfinite(cost[name]) and cost[name] > 0]
            for name in known:
                gain, index = summaries[name]["figures"]["gain_db"], list(methods).index(name)
                axes.errorbar(
                    cost[name], gain["value"], yerr=_reach([gain]), fmt=_MARKERS[index % len(_MARKERS)], ms=6,
                    capsize=2, color=COLOURS[index % len(COLOURS)], label=name,
                )  # fmt: skip
            axes.margins(x=0.15, y=0.12)
            if known:
                _log_scale(axes)
            else:
                axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", color="#666")
                axes.set_xticks([])
            axes.set_xlabel(label)
        panels[0].set_ylabel("PSNR gain over bicubic, dB")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
    return png.getvalue()


def _log_scale(axes: Axes) -> None:
    """Make an axis logarithmic, with plain numbers: 200 k rather than 2 x 10^5."""
    from matplotlib.ticker import EngFormatter, FixedLocator, NullLocator

    axes.set_xscale("log")
    low, high = axes.get_xlim()
    if low <= 0:  # nothing was drawn, and an axis cannot be logarithmic without a value
        axes.set_xscale("linear")
        axes.set_xticks([])
        return
    axes.xaxis.set_major_locator(FixedLocator(_ticks(low, high)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(EngFormatter(sep="") if low >= 1 else "{x:g}")


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two: matplotlib's own locator marks too much within a decade, or nothing."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    ticks: list[float] = []
    for steps, enough in (((1.0,), 3), ((1.0, 3.0), 3), ((1.0, 2.0, 5.0), 2), ((1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0), 1)):
        ticks = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(ticks) >= enough:
            break
    return ticks


def _of(rows: Sequence[Row], method: str, folder: str | None = None) -> list[Row]:
    return [row for row in rows if row.method == method and folder in (None, row.folder)]


def _values(rows: Sequence[Row], key: str) -> list[float]:
    return [row.figures[key] for row in rows if math.isfinite(row.figures[key])]


def _reach(figures: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """Return how far the intervals reach below and above their means, (2, N); 0 where there is none."""
    ends = [(f["low"], f["high"]) if f["low"] is not None else (f["value"], f["value"]) for f in figures]
    return np.array([(f["value"] - low, high - f["value"]) for f, (low, high) in zip(figures, ends, strict=True)]).T
