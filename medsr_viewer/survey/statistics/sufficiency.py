"""How much is enough: below these numbers a statistic is not computed, and the report says so in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

LEAST_DRAWN = 5
"""Of observers, cases or clusters that a bootstrap draws from. Four give 35 different resamples, too few for a tail of
2.5 % to hold one; five give 126."""

POOR, EXCELLENT = 0.5, 0.9
"""Koo and Li, J. Chiropr. Med. 15:155 (2016): agreement below the first is poor, above the second excellent."""

TOLD = 0.7
"""Coefficient that is to be told from 0: what a wider interval does not do."""

_ONE_SIDED, _POWER = 1.644854, 0.841621  # normal quantiles of 0.95 and 0.8


def caution_on_ratings(sizes: Sequence[tuple[int, int]]) -> str:
    """Return why figures say nothing reliable of new observers or new cases, in words; "" where they do.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Observers and cases that each figure rests on. A figure of one of either has no interval for new ones, and is
        told of where all figures are so.
    """
    return " ".join(filter(None, (_caution_on_one(sizes), _caution_on_few(sizes))))


def _caution_on_one(sizes: Sequence[tuple[int, int]]) -> str:
    observers, cases = (max((size[place] for size in sizes), default=0) for place in (0, 1))
    alone = [noun for noun, number in (("observer", observers), ("case", cases)) if number == 1]
    if not alone:
        return ""
    words = (
        f"There is one {' and one '.join(alone)}: every figure here is of this {' and this '.join(alone)} alone, and"
        f" says nothing about other {' or other '.join(f'{noun}s' for noun in alone)}."
    )
    if len(alone) == 2:
        return words
    over = "cases" if observers == 1 else "observers"
    return f"{words} Intervals and p values, where there are any, are over {over} alone."


def _caution_on_few(sizes: Sequence[tuple[int, int]]) -> str:
    few = [
        (noun, min(short), len(short) == len(numbers) and len(set(numbers)) == 1)
        for noun, numbers in zip(("observer", "case"), zip(*sizes, strict=True), strict=False)
        if (short := [number for number in numbers if 2 <= number < LEAST_DRAWN])
    ]
    if not few:
        return ""
    whom = " and ".join(f"new {noun}s" for noun, _, _ in few)
    rest = " and ".join(f"{'' if alike else 'in part '}on {number} {noun}s" for noun, number, alike in few)
    kinds = " or ".join(f"{noun}s" for noun, _, _ in few)
    return (
        f"Do not rely on the 95 % intervals and p values as statements about {whom}: they rest {rest}, and fewer"
        f" than {LEAST_DRAWN} {kinds} do not show how far {kinds} differ. The intervals may be far too narrow, the"
        " p values far too small. The means stand as what was answered here."
    )


def caution_on_blocks(blocks: int, block: str) -> str:
    """Return that rank tests within so few complete blocks do not tell of new ones; "" where they do.

    Parameters
    ----------
    blocks : int
        That the tests rest on, those without a rating under every condition left out.
    block : str
        What is ranked within, as "observer".
    """
    if blocks >= LEAST_DRAWN:
        return ""
    return (
        f"Do not rely on the p values of these rank tests: they rest on {blocks} complete blocks ({block}), and fewer"
        f" than {LEAST_DRAWN} do not show how far such blocks differ."
    )


def caution_on_choices(observers: int, cases: int) -> str:
    """Return that the intervals of a scale of preference do not hold for new observers or cases; "" where they do.

    Parameters
    ----------
    observers, cases : int
        That made the choices. With too few observers the interval draws from neither (see `pair_scale`).
    """
    if min(observers, cases) >= LEAST_DRAWN:
        return ""
    those = [(observers, "observer")] if observers < LEAST_DRAWN else []
    those += [(cases, "case")]
    alone = " and ".join(f"this {noun}" if n == 1 else f"these {n} {noun}s" for n, noun in those)
    new = " or ".join(f"new {noun}s" for _, noun in those)
    few = " or ".join(f"{noun}s" for n, noun in those if n < LEAST_DRAWN)
    return (
        f"The 95 % intervals hold for {alone} alone; do not rely on them as statements about {new}: fewer than"
        f" {LEAST_DRAWN} {few} do not show how far {few} differ."
    )


def caution_on_pilot(observers: int, cases: int) -> str:
    """Return that a pilot is too small to plan from without its ranges; "" where it is not.

    Parameters
    ----------
    observers, cases : int
        That the variances were estimated from.
    """
    few = [f"{n} {noun}s" for n, noun in ((observers, "observer"), (cases, "case")) if n < LEAST_DRAWN]
    if not few:
        return ""
    return (
        f"Do not plan on these numbers alone: the variances come from {' and '.join(few)}, too few to show how far"
        " others differ. Take the ranges in brackets, or a larger pilot."
    )


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
    ratio = math.log(1 + k * TOLD / (1 - TOLD))
    return math.ceil(1 + 2 * (_ONE_SIDED + _POWER) ** 2 * k / (ratio**2 * (k - 1)))
