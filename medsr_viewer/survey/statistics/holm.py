"""Holm's step-down correction of p values for their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return p values corrected by Holm's procedure (Scand. J. Stat. 6:65, 1979); NaN stay, and are not counted."""
    from statsmodels.stats.multitest import multipletests

    corrected = np.array(p, np.float64)
    known = ~np.isnan(corrected)
    if known.any():
        corrected[known] = multipletests(corrected[known], method="holm")[1]
    return corrected
