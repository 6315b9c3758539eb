"""Cumulative-link model: how much a condition raises the odds of a higher rating than the baseline gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable

FloatArray: TypeAlias = NDArray[np.float64]

_PROPORTIONAL = "Proportional odds: one ratio holds at every step of the scale (`by_step` shows how far); "
_CLUSTERS = {
    (True, True): "odds averaged over observers and cases; observers and cases independent clusters, about ten or more"
    " of each",
    (True, False): "odds averaged over observers, of this case alone; observers independent, about ten or more",
    (False, True): "odds averaged over cases, of this observer alone; cases independent, about ten or more",
}
"""By whether there are several observers, and several cases."""


@dataclass(frozen=True)
class OddsRatio:
    """Odds of a higher rating under a condition, over those under the baseline.

    Parameters
    ----------
    condition : str
        Its name.
    value, ci95, p : float
        Odds ratio, 95 % interval, two-sided test of 1.
    by_step : tuple of float
        Ratio at each step of the scale by itself (2 and above, 3 and above …); NaN where a side is empty.
    n : int
        Ratings of the condition.
    """

    condition: str
    value: float
    ci95: tuple[float, float]
    p: float
    by_step: tuple[float, ...]
    n: int


@dataclass(frozen=True)
class OrdinalModel:
    """The model fitted.

    Parameters
    ----------
    baseline : str
        Condition that has ratio 1.
    odds_ratios : tuple of OddsRatio
        Of the other conditions; empty where there is no fit.
    thresholds : dict of float to float
        Log odds, under the baseline, of a rating at or below each value.
    converged : bool
        Whether there is a fit.
    message : str
        "" or why there is none, or what is wrong with it.
    log_likelihood, df : float
        df: of Student's t, the fewer of observers and cases less 1.
    n, observers, cases : int
        Ratings; clusters.
    test, assumptions : str
        In words.
    """

    baseline: str
    odds_ratios: tuple[OddsRatio, ...]
    thresholds: dict[float, float]
    converged: bool
    message: str
    log_likelihood: float
    df: int
    n: int
    observers: int
    cases: int
    test: str
    assumptions: str

    @property
    def clusters(self) -> str:
        """By what the ratings go together, as the covariance takes it."""
        return " and ".join(noun for noun, n in (("observer", self.observers), ("case", self.cases)) if n > 1)


def ordinal_model(table: RatingTable, baseline: str) -> OrdinalModel:
    """Fit the proportional-odds model of the rating on the condition.

    Parameters
    ----------
    table : RatingTable
        First ratings count.
    baseline : str
        One of its conditions.

    Returns
    -------
    OrdinalModel
        With `converged` False and a message where it cannot be fitted: conditions whose ratings do not overlap, or all
        ratings equal.

    Raises
    ------
    TooFewRatings
        No such baseline, under two conditions with ratings, or a single observer's ratings of a single case.

    Notes
    -----
    statsmodels' OrderedModel, logit link; covariance robust to clusters of observers and of cases at once (Cameron,
    Gelbach and Miller, J. Bus. Econ. Stat. 29:238, 2011). Where one of the two has a single cluster, the other's alone.
    """
    first = table.repeat == 0
    value, condition = table.value[first], table.condition[first]
    observer, case = table.observer[first], table.case[first]
    names = [table.conditions[index] for index in np.unique(condition)]
    if baseline not in names or len(names) < 2:
        raise TooFewRatings(
            f"The ordinal model needs ratings of {baseline} and of another condition.",
            f"There are ratings of: {', '.join(names) or 'none'}.",
        )
    others = [name for name in names if name != baseline]
    clusters = len(np.unique(observer)), len(np.unique(case))
    if max(clusters) < 2:
        raise TooFewRatings("The ordinal model needs two observers or two cases; there is one of each.")
    assumed = _PROPORTIONAL + _CLUSTERS[clusters[0] > 1, clusters[1] > 1]
    rated = {name: value[condition == table.conditions.index(name)] for name in names}
    columns = np.stack([condition == table.conditions.index(name) for name in others], axis=1).astype(np.float64)
    message = _no_fit(rated)
    if not message:
        fitted, message = _fit(value, columns)
        if fitted is not None:
            ratios, df, words = _ratios(fitted, others, rated, baseline, observer, case)
            thresholds = fitted.model.transform_threshold_params(fitted.params)[1:-1]
            at = dict(zip(map(float, np.unique(value)[:-1]), map(float, thresholds), strict=True))
            return OrdinalModel(
                baseline, ratios, at, True, message, float(fitted.llf), df, len(value), *clusters, f"{_TEST}; {words}",
                assumed,
            )  # fmt: skip
    return OrdinalModel(baseline, (), {}, False, message, float("nan"), 0, len(value), *clusters, _TEST, assumed)


_TEST = "Cumulative-link (proportional odds) model, logit link, Wald test with Student's t"


def _no_fit(rated: dict[str, FloatArray]) -> str:
    """Say why the likelihood has no maximum; "" where it has one."""
    everything = np.concatenate(list(rated.values()))
    if np.ptp(everything) == 0:
        return f"All ratings are {everything[0]:g}: there is nothing to compare."
    for name, values in rated.items():
        if values.min() >= everything.max() or values.max() <= everything.min():
            return f"All ratings of {name} are at one end of those given: its odds ratio is not finite."
    # Where some conditions' ratings are nowhere above those of the rest, the likelihood rises for ever with their
    # distance; one value that both have does not hold it.
    ordered = sorted(rated, key=lambda name: (rated[name].min(), rated[name].max()))
    for place in range(1, len(ordered)):
        lower, upper = ordered[:place], ordered[place:]
        if max(rated[name].max() for name in lower) <= min(rated[name].min() for name in upper):
            return (
                f"The ratings of {', '.join(lower)} do not overlap with those of {', '.join(upper)}: the odds ratios"
                " are not finite."
            )
    return ""


def _fit(value: FloatArray, columns: FloatArray) -> tuple[Any, str]:
    """Return (the fit or None, what is wrong)."""
    import warnings

    from statsmodels.miscmodels.ordinal_model import OrderedModel

    model = OrderedModel(value, columns, distr="logit")
    # It warns of what the message below says.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fitted = model.fit(method="bfgs", maxiter=500, disp=False)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
            return None, f"The model could not be fitted: {error}."
    if not fitted.mle_retvals["converged"] or not np.isfinite(fitted.params).all():
        return None, "The model did not converge: the ratings may not overlap enough between conditions."
    if not np.isfinite(np.diag(fitted.cov_params())).all():
        return None, "The model converged, but its covariance is not finite."
    return fitted, ""


def _ratios(
    fitted: Any,
    others: list[str],
    rated: dict[str, FloatArray],
    baseline: str,
    observer: NDArray[np.intp],
    case: NDArray[np.intp],
) -> tuple[tuple[OddsRatio, ...], int, str]:
    covariance, df, words = _robust(fitted, observer, case)
    quantile = stats.t.ppf(0.975, df)
    steps = np.unique(np.concatenate(list(rated.values())))[1:]
    found = []
    for place, name in enumerate(others):
        slope, error = float(fitted.params[place]), float(np.sqrt(covariance[place, place]))
        found.append(
            OddsRatio(
                name,
                float(np.exp(slope)),
                (float(np.exp(slope - quantile * error)), float(np.exp(slope + quantile * error))),
                float(2 * stats.t.sf(abs(slope) / error, df)) if error > 0 else float("nan"),
                tuple(_ratio_at(rated[name], rated[baseline], step) for step in steps),
                len(rated[name]),
            )
        )
    return tuple(found), df, words


def _robust(fitted: Any, observer: NDArray[np.intp], case: NDArray[np.intp]) -> tuple[FloatArray, int, str]:
    """Return covariance, degrees of freedom and words, for as many kinds of clusters as there are."""
    scores = fitted.model.score_obs(fitted.params)
    bread = np.linalg.inv(-fitted.model.hessian(fitted.params))
    observers, cases = len(np.unique(observer)), len(np.unique(case))
    of_observers, of_cases = (_sandwich(bread, scores, cluster) for cluster in (observer, case))
    if cases < 2:
        return of_observers, observers - 1, f"covariance robust to {observers} observers; one case"
    if observers < 2:
        return of_cases, cases - 1, f"covariance robust to {cases} cases; one observer"
    _, both = np.unique(observer * (case.max() + 1) + case, return_inverse=True)
    two_way = of_observers + of_cases - _sandwich(bread, scores, both)
    # With few clusters their difference may come out too small, even negative: never below either by itself.
    diagonal = np.maximum.reduce([np.diag(two_way), np.diag(of_observers), np.diag(of_cases)])
    np.fill_diagonal(two_way, diagonal)
    return two_way, min(observers, cases) - 1, f"covariance robust to {observers} observers and {cases} cases"


def _sandwich(bread: FloatArray, scores: FloatArray, cluster: NDArray[np.intp]) -> FloatArray:
    _, members = np.unique(cluster, return_inverse=True)
    count = int(members.max()) + 1
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, members, scores)
    covariance: FloatArray = bread @ (sums.T @ sums) @ bread * (count / max(count - 1, 1))
    return covariance


def _ratio_at(upper: FloatArray, lower: FloatArray, step: float) -> float:
    """Return the ratio of the odds of a rating at or above a step."""
    a, b = np.sum(upper >= step), np.sum(upper < step)
    c, d = np.sum(lower >= step), np.sum(lower < step)
    return float(a * d / (b * c)) if b * c > 0 and a * d > 0 else float("nan")
