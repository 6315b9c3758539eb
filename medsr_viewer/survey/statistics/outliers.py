"""Observers whose scores are far from the others': the rules of ITU-R BT.500 and ITU-T P.913, and plain agreement."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.survey.statistics.gaps import mean_of_given

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Bt500:
    """What BT.500's screening found of one observer.

    Parameters
    ----------
    above, below : int
        P and Q: scores that lie far above and below the others of their stimulus.
    n : int
        Scores.
    share : float
        (P + Q) / N.
    one_sidedness : float
        abs(P - Q) / (P + Q); NaN where both are 0.
    rejected : bool
        share > 0.05 and one_sidedness < 0.3.
    """

    above: int
    below: int
    n: int
    share: float
    one_sidedness: float
    rejected: bool


def bt500(scores: FloatArray, *, ddof: int = 1) -> tuple[Bt500, ...]:
    """Return BT.500's verdict on each observer.

    Parameters
    ----------
    scores : (observers, stimuli) or (observers, stimuli, repeats) float64 ndarray
        NaN where there is none.
    ddof : int
        Of a stimulus' standard deviation: 1 as BT.500 has it (S, with N - 1); `sureal` takes 0.

    Notes
    -----
    ITU-R BT.500, screening of the observers: where the kurtosis of a stimulus' scores lies in 2 to 4, scores count that
    lie 2 standard deviations from the mean or farther, else sqrt(20). A stimulus on which all agree counts for nobody.
    If all were rejected, none is.
    """
    scores = scores if scores.ndim == 3 else scores[:, :, None]
    given = ~np.isnan(scores)
    counts, answers = given.sum(axis=(0, 2)), given.sum(axis=(1, 2))
    known = counts > ddof
    scores, given, counts = scores[:, known], given[:, known], counts[known]
    means = np.where(given, scores, 0.0).sum(axis=(0, 2)) / counts
    apart = np.where(given, scores - means[:, None], 0.0)
    squares, fourths = (apart**2).sum(axis=(0, 2)), (apart**4).sum(axis=(0, 2))
    spread = squares > 1e-12 * counts
    kurtosis = np.divide(fourths * counts, squares**2, out=np.zeros_like(squares), where=spread)
    limit = np.where((kurtosis >= 2) & (kurtosis <= 4), 2.0, math.sqrt(20)) * np.sqrt(squares / (counts - ddof))
    far = given & spread[:, None]
    above = (far & (apart >= limit[:, None])).sum(axis=(1, 2))
    below = (far & (apart <= -limit[:, None])).sum(axis=(1, 2))
    found = [_bt500(int(p), int(q), int(n)) for p, q, n in zip(above, below, answers, strict=True)]
    if found and all(one.rejected for one in found):
        return tuple(Bt500(one.above, one.below, one.n, one.share, one.one_sidedness, rejected=False) for one in found)
    return tuple(found)


@dataclass(frozen=True)
class P913:
    """What the correlation screening found of one observer.

    Parameters
    ----------
    by_stimulus, by_condition : float
        r1, r2: Pearson's correlation of the observer's scores with the mean scores, over stimuli and over conditions;
        NaN with fewer than three, or where either does not vary, and of an observer alone.
    rejected : bool
        Both are below their limits (one, where the other is NaN).
    order : int
        1 for the first that was rejected, as rejection goes on without those before; 0 where not rejected.
    wanting : str
        Why a correlation is NaN, in words; "" where none is.
    """

    by_stimulus: float
    by_condition: float
    rejected: bool
    order: int
    wanting: str = ""


def p913(scores: FloatArray, *, by_stimulus: float = 0.75, by_condition: float = 0.8) -> tuple[P913, ...]:
    """Return the correlation screening's verdict on each observer.

    Parameters
    ----------
    scores : (observers, cases, conditions) float64 ndarray
        NaN where there is none.
    by_stimulus, by_condition : float
        Limits of r1 and r2. The defaults are those of VQEG's published screening program (NTIA, M. H. Pinson) for its
        multimedia test plan, annex VI; P.913's own wording could not be compared.

    Notes
    -----
    ITU-T P.913, post-experiment screening by stimulus and by condition (PVS and HRC): the mean scores hold all
    observers who are not rejected yet; the worst observer, by r1, goes first, then all is computed anew, as long as
    three are left. The correlations given are those at an observer's rejection, else those at the end. The limits
    suppose stimuli from bad to excellent: where all look much alike, good observers fall below them too.
    """
    observers = len(scores)
    if (~np.isnan(scores)).any(axis=(1, 2)).sum() < 2:
        return (P913(math.nan, math.nan, rejected=False, order=0, wanting="there is no other observer"),) * observers
    r1, r2 = np.full(observers, np.nan), np.full(observers, np.nan)
    order = np.zeros(observers, np.intp)
    kept = np.ones(observers, np.bool_)
    while True:
        means = mean_of_given(scores[kept], 0)
        for index in np.flatnonzero(kept):
            r1[index], r2[index] = _correlations(scores[index], means)
        below = kept & ~(np.isnan(r1) & np.isnan(r2)) & ~(r1 >= by_stimulus) & ~(r2 >= by_condition)
        if not below.any() or kept.sum() <= 3:
            break
        ranks = np.where(below, np.where(np.isnan(r1), r2, r1), np.inf)
        worst = int(np.argmin(ranks))
        kept[worst] = False
        order[worst] = order.max() + 1
    return tuple(
        P913(float(first), float(second), bool(place), int(place), _wanting(own, first, second))
        for own, first, second, place in zip(scores, r1, r2, order, strict=True)
    )


@dataclass(frozen=True)
class Agreement:
    """How an observer goes with the rest.

    Parameters
    ----------
    r : float
        Pearson's correlation over stimuli with the mean of the other observers; NaN where it cannot be had.
    p_inverted : float
        One-sided: how likely so low a correlation is where there is none.
    """

    r: float
    p_inverted: float


def with_the_others(scores: FloatArray) -> tuple[Agreement, ...]:
    """Return each observer's correlation with the mean of the others.

    Parameters
    ----------
    scores : (observers, stimuli) float64 ndarray
        NaN where there is none.
    """
    given = ~np.isnan(scores)
    values = np.where(given, scores, 0.0)
    count, total = given.sum(axis=0), values.sum(axis=0)
    found = []
    for own, has, value in zip(scores, given, values, strict=True):
        left = count - has
        others = np.divide(total - value, left, out=np.full(len(left), np.nan), where=left > 0)
        r, n = pearson(own, others)
        # With r NaN, so is p.
        found.append(Agreement(r, float(stats.t.cdf(r * math.sqrt(max(n - 2, 0) / max(1.0 - r * r, 1e-12)), n - 2))))
    return tuple(found)


def pearson(first: FloatArray, second: FloatArray) -> tuple[float, int]:
    """Return the correlation of what is present in both, and how many; NaN with fewer than three or without spread."""
    both = ~(np.isnan(first) | np.isnan(second))
    n = int(both.sum())
    if n < 3:
        return math.nan, n
    x, y = first[both] - first[both].mean(), second[both] - second[both].mean()
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return (float(x @ y) / scale if scale > 1e-9 else math.nan), n


def _bt500(above: int, below: int, n: int) -> Bt500:
    far = above + below
    share = far / n if n else math.nan
    one_sidedness = abs(above - below) / far if far else math.nan
    return Bt500(above, below, n, share, one_sidedness, share > 0.05 and one_sidedness < 0.3)


def _wanting(own: FloatArray, by_stimulus: float, by_condition: float) -> str:
    """Return why a correlation of one observer's (cases, conditions) scores cannot be had."""
    told = (
        f"{name}: " + (f"fewer than three {things}" if n < 3 else "the scores do not vary")
        for name, things, r, n in (
            ("by stimulus", "stimuli", by_stimulus, (~np.isnan(own)).sum()),
            ("by condition", "conditions", by_condition, (~np.isnan(own)).any(axis=0).sum()),
        )
        if math.isnan(r)
    )
    return "; ".join(told)


def _correlations(own: FloatArray, means: FloatArray) -> tuple[float, float]:
    """Return r1 and r2 of one observer's (cases, conditions) scores."""
    by_stimulus, _ = pearson(own.ravel(), means.ravel())
    by_condition, _ = pearson(mean_of_given(own, 0), mean_of_given(np.where(np.isnan(own), np.nan, means), 0))
    return by_stimulus, by_condition
