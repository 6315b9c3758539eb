"""Cohen's weighted kappa: agreement of raters on an ordered scale beyond chance, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from medsr_viewer.errors import TooFewRatings

Weights: TypeAlias = Literal["linear", "quadratic"]
FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class WeightedKappa:
    """Agreement of two raters, or its mean over all pairs of raters.

    Parameters
    ----------
    weights : {"linear", "quadratic"}
        Of a disagreement by so many steps.
    value : float
        1: all alike; 0: as by chance; NaN where no rater ever varies.
    ci95 : (float, float)
        95 % interval; NaN where there is none.
    n : int
        Stimuli of two raters; of more, the median over pairs.
    raters, pairs : int
        Pairs: those that have a kappa.
    undefined : int
        Pairs left out: fewer than two stimuli in common, or neither rater ever varies.
    lowest, highest : float
        Over pairs.
    test, assumptions : str
        In words.
    """

    weights: Weights
    value: float
    ci95: tuple[float, float]
    n: int
    raters: int
    pairs: int
    undefined: int
    lowest: float
    highest: float
    test: str
    assumptions: str


def weighted_kappa(
    ratings: ArrayLike, levels: Sequence[int] = (1, 2, 3, 4, 5), weights: Weights = "quadratic"
) -> WeightedKappa:
    """Return Cohen's kappa of two raters, or the mean over pairs of more.

    Parameters
    ----------
    ratings : (stimuli, raters) array
        NaN: not rated; a pair is compared on the stimuli that both rated.
    levels : sequence of int
        All values of the scale: unused ones count as steps between.
    weights : {"linear", "quadratic"}
        See Cohen, Psychol. Bull. 70:213 (1968).

    Raises
    ------
    TooFewRatings
        Under two raters, or no pair with two stimuli in common.
    """
    table = np.asarray(ratings, np.float64)
    raters = table.shape[1]
    pairs = list(combinations(range(raters), 2))
    counts = _counts(table, levels)[tuple(zip(*pairs, strict=True))] if pairs else np.empty((0, 1, 1))
    common = counts.sum(axis=(1, 2))
    if not np.any(common >= 2):
        raise TooFewRatings("Kappa needs two raters who rated at least two stimuli both; there are none.")
    kappas = np.where(common >= 2, _kappas(counts, weights), np.nan)
    defined = ~np.isnan(kappas)
    value = float(kappas[defined].mean()) if defined.any() else float("nan")
    if len(pairs) == 1:
        half = float(stats.norm.ppf(0.975)) * _standard_error(counts[0], weights) if defined.any() else float("nan")
        ci95, interval = (value - half, value + half), "asymptotic interval (Fleiss, Cohen and Everitt 1969)"
    else:
        ci95, interval = _jackknife(kappas, pairs, raters), "jackknife interval over raters"
    return WeightedKappa(
        weights,
        value,
        ci95,
        int(np.median(common[common >= 2])),
        raters,
        int(defined.sum()),
        int((~defined).sum()),
        float(kappas[defined].min()) if defined.any() else float("nan"),
        float(kappas[defined].max()) if defined.any() else float("nan"),
        f"Cohen's kappa, {weights} weights" + (", mean over pairs of raters" if raters > 2 else "") + f"; {interval}",
        "Stimuli independent; the scale's steps weigh alike; the interval over raters takes the stimuli as given",
    )


def _counts(table: FloatArray, levels: Sequence[int]) -> FloatArray:
    """Return (raters, raters, L, L): how often one gave each level where the other gave each."""
    stimuli, raters = table.shape
    given = (table[:, :, None] == np.asarray(levels)).reshape(stimuli, raters * len(levels)).astype(np.float64)
    together = (given.T @ given).reshape(raters, len(levels), raters, len(levels))
    by_pair: FloatArray = together.transpose(0, 2, 1, 3)
    return by_pair


def _kappas(counts: FloatArray, weights: Weights) -> FloatArray:
    """Return kappa of each (L, L) table; NaN where chance would not disagree either.

    All tables in one: statsmodels, which takes them one by one, needs seconds for the pairs of fifty raters.
    """
    steps = np.abs(np.subtract.outer(np.arange(counts.shape[1]), np.arange(counts.shape[1])))
    cost = steps if weights == "linear" else steps**2
    total = counts.sum(axis=(1, 2))
    chance = counts.sum(axis=2)[:, :, None] * counts.sum(axis=1)[:, None, :]
    expected = np.sum(cost * chance, axis=(1, 2))
    kappas: FloatArray = 1 - total * np.sum(cost * counts, axis=(1, 2)) / np.where(expected > 0, expected, np.nan)
    return kappas


def _standard_error(counts: FloatArray, weights: Weights) -> float:
    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(invalid="ignore", divide="ignore"):  # its z value, where one rater never varies
        variance = cohens_kappa(counts, wt=weights).var_kappa
    return float(np.sqrt(max(variance, 0.0)))


def _jackknife(kappas: FloatArray, pairs: list[tuple[int, int]], raters: int) -> tuple[float, float]:
    """Leave each rater out in turn: a mean over pairs is no mean of independent pairs."""
    without = []
    for rater in range(raters):
        left = np.array([rater not in pair for pair in pairs]) & ~np.isnan(kappas)
        if left.any():
            without.append(float(kappas[left].mean()))
    count = len(without)
    if count < 3:
        return float("nan"), float("nan")
    error = np.sqrt((count - 1) / count * np.sum((np.array(without) - np.mean(without)) ** 2))
    half = float(stats.t.ppf(0.975, count - 1) * error)
    mean = float(np.nanmean(kappas))
    return mean - half, mean + half
