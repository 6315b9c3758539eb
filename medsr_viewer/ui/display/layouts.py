"""Named arrangements of panels. No Qt."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

LayoutName: TypeAlias = Literal["auto", "row", "grid", "1+2"]
LAYOUTS: tuple[LayoutName, ...] = ("auto", "row", "grid", "1+2")

# Narrower than this, a panel's header and corners no longer fit side by side.
_NARROWEST = 330


class Cell(NamedTuple):
    """Where a panel goes in a grid of rows and columns."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1


def cells(name: LayoutName, count: int, width: int, height: int) -> list[Cell]:
    """Return the place of each panel.

    Parameters
    ----------
    name : {"auto", "row", "grid", "1+2"}
        "1+2": the first panel large, the others in a column beside it. "auto": a row or a grid, whichever shows a
        square image larger.
    count : int
        Number of panels, 1 to 6.
    width, height : int
        Logical pixels there are.
    """
    if name == "auto":
        columns = _columns(count)
        in_grid = min(width / columns, height / math.ceil(count / columns))
        in_row = min(width / count, height)
        name = "row" if in_row > in_grid and width >= count * _NARROWEST else "grid"
    if name == "row":
        return [Cell(0, index) for index in range(count)]
    if name == "1+2" and count > 2:
        rest = count - 1
        return [Cell(0, 0, rest, 2), *(Cell(index, 2) for index in range(rest))]
    columns = _columns(count)
    return [Cell(index // columns, index % columns) for index in range(count)]


def _columns(count: int) -> int:
    return math.ceil(math.sqrt(count))
