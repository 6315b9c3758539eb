"""How figures look, and their PNG: matplotlib's objects alone, no pyplot, so that windows and threads do not mix."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 180
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#666666")
"""Of Okabe and Ito: told apart by colour-blind readers too."""
INK, SOFT, LINE = "#1c2430", "#5b6675", "#c9d0d9"
LIKERT = ("#b2182b", "#ef8a62", "#d8d8d8", "#67a9cf", "#2166ac")
"""From the worst answer to the best; of ColorBrewer's RdBu."""
_STYLE: Any = {
    "font.size": 9, "font.family": "DejaVu Sans", "text.color": INK, "axes.labelcolor": INK, "xtick.color": SOFT,
    "ytick.color": INK, "axes.edgecolor": LINE, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e7eaee", "grid.linewidth": 0.8, "axes.axisbelow": True, "axes.titlesize": 9.5,
    "axes.titleweight": "bold", "legend.frameon": False, "figure.constrained_layout.use": True,
    "text.parse_math": False,
}  # fmt: skip


class Drawing:
    """A figure while it is drawn, and its PNG afterwards."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.figure = figure
        self.width = width
        self.height = height
        self.png = b""


@contextmanager
def drawing(width: float, height: float, mark: str = "") -> Iterator[Drawing]:
    """Yield a figure of so many inches; after the block it has its PNG.

    Parameters
    ----------
    mark : str
        Stands in the picture itself: figures are copied out of reports.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as MatplotlibFigure
    from PIL import Image

    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # Names are of people: a letter that the font lacks becomes a box, and is no reason to have no report.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
        figure = MatplotlibFigure(figsize=(width, height))
        canvas: Any = FigureCanvasAgg(figure)
        drawn = Drawing(figure, width, height)
        yield drawn
        if mark:
            band = 0.2 / height
            figure.get_layout_engine().set(rect=(0, band, 1, 1 - band))  # type: ignore[union-attr, call-arg]
            figure.text(0.995, 0.25 * band, mark, ha="right", va="bottom", fontsize=6.5, color=_colour(mark))
        figure.set_dpi(DPI)
        canvas.draw()
        png = io.BytesIO()
        Image.fromarray(np.array(canvas.buffer_rgba())[..., :3].copy()).save(png, "PNG")
        drawn.png = png.getvalue()


def _colour(mark: str) -> str:
    return "#b3261e" if "SIMULATED" in mark else SOFT


def likert(values: int) -> list[Any]:
    """Return a colour for each value of a scale, from the worst to the best."""
    from matplotlib.colors import LinearSegmentedColormap

    if values == len(LIKERT):
        return list(LIKERT)
    shades = LinearSegmentedColormap.from_list("likert", LIKERT)
    return [shades(index / max(values - 1, 1)) for index in range(values)]
