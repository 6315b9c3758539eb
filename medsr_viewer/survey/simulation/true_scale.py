"""The true scale of preference of a population, in logits; and the population that has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import root
from scipy.special import expit, ndtr

from medsr_viewer.errors import InputError
from medsr_viewer.survey.simulation.population import FloatArray, Population

TOLERANCE = 1e-4
"""Of the values of `population_with_scale`, in logits."""


def true_scale(population: Population) -> dict[str, float]:
    """Return the place of each condition on one scale of preference, over all observers and cases of a population.

    Parameters
    ----------
    population : Population

    Returns
    -------
    dict of str to float
        By condition, in logits, with mean 0: the values whose differences come nearest to the true chances of being
        chosen (greatest likelihood), every two conditions compared equally often. Choices of these people follow no
        logistic curve exactly.
    """
    return dict(zip(population.quality, _scale(_chances(population, _qualities(population))).tolist(), strict=True))


def population_with_scale(values: Mapping[str, float], **options: Any) -> Population:
    """Return a population whose true scale values are given ones, less their mean.

    Parameters
    ----------
    values : mapping of str to float
        By condition, in logits.
    **options
        Of `Population`, all but the quality.

    Raises
    ------
    InputError
        If no images have such values with these observers.
    """
    population = Population(dict.fromkeys(values, 0.0), **options)
    target = np.array(list(values.values()), np.float64)
    target = target - target.mean()

    def missed(guess: FloatArray) -> FloatArray:
        return np.asarray(_scale(_chances(population, guess)) - target + guess.mean())

    solution = root(missed, 0.6 * target)
    if not np.abs(missed(solution.x)).max(initial=0.0) < TOLERANCE:
        raise InputError(
            "No images have these scale values with these observers",
            "Give values that lie closer together: people choose one over another in 95 % where they differ by 3.",
        )
    return Population(dict(zip(values, (solution.x + population.middle).tolist(), strict=True)), **options)


def _qualities(population: Population) -> FloatArray:
    return np.array(list(population.quality.values()), np.float64)


def _chances(population: Population, quality: FloatArray) -> FloatArray:
    """Return (conditions, conditions) chances that the row is chosen over the column.

    An observer's bias and a case's own effect are in both images; who ranks chooses as others do.
    """
    noises, weights = np.polynomial.hermite_e.hermegauss(24)
    noise = population.inconsistency * np.exp(population.inconsistency_spread * noises)
    difference = quality[:, np.newaxis] - quality

    def chosen(tired: float) -> FloatArray:
        spread = np.sqrt(2 * population.case_condition_sd**2 + 2 * (noise * (1 + tired)) ** 2)
        chances = ndtr(difference[..., np.newaxis] / np.maximum(spread, 1e-12))
        return np.asarray(chances @ (weights / weights.sum()))

    constants, drifters = population.constants, population.drifters
    moments, shares = np.polynomial.legendre.leggauss(8)
    meant = (1 - constants - drifters) * chosen(0.0)
    if drifters:
        meant = meant + drifters * sum(
            share / 2 * chosen((moment + 1) / 2) for moment, share in zip(moments, shares, strict=True)
        )
    return np.asarray((1 - population.lapses) * meant + population.lapses * (1 - constants) / 2 + constants / 2)


def _scale(chances: FloatArray) -> FloatArray:
    """Return (conditions,) logits of greatest expected likelihood, with mean 0."""

    def slope(values: FloatArray) -> FloatArray:
        return np.asarray((chances - expit(values[:, np.newaxis] - values)).sum(axis=1) - values.mean())

    return np.asarray(root(slope, np.zeros(len(chances)), tol=1e-12).x)
