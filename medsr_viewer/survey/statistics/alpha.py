"""Krippendorff's alpha: agreement of any number of raters who need not have rated the same stimuli."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.sufficiency import LEAST_DRAWN

Level: TypeAlias = Literal["nominal", "ordinal", "interval"]
FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Alpha:
    """The coefficient.

    Parameters
    ----------
    level : {"nominal", "ordinal", "interval"}
        Of measurement: which differences count how much.
    value : float
        1: all alike; 0: as by chance; NaN where all ratings are equal.
    ci95 : (float, float)
        Percentiles of the bootstrap; NaN with fewer than `LEAST_DRAWN` stimuli or clusters.
    n : int
        Stimuli with two ratings or more.
    ratings, raters : int
        Of these stimuli.
    test, assumptions : str
        In words.
    """

    level: Level
    value: float
    ci95: tuple[float, float]
    n: int
    ratings: int
    raters: int
    test: str
    assumptions: str


def krippendorff_alpha(
    ratings: ArrayLike,
    level: Level = "ordinal",
    *,
    clusters: ArrayLike | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> Alpha:
    """Return alpha after Krippendorff, Content Analysis, 4th ed. (2019), section 12.3.

    Parameters
    ----------
    ratings : (stimuli, raters) array
        NaN: not rated.
    level : {"nominal", "ordinal", "interval"}
        Of measurement.
    clusters : (stimuli,) array, optional
        Stimuli that belong together, as those of one case: they are drawn together.
    resamples : int
        Of the bootstrap.
    seed : int
        Of the bootstrap.

    Raises
    ------
    TooFewRatings
        No stimulus has two ratings.
    """
    table = np.asarray(ratings, np.float64)
    usable = (~np.isnan(table)).sum(axis=1) >= 2
    if not usable.any():
        raise TooFewRatings("Krippendorff's alpha needs a stimulus that two observers rated; there is none.")
    table = table[usable]
    values = np.unique(table[~np.isnan(table)])
    coincidences = _coincidences(table, values)
    drawn_together = np.arange(len(usable)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    _, cluster = np.unique(drawn_together[usable], return_inverse=True)
    groups = int(cluster.max()) + 1
    sums = np.zeros((groups, len(values), len(values)))
    np.add.at(sums, cluster, coincidences)
    value = float(_alpha(sums.sum(axis=0)[None], values, level)[0])
    drawn = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), size=resamples)
    resampled = _alpha(np.tensordot(drawn.astype(np.float64), sums, axes=1), values, level)
    resampled = resampled[~np.isnan(resampled)]
    enough = groups >= LEAST_DRAWN and len(resampled)
    low, high = np.quantile(resampled, (0.025, 0.975)) if enough else (np.nan, np.nan)
    unit = "stimuli" if clusters is None else "cases"
    drawn_words = f"; bootstrap percentile interval, {resamples} resamples of {groups} {unit}" if enough else ""
    return Alpha(
        level,
        value,
        (float(low), float(high)),
        len(table),
        int((~np.isnan(table)).sum()),
        int((~np.isnan(table)).any(axis=0).sum()),
        f"Krippendorff's alpha, {level}{drawn_words}",
        f"{unit.capitalize()} independent; raters taken as given",
    )


def _coincidences(table: FloatArray, values: FloatArray) -> FloatArray:
    """Return (stimuli, V, V): ordered pairs of values within each stimulus, weighted by 1 / (ratings - 1)."""
    counts = (table[:, :, None] == values).sum(axis=1).astype(np.float64)
    pairs = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(len(values))
    pairs[:, diagonal, diagonal] -= counts
    scaled: FloatArray = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return scaled


def _alpha(coincidences: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """Return alpha of each of (B, V, V) tables of coincidences; NaN where a table holds one value alone."""
    counts = coincidences.sum(axis=2)
    differences = _differences(counts, values, level)
    observed = np.sum(coincidences * differences, axis=(1, 2))
    expected = np.sum(counts[:, :, None] * counts[:, None, :] * differences, axis=(1, 2))
    total = counts.sum(axis=1)
    alpha: FloatArray = 1 - (total - 1) * observed / np.where(expected > 0, expected, np.nan)
    return alpha


def _differences(counts: FloatArray, values: FloatArray, level: Level) -> FloatArray:
    """Return (B or 1, V, V) squared differences."""
    if level == "nominal":
        return 1 - np.eye(len(values))[None]
    # Ordinal: how many ratings lie between two values, each of the two by half; the middle rank of a value says it.
    ranks = np.cumsum(counts, axis=1) - counts / 2 if level == "ordinal" else values[None]
    squared: FloatArray = (ranks[:, :, None] - ranks[:, None, :]) ** 2
    return squared
