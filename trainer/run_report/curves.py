"""The plots of a run's report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainer.drawing import COLOURS, Plot, drawing, require_matplotlib
from trainer.log_columns import column_of
from trainer.run_report.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIGURES = {
    "psnr_db": ("PSNR by epoch", "PSNR, dB", "Higher is better."),
    "ssim": ("SSIM by epoch", "SSIM", "Higher is better."),
    "perceptual_distance": (
        "Perceptual distance by epoch",
        "distance in VGG-16 features",
        "Lower is better: smaller looks sharper.",
    ),
}
_READ = (
    "Validation images on the left axis, a few of the training images on the right one. Both axes span the same, so "
    "slopes compare; heights do not, for the images are others. Where the training curve goes on and the validation "
    "curve turns, the network overfits. The upright line is where the weights that are kept were taken."
)
_PANEL = 4.4
_LOSS_COLUMNS = 3
_MARGIN = 0.08
_SETTLED = 4


def draw_curves(history: History) -> list[Plot]:
    """Draw the curves of a run; a figure that was not measured has no plot.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    require_matplotlib()
    plots = []
    for figure, (title, label, better) in _FIGURES.items():
        if any(history.curve(column_of(folder, figure))[1] for folder in history.folders):
            plots.append(Plot(title, f"{better} {_READ}{_left_out(history)}", _by_folder(history, figure, label)))
    return [*plots, *_losses(history), *_rates(history)]


def _by_folder(history: History, figure: str, label: str) -> bytes:
    folders = history.folders
    with drawing(max(_PANEL * len(folders), 5), 3.1) as (canvas, png):
        for axes, folder in zip(canvas.subplots(1, len(folders), squeeze=False)[0], folders, strict=True):
            validation = _settled(*history.curve(column_of(folder, figure)))
            lines = axes.plot(*validation, "o-", ms=3, lw=1.5, color=COLOURS[0], label="validation")
            training = _settled(*history.curve(column_of(folder, figure, training=True)))
            if training[1]:
                other = axes.twinx()
                other.grid(visible=False)
                other.spines["right"].set_visible(True)
                lines += other.plot(*training, "s--", ms=3, lw=1.3, color=COLOURS[1], label="training images")
                other.tick_params(axis="y", colors=COLOURS[1])
                _span_alike(axes, other)
            _mark_best(axes, history)
            axes.set_title(folder, loc="left")
            axes.set_xlabel("epoch")
            axes.set_ylabel(label)
            axes.legend(handles=lines, fontsize=8)
    return png.getvalue()


def _losses(history: History) -> list[Plot]:
    columns = [column for column in history.loss_columns() if history.curve(column)[1]]
    if not columns:
        return []
    caption = "Means since the validation before, weighted as the recipe says; the first is the sum that is minimised."
    return [Plot("Losses by epoch", caption, _panels(history, columns))]


def _rates(history: History) -> list[Plot]:
    columns = [column for column in ("rate", "gradient", "discriminator_gradient") if history.curve(column)[1]]
    if not columns:
        return []
    caption = (
        "The rate is the recipe's on its schedule, of the step that comes next; the gradient is its norm before it is "
        "clipped, the mean since the validation before."
    )
    return [Plot("Rate and gradient by epoch", caption, _panels(history, columns))]


def _panels(history: History, columns: Sequence[str]) -> bytes:
    across = min(_LOSS_COLUMNS, len(columns))
    lines = math.ceil(len(columns) / across)
    with drawing(max(3 * across, 4), 2.3 * lines) as (canvas, png):
        panels = canvas.subplots(lines, across, squeeze=False).ravel()
        for axes, column in zip(panels, columns, strict=False):
            axes.plot(*history.curve(column), "o-", ms=2.5, lw=1.3, color=COLOURS[0])
            axes.set_title(column.replace("_", " "), loc="left")
            axes.set_xlabel("epoch")
            _mark_best(axes, history)
        for axes in panels[len(columns) :]:
            axes.remove()
    return png.getvalue()


def _settled(epochs: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    """Leave the start out, once there is enough beside it: it would flatten all that follows."""
    first = 1 if len(values) > _SETTLED and epochs[0] == 0 else 0
    return epochs[first:], values[first:]


def _left_out(history: History) -> str:
    return " Epoch 0 is in the table alone." if len(history.rows) > _SETTLED else ""


def _span_alike(*pair: Axes) -> None:
    """Give two axes the same span, each about the middle of its own curve."""
    ends = [axes.dataLim.intervaly for axes in pair]
    half = max(high - low for low, high in ends) * (0.5 + _MARGIN) or 1e-3
    for axes, (low, high) in zip(pair, ends, strict=True):
        axes.set_ylim((low + high) / 2 - half, (low + high) / 2 + half)


def _mark_best(axes: Axes, history: History) -> None:
    axes.axvline(history.best["epoch"], color="#333", lw=0.8, ls=":")
