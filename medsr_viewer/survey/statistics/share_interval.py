"""Interval and test of a figure between 0 and 1, a share or an area under a curve, that hold near the ends too."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import special, stats
from scipy.optimize import brentq

ON_LOGITS = (
    "95 % interval on the logit (delta method), in no place narrower than the score interval of as many observers and"
    " cases without anything in common, which stands alone where nothing varies"
)


def share_interval(
    value: float, standard_error: float, quantile: float, independent: Callable[[float], float]
) -> tuple[float, float]:
    """Return the 95 % interval of a figure.

    Parameters
    ----------
    value : float
        Its estimate, 0 to 1.
    standard_error : float
        As it was found; 0 where nothing varied.
    quantile : float
        Of Student's t with the degrees of freedom of the standard error.
    independent : callable
        Returns the variance that the estimate would have if the figure were so much and all that it is made from were
        independent: the least that is to be believed.

    Notes
    -----
    The interval on the logit is Pepe's (The Statistical Evaluation of Medical Tests, 2003) and Qin and
    Hotilovac's (Stat. Methods Med. Res. 17:207, 2008). Near 1 most samples lack the rare case or observer that makes
    the figure less than 1, and the standard error is far too small or 0. What such a sample leaves possible the score
    interval says, whose variance is that at its own end (Wilson 1927 for a share; Newcombe, Stat. Med. 25:559, 2006,
    method 5, for an area). The interval spans both. `tests/survey/statistics/test_area_coverage.py` measures it.
    """
    low, high = _score_interval(value, independent)
    if standard_error > 0 and 0 < value < 1:
        center, reach = special.logit(value), quantile * standard_error / (value * (1 - value))
        low, high = min(low, float(special.expit(center - reach))), max(high, float(special.expit(center + reach)))
    return low, high


def share_test(
    value: float,
    standard_error: float,
    df: float,
    hypothesis: float,
    independent: Callable[[float], float],
) -> float:
    """Return the two-sided p value of a hypothesis: below 0.05 just where `share_interval` does not hold it.

    Parameters
    ----------
    value, standard_error, independent
        As of `share_interval`.
    df : float
        Of Student's t.
    hypothesis : float
        Above 0 and below 1.

    Notes
    -----
    The interval spans two, so that the hypothesis must be refused by the tests of both: Student's t on the logit, and
    the score test, with the variance under the hypothesis. With the first alone, p would contradict the interval where
    the second is wider, and with a test on the figure's own scale near the ends. Of equal conditions (1,000 simulated
    VGC studies each of 2 to 20 observers and 10 to 20 cases) it refused 1.1 to 5.9 % at 5 %, where the test on the
    figure's own scale refused 2.8 to 9.3 %.
    """
    p = 2 * float(stats.norm.sf(abs(value - hypothesis) / math.sqrt(independent(hypothesis))))
    if standard_error > 0 and 0 < value < 1:
        distance = abs(float(special.logit(value)) - float(special.logit(hypothesis)))
        p = max(p, 2 * float(stats.t.sf(distance * value * (1 - value) / standard_error, df)))
    return p


_NORMAL = 1.959964
_NEAR = 1e-9
"""From 0 and 1, and from the estimate, where the ends are looked for: both equations have a root there."""


def _score_interval(value: float, independent: Callable[[float], float]) -> tuple[float, float]:
    """Return the figures from which the estimate is `_NORMAL` standard errors, of the variance at that figure."""

    def beyond(figure: float) -> float:
        return abs(value - figure) - _NORMAL * math.sqrt(independent(figure))

    def end(far: float, near: float) -> float:
        if beyond(far) <= 0:
            return far
        return float(brentq(beyond, far, near)) if beyond(near) < 0 else near

    low = end(_NEAR, min(value, 1 - _NEAR)) if value > _NEAR else 0.0
    high = end(1 - _NEAR, max(value, _NEAR)) if value < 1 - _NEAR else 1.0
    return (0.0 if low <= _NEAR else low), (1.0 if high >= 1 - _NEAR else high)
