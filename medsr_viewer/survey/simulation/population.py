"""Who is simulated: the quality that conditions have, and how people differ in seeing and in answering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
Kind: TypeAlias = Literal["regular", "ranker", "avoider", "drifter", "constant"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of the codes that `draw_kinds` returns."""


@dataclass(frozen=True)
class Population:
    """People and images that a simulated survey is drawn from.

    An observer sees ``quality + case effect + case-by-condition effect + own bias + own inconsistency * noise`` and
    answers the nearest value of the scale. All effects are normal, with mean 0, in steps of the scale.

    Parameters
    ----------
    quality : mapping of str to float
        Latent quality by condition.
    best : int
        Greatest value of the scale.
    case_sd, case_condition_sd : float
        Standard deviation of the effect of a case, and of a condition's own effect on a case.
    bias_sd : float
        Of an observer's bias.
    inconsistency, inconsistency_spread : float
        Median over the observers of the standard deviation of their noise, and the standard deviation of its logarithm.
    lapses : float
        Share of answers that are any value of the scale, all equally likely. People who answer always the same have
        none.
    rankers : float
        Share of people who take 1 for the best: they turn the scale round, and give places where several images are
        rated side by side.
    avoiders : float
        Share of people who never use the ends of the scale.
    drifters, fatigue : float
        Share of people who tire: by the end of their sequence they give so many steps less, and their noise has
        doubled.
    constants : float
        Share of people who always give the middle of the scale.

    Raises
    ------
    ValueError
        If a number is not what it can be: negative, a share above 1, shares of people that sum to more than 1, a scale
        of fewer than two values.
    """

    quality: Mapping[str, float]
    best: int = 5
    case_sd: float = 0.4
    case_condition_sd: float = 0.25
    bias_sd: float = 0.35
    inconsistency: float = 0.6
    inconsistency_spread: float = 0.2
    lapses: float = 0.0
    rankers: float = 0.0
    avoiders: float = 0.0
    drifters: float = 0.0
    constants: float = 0.0
    fatigue: float = 1.0

    def __post_init__(self) -> None:
        spreads = (self.case_sd, self.case_condition_sd, self.bias_sd, self.inconsistency, self.inconsistency_spread)
        if min(*spreads, *self.shares, self.lapses) < 0 or self.lapses > 1:
            raise ValueError("standard deviations are 0 or more, shares 0 to 1")
        if self.best < 2:
            raise ValueError("a scale has two values at least")

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of people of each of `KINDS`."""
        odd = (self.rankers, self.avoiders, self.drifters, self.constants)
        # Shares such as 0.1 + 0.2 + 0.7 miss 1 by a rounding error, which is not a negative share of regular people.
        return (round(1 - sum(odd), 12), *odd)

    @property
    def middle(self) -> int:
        """The value in the middle of the scale."""
        return (self.best + 1) // 2


@dataclass(frozen=True, eq=False)
class People:
    """Observers drawn from a population.

    Parameters
    ----------
    kind : (...) int ndarray
        Place in `KINDS`.
    bias, noise : (...) float64 ndarray
        In steps of the scale.
    """

    kind: IntArray
    bias: FloatArray
    noise: FloatArray


def draw_people(population: Population, shape: int | tuple[int, ...], rng: np.random.Generator) -> People:
    """Draw observers."""
    return People(
        rng.choice(len(KINDS), size=shape, p=population.shares).astype(np.intp),
        population.bias_sd * rng.standard_normal(shape),
        population.inconsistency * np.exp(population.inconsistency_spread * rng.standard_normal(shape)),
    )


def seen_quality(population: Population, shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Draw cases, and return what their images show under each condition.

    Returns
    -------
    (*shape, conditions) float64 ndarray
        Latent quality with the effects of the case and of the case under this condition.
    """
    quality = np.array(list(population.quality.values()), np.float64)
    case = population.case_sd * rng.standard_normal((*shape, 1))
    own = population.case_condition_sd * rng.standard_normal((*shape, len(quality)))
    return np.asarray(quality + case + own)
