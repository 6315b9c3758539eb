"""How much is enough: below these numbers a statistic is not computed, and the report says so in words."""

from __future__ import annotations

import math

LEAST_DRAWN = 5
"""Of observers, cases or clusters that a bootstrap draws from. Four give 35 different resamples, too few for a tail of
2.5 % to hold one; five give 126."""

POOR, EXCELLENT = 0.5, 0.9
"""Koo and Li, J. Chiropr. Med. 15:155 (2016): agreement below the first is poor, above the second excellent."""

_TOLD = 0.7  # coefficient that is to be told from 0
_ONE_SIDED, _POWER = 1.644854, 0.841621  # normal quantiles of 0.95 and 0.8


def least_stimuli(ratings_each: int) -> int:
    """Return the fewest stimuli that a coefficient of agreement is computed from.

    Walter, Eliasziw and Donner, Stat. Med. 17:101 (1998): so many tell an intraclass correlation of 0.7 from 0 with
    power 0.8 (one-sided, 0.05). Quadratic weighted kappa, which is such a correlation (Fleiss and Cohen, Educ. Psychol.
    Meas. 33:613, 1973), and alpha follow the same rule.

    Parameters
    ----------
    ratings_each : int
        Of a stimulus, 2 at the least: 10 stimuli with two ratings, 6 with three, 5 with four.
    """
    k = max(ratings_each, 2)
    ratio = math.log(1 + k * _TOLD / (1 - _TOLD))
    return math.ceil(1 + 2 * (_ONE_SIDED + _POWER) ** 2 * k / (ratio**2 * (k - 1)))
