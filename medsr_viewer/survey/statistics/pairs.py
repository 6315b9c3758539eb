"""Scale values of conditions from forced choices between two: Bradley-Terry, and Thurstone's case V."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, ndtr

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import PairTable
from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
Model: TypeAlias = Literal["bradley-terry", "thurstone"]


@dataclass(frozen=True)
class ScaleValue:
    """One condition on the scale.

    Parameters
    ----------
    condition : str
        Its name.
    value, ci95 : float, (float, float)
        Mean over conditions is 0.
    chosen, shown : int
        How often.
    """

    condition: str
    value: float
    ci95: tuple[float, float]
    chosen: int
    shown: int


@dataclass(frozen=True)
class ScaleDifference:
    """First condition less the second, and how often the model has the first chosen."""

    first: str
    second: str
    value: float
    ci95: tuple[float, float]
    probability: float
    probability_ci95: tuple[float, float]


@dataclass(frozen=True)
class PairScale:
    """All conditions on one scale.

    Parameters
    ----------
    model : {"bradley-terry", "thurstone"}
        Chance that i is chosen over j: logistic(i - j); normal distribution function of (i - j), so that the unit is
        the standard deviation of the difference of two impressions.
    values : tuple of ScaleValue
        As the table's conditions.
    differences : tuple of ScaleDifference
        Every two conditions.
    deviance, df, p : float
        Of the model against free chances for every pair; small p: one scale does not hold the choices (circles).
    regularised : bool
        Some conditions were always or never chosen over all others: every pair was given a small number of choices
        either way, without which values were infinite. Intervals are then no narrower than the likelihood's curvature
        has them: resamples of choices that are all alike are all alike.
    n, observers, cases : int
        Choices, and by whom of what.
    test, assumptions : str
        In words.
    """

    model: Model
    values: tuple[ScaleValue, ...]
    differences: tuple[ScaleDifference, ...]
    deviance: float
    df: int
    p: float
    regularised: bool
    n: int
    observers: int
    cases: int
    test: str
    assumptions: str = (
        "Forced choices independent given the scale; one scale for all observers and cases; which two were shown taken"
        " as given, though each pair was chosen by the answers before it (adaptive sampling), which makes the choices"
        " depend on one another: intervals and p values are approximate"
    )


def pair_scale(table: PairTable, model: Model = "bradley-terry", *, resamples: int = 400, seed: int = 0) -> PairScale:
    """Fit the scale by maximum likelihood.

    Parameters
    ----------
    table : PairTable
        Of all choices.
    model : {"bradley-terry", "thurstone"}
        Bradley and Terry, Biometrika 39:324 (1952), by choix; Thurstone, Psychol. Rev. 34:273 (1927), case V.
    resamples, seed : int
        Of the bootstrap over observers and cases; under five observers the interval comes from the curvature of the
        likelihood instead, and holds for these observers alone.

    Raises
    ------
    TooFewRatings
        Under two conditions, no choice, or a condition that was never shown.
    """
    wins = table.wins()
    shown = wins.sum(axis=0) + wins.sum(axis=1)
    count = len(wins)
    if count < 2 or not shown.all():
        never = ", ".join(name for name, times in zip(table.conditions, shown, strict=True) if not times)
        raise TooFewRatings(f"A scale needs choices between two or more conditions; never shown: {never or 'all'}.")
    fit = _FITS[model]
    values = fit(_finite(wins))
    places = list(combinations(range(count), 2))
    observers, finite = len(np.unique(table.observer)), _connected(wins)
    curved = _curved(_finite(wins), values, model, places)
    if observers >= LEAST_DRAWN:
        drawn = np.stack([fit(_finite(each)) for each in _resampled(table, resamples, seed)])
        apart_drawn = np.stack([drawn[:, a] - drawn[:, b] for a, b in places], axis=1)
        intervals = [np.quantile(each, (0.025, 0.975), axis=0) for each in (drawn, apart_drawn)]
        words = f"percentiles of {resamples} resamples of observers and cases"
        if not finite:  # who is chosen always is so in every resample: all of them are alike, and tell no width
            intervals = [_wider(one, other) for one, other in zip(intervals, curved, strict=True)]
            words += ", and no narrower than the curvature of the likelihood has them"
    else:
        intervals = list(curved)
        words = "interval from the curvature of the likelihood, for these observers alone"
    (low, high), apart = intervals
    chance = _CHANCES[model]
    deviance, df = _deviance(wins, chance(values[:, None] - values[None, :]))
    names = table.conditions
    return PairScale(
        model,
        tuple(
            ScaleValue(names[i], float(values[i]), (float(low[i]), float(high[i])), int(wins[i].sum()), int(shown[i]))
            for i in range(count)
        ),
        tuple(
            _difference(names[a], names[b], float(values[a] - values[b]), apart[:, place], chance)
            for place, (a, b) in enumerate(places)
        ),
        deviance,
        df,
        float(stats.chi2.sf(deviance, df)) if df else float("nan"),
        not finite,
        len(table.winner),
        observers,
        len(np.unique(table.case)),
        f"{_NAMES[model]}, maximum likelihood; {words}; deviance against free chances",
    )


_NAMES = {"bradley-terry": "Bradley-Terry model", "thurstone": "Thurstone's case V (probit)"}
_CHANCES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "bradley-terry": expit,
    "thurstone": ndtr,
}


def _difference(
    first: str, second: str, value: float, ci95: FloatArray, chance: Callable[[FloatArray], FloatArray]
) -> ScaleDifference:
    low, high = map(float, ci95)
    probability, least, most = map(float, chance(np.array([value, low, high])))
    return ScaleDifference(first, second, value, (low, high), probability, (least, most))


def _curved(
    wins: FloatArray, values: FloatArray, model: Model, places: list[tuple[int, int]]
) -> tuple[FloatArray, ...]:
    """Return the intervals of the values and of their differences, (2, n) each, by the curvature of the likelihood."""
    covariance = np.linalg.pinv(_information(wins, values, model))
    first, second = np.array(places).T
    variance = np.diag(covariance)
    reach = 1.959964 * np.sqrt(variance[first] + variance[second] - 2 * covariance[first, second])
    apart = values[first] - values[second]
    half = 1.959964 * np.sqrt(variance)
    return np.stack((values - half, values + half)), np.stack((apart - reach, apart + reach))


def _wider(one: FloatArray, other: FloatArray) -> FloatArray:
    return np.stack((np.minimum(one[0], other[0]), np.maximum(one[1], other[1])))


def _connected(wins: FloatArray) -> bool:
    """Whether the maximum is finite: from every condition a chain of wins leads to every other (Ford 1957)."""
    from scipy.sparse.csgraph import connected_components

    return int(connected_components(wins > 0, directed=True, connection="strong")[0]) == 1


def _finite(wins: FloatArray) -> FloatArray:
    """Return the wins, with a choice for and one against shared among each condition's pairs where that is needed."""
    if _connected(wins):
        return wins
    count = len(wins)
    return wins + (1 - np.eye(count)) / (2 * (count - 1))


def _bradley_terry(wins: FloatArray) -> FloatArray:
    import choix

    values: FloatArray = choix.ilsr_pairwise_dense(wins, max_iter=2000, tol=1e-9)
    values -= values.mean()
    return values


def _thurstone(wins: FloatArray) -> FloatArray:
    """Fisher scoring; a probit regression of statsmodels gives the same, and takes twenty times as long."""
    values: FloatArray = np.zeros(len(wins))
    for _ in range(200):
        chance, density = _probit(values)
        slope = wins * density / chance - wins.T * density / (1 - chance)
        # The mean of the values is free; 1 in every place of the information holds it at 0.
        step = np.linalg.solve(_information(wins, values, "thurstone") + 1, slope.sum(axis=1))
        values = values + step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    return values


def _probit(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (conditions, conditions) chance of the row over the column, and the density there."""
    apart = values[:, None] - values[None, :]
    return np.clip(ndtr(apart), 1e-12, 1 - 1e-12), np.exp(-(apart**2) / 2) / np.sqrt(2 * np.pi)


_FITS: dict[str, Callable[[FloatArray], FloatArray]] = {"bradley-terry": _bradley_terry, "thurstone": _thurstone}


def _information(wins: FloatArray, values: FloatArray, model: Model) -> FloatArray:
    """Return the expected information about the values."""
    if model == "thurstone":
        chance, density = _probit(values)
    else:
        chance = expit(values[:, None] - values[None, :])
        density = chance * (1 - chance)
    information = (wins + wins.T) * density**2 / (chance * (1 - chance))
    laplacian: FloatArray = np.diag(information.sum(axis=1)) - information
    return laplacian


def _resampled(table: PairTable, resamples: int, seed: int) -> list[FloatArray]:
    """Return the wins of resamples of observers, and of cases where there are enough."""
    rng = np.random.default_rng(seed)
    weights = np.ones((resamples, len(table.winner)))
    for index in (table.observer, table.case):
        _, member = np.unique(index, return_inverse=True)
        count = int(member.max()) + 1
        if count >= LEAST_DRAWN:
            weights *= rng.multinomial(count, np.full(count, 1 / count), size=resamples)[:, member]
    return [table.wins(each) for each in weights if each.any()]


def _deviance(wins: FloatArray, chance: FloatArray) -> tuple[float, int]:
    """Return (deviance, degrees of freedom) of the model against a chance of its own for every pair."""
    total = wins + wins.T
    expected = total * chance
    terms = np.where(wins > 0, wins * np.log(np.where(wins > 0, wins, 1) / np.where(wins > 0, expected, 1)), 0)
    compared = int((total[np.triu_indices(len(wins), 1)] > 0).sum())
    return float(2 * terms.sum()), max(compared - (len(wins) - 1), 0)
