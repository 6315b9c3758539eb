"""How the images of a trial are arranged: as large as possible. No Qt."""

from __future__ import annotations

import math


def best_columns(count: int, width: float, height: float, aspect: float) -> int:
    """Return the number of columns with which equally large images are shown largest; a row where that is equal.

    Parameters
    ----------
    count : int
        Images.
    width, height : float
        Room for all of them.
    aspect : float
        Width of an image over its height.
    """

    def size(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / columns / aspect, height / rows)

    return max(range(1, count + 1), key=lambda columns: (round(size(columns), 3), columns))
