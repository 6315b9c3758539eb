"""Plots for pages, as PNG. matplotlib is an extra: it is imported where a plot is drawn."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trainer.extras import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 160
CSS_DPI = 100
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666")
"""Of Okabe and Ito: told apart by colour-blind readers too."""
_STYLE: Any = {
    "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25,
    "axes.axisbelow": True, "axes.titlesize": 9.5, "axes.titleweight": "bold", "legend.frameon": False,
    "figure.constrained_layout.use": True,
}  # fmt: skip


@dataclass(frozen=True)
class Plot:
    """A plot and what it shows.

    Attributes
    ----------
    title, caption : str
        Stand above and below it.
    png : bytes
        The picture.
    """

    title: str
    caption: str
    png: bytes

    @property
    def width(self) -> int:
        """Width on the page, in CSS pixels: the same letters are of one size in all plots."""
        return int.from_bytes(self.png[16:20]) * CSS_DPI // DPI


def require_matplotlib() -> None:
    """Check that plots can be drawn.

    Raises
    ------
    MissingExtra
        If matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as exc:
        raise MissingExtra("matplotlib", "train") from exc


@contextmanager
def drawing(width: float, height: float) -> Iterator[tuple[Figure, io.BytesIO]]:
    """Yield a figure of so many inches, and where its PNG stands after the block."""
    import matplotlib
    from matplotlib.figure import Figure

    png = io.BytesIO()
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))
        yield figure, png
        figure.savefig(png, format="png", dpi=DPI)
