"""How the images of a trial are arranged: as large as possible. No Qt."""

from __future__ import annotations

import math


def best_columns(count: int, width: float, height: float, aspect: float, caption: float = 0) -> int:
    """Return the number of columns with which equally large images are shown largest; the fullest grid where equal.

    Parameters
    ----------
    count : int
        Images.
    width, height : float
        Room for all of them.
    aspect : float
        Width of an image over its height.
    caption : float
        Height of the text above each image.
    """

    def size(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / columns / aspect, height / rows - caption)

    return max(range(1, count + 1), key=lambda columns: (round(size(columns)), -(-count % columns), columns))
