"""Whether what a recipe does to a share of patches happens to this one."""

from __future__ import annotations

import numpy as np


def happens(share: float, rng: np.random.Generator) -> bool:
    """Return true for a share of the calls; a share of 0 draws nothing, so that recipes without it draw as before."""
    return share > 0 and bool(rng.random() < share)
