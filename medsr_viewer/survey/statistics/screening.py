"""Which observers may be left out, and why. It recommends; the analysis is reported with and without them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.outliers import P913, Agreement, Bt500, bt500, p913, with_the_others

FloatArray = NDArray[np.float64]

RULES = {
    "bt500": (
        "ITU-R BT.500: more than 5 % of the scores lie far from the others of their stimulus (2 standard deviations"
        " where the kurtosis is 2 to 4, else sqrt(20)), and on both sides alike: abs(P - Q) / (P + Q) < 0.3."
    ),
    "p913": (
        "As ITU-T P.913 has it: correlation with the mean scores below {correlation:g} by stimulus and below"
        " {correlation_by_condition:g} by condition; the worst observer first, then computed anew. Supposes stimuli"
        " from bad to excellent. The limits are parameters, by default those of the screening program that VQEG"
        " published for its multimedia test plan (annex VI); the Recommendation's own wording could not be compared."
    ),
    "inverted": (
        "The scale upside down: negative correlation with the mean of the others (one-sided p < {inversion_p:g})."
    ),
    "ranking": (
        "Ranks instead of rates: the answers to a case's conditions are exactly 1 to their number, each once, in"
        " {ranked_share:.0%} of the cases or more (three conditions and five cases at the least)."
    ),
    "one value": "Gave one value alone, in ten answers or more.",
    "attention": "Passed fewer than {attention_share:.0%} of the attention checks.",
    "too fast": "Median time of an answer below {least_seconds:g} s, or below {fast_share:.0%} of the usual median.",
}
"""Each rule in words, by name; `ScreeningRules.in_words` fills in the limits."""

LEAST_FOR = {
    "bt500": (6, "of fewer scores none can lie 2 standard deviations from their mean"),
    "p913": (4, "it keeps three observers whatever they answer"),
    "inverted": (3, "of two who disagree it cannot be told which one turned the scale round"),
}
"""Observers from which on a rule can find anybody, and why fewer cannot be found; other rules need none beside one."""


@dataclass(frozen=True)
class ScreeningRules:
    """Limits of the rules.

    Parameters
    ----------
    correlation, correlation_by_condition : float
        P.913: below them, by stimulus and by condition; the defaults are VQEG's (multimedia test plan, annex VI).
    inversion_p : float
        Significance of a negative correlation.
    ranked_share : float
        Of the cases, from which on an observer ranks.
    attention_share : float
        Of the attention checks, that must be passed.
    least_seconds : float
        Least median time of an answer.
    fast_share : float
        Least median time, as a share of the median of the observers' medians.
    """

    correlation: float = 0.75
    correlation_by_condition: float = 0.8
    inversion_p: float = 0.01
    ranked_share: float = 0.9
    attention_share: float = 0.75
    least_seconds: float = 1.0
    fast_share: float = 0.25

    def in_words(self) -> dict[str, str]:
        """Return each rule with its limits, by name."""
        return {name: text.format(**vars(self)) for name, text in RULES.items()}


@dataclass(frozen=True)
class ObserverScreening:
    """What was found of one observer.

    Parameters
    ----------
    name : str
        The observer.
    n : int
        First answers.
    bt500, p913, others : Bt500, P913, Agreement
        See there.
    ranked_share : float
        Share of the cases that were ranked; NaN where it cannot be told.
    one_value : bool
        All answers are the same.
    checks_passed, checks : int
        Attention checks.
    median_seconds : float
        Time of an answer; NaN where unknown.
    reasons : tuple of str
        Names of the rules that speak for leaving the observer out.
    """

    name: str
    n: int
    bt500: Bt500
    p913: P913
    others: Agreement
    ranked_share: float
    one_value: bool
    checks_passed: int
    checks: int
    median_seconds: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Screening:
    """Recommendation on all observers.

    Parameters
    ----------
    observers : tuple of ObserverScreening
        In the table's order.
    rules : ScreeningRules
        The limits that were used.
    without_effect : dict of str to str
        Rules by which nobody could be found, and why; by name.
    """

    observers: tuple[ObserverScreening, ...]
    rules: ScreeningRules
    without_effect: dict[str, str]

    @property
    def recommended(self) -> frozenset[str]:
        """Observers who may be left out, for whatever reason; `RatingTable.without` takes it."""
        return frozenset(one.name for one in self.observers if one.reasons)


def screen_observers(
    table: RatingTable,
    attention: Mapping[str, tuple[int, int]] | None = None,
    rules: ScreeningRules | None = None,
    *,
    is_quality: bool = True,
) -> Screening:
    """Return who may be left out of the analysis, and why.

    Parameters
    ----------
    table : RatingTable
        First answers are looked at.
    attention : mapping of str to (int, int), optional
        Of each observer, attention checks passed and made.
    rules : ScreeningRules, optional
        Other limits.
    is_quality : bool
        Whether the ratings are of quality; the rules that suppose so are without effect elsewhere.

    Notes
    -----
    Leaving observers out narrows the population that the intervals speak about. Decide on the rules before the survey
    begins, and report both analyses.
    """
    rules, attention = rules or ScreeningRules(), attention or {}
    cube = table.cube()
    flat = cube.reshape(len(cube), cube.shape[1] * cube.shape[2])
    seconds = table.median_seconds()
    usual = float(np.nanmedian(seconds)) if not np.isnan(seconds).all() else math.nan
    by_correlation = p913(cube, by_stimulus=rules.correlation, by_condition=rules.correlation_by_condition)
    verdicts = zip(table.observers, flat, bt500(flat), by_correlation, strict=True)
    others = with_the_others(flat)
    off = _without_effect(int((~np.isnan(flat)).any(axis=1).sum()), is_quality=is_quality)
    observers = []
    for index, (name, own, by_bt500, by_p913) in enumerate(verdicts):
        answers = own[~np.isnan(own)]
        one_value = len(answers) >= 10 and bool((answers == answers[0]).all())
        ranked = _ranked_share(cube[index])
        passed, checks = attention.get(name, (0, 0))
        median = float(seconds[index])
        speaks = {
            "bt500": by_bt500.rejected,
            "p913": by_p913.rejected,
            "inverted": others[index].r < 0 and others[index].p_inverted < rules.inversion_p,
            "ranking": ranked >= rules.ranked_share,
            "one value": one_value,
            "attention": checks > 0 and passed / checks < rules.attention_share,
            "too fast": median < rules.least_seconds or median < rules.fast_share * usual,
        }
        reasons = tuple(rule for rule, holds in speaks.items() if holds and rule not in off)
        observers.append(
            ObserverScreening(
                name, len(answers), by_bt500, by_p913, others[index], ranked, one_value, passed, checks, median, reasons
            )
        )
    return Screening(tuple(observers), rules, off)


def _without_effect(answered: int, *, is_quality: bool) -> dict[str, str]:
    few = {name: f"needs {least} observers: {why}" for name, (least, why) in LEAST_FOR.items() if answered < least}
    return few if is_quality else few | dict.fromkeys(_OF_QUALITY, "is for ratings of quality, from bad to excellent")


_OF_QUALITY = ("p913", "ranking")


def _ranked_share(own: FloatArray) -> float:
    """Return the share of an observer's (cases, conditions) answers where a case's are 1 to their number, each once."""
    complete = own[~np.isnan(own).any(axis=1)]
    if len(complete) < 5 or own.shape[1] < 3:
        return math.nan
    return float((np.sort(complete, axis=1) == np.arange(1, own.shape[1] + 1)).all(axis=1).mean())
