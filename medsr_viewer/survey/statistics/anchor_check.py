"""Whether each observer rated the low anchor below the hidden reference; who did not may have rated carelessly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.design import REFERENCE, Role
from medsr_viewer.survey.ratings import RatingTable

ANCHOR_RULE = (
    "Anchor: an observer's mean first rating of the low anchor is not below that of the hidden reference, over the"
    " cases of which the observer rated both."
)


@dataclass(frozen=True)
class AnchorCheck:
    """How an observer rated a low anchor.

    Parameters
    ----------
    observer, anchor : str
        Who, and the condition.
    n : int
        Cases of which the observer rated both.
    anchor_mean, reference_mean : float
        Over these cases; NaN where there are none.
    """

    observer: str
    anchor: str
    n: int
    anchor_mean: float
    reference_mean: float
    flagged: bool
    """Whether the anchor was rated as good as the reference, or better."""


def anchor_checks(table: RatingTable, roles: Mapping[str, Role]) -> tuple[AnchorCheck, ...]:
    """Return the check of every observer, for each low anchor (`ANCHOR_RULE`).

    Raises
    ------
    TooFewRatings
        If there is no low anchor or no hidden reference.
    """
    names = table.conditions
    hidden = [place for place, name in enumerate(names) if roles.get(name) == "reference" or name == REFERENCE]
    anchors = [place for place, name in enumerate(names) if roles.get(name) == "anchor"]
    if not hidden or not anchors:
        raise TooFewRatings("This check needs a low anchor and a hidden reference among the conditions.")
    cube = table.cube()
    checks = []
    for index, observer in enumerate(table.observers):
        for place in anchors:
            both = cube[index][:, [place, hidden[0]]]
            both = both[~np.isnan(both).any(axis=1)]
            anchor, reference = map(float, both.mean(axis=0)) if len(both) else (math.nan, math.nan)
            checks.append(AnchorCheck(observer, names[place], len(both), anchor, reference, anchor >= reference))
    return tuple(checks)
