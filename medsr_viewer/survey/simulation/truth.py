"""The true MOS of a population, by quadrature; and the population that has a given MOS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq, root
from scipy.special import ndtr

from medsr_viewer.errors import InputError
from medsr_viewer.survey.simulation.population import FloatArray, Population

REACH = 50.0
"""Steps beyond the scale's ends at which all answers are sure to be its end."""

TOLERANCE = 1e-4
"""Of the MOS of `population_with`."""


def true_mos(population: Population, *, together: bool = False) -> dict[str, float]:
    """Return the expected answer to each condition, over all observers and all cases of a population.

    Parameters
    ----------
    population : Population
    together : bool
        Whether the conditions are rated side by side (the queens' protocol): matters to rankers alone.

    Returns
    -------
    dict of str to float
        By condition, 1 to `Population.best`: after rounding and clipping, and with all kinds of people in their shares.
    """
    quality = np.array(list(population.quality.values()), np.float64)
    return dict(zip(population.quality, _expected(population, quality, together=together).tolist(), strict=True))


def population_with(mos: Mapping[str, float], *, together: bool = False, **options: Any) -> Population:
    """Return a population whose true MOS are given ones, within 1e-4.

    Parameters
    ----------
    mos : mapping of str to float
        By condition.
    together : bool
        See `true_mos`.
    **options
        Of `Population`, all but the quality.

    Raises
    ------
    InputError
        If such people cannot have that MOS on average, whatever the images.
    """
    population = Population(dict.fromkeys(mos, 0.0), **options)
    target = np.array(list(mos.values()), np.float64)
    alone = np.array([_quality_for(population, name, value) for name, value in mos.items()])
    quality = alone
    if together and population.rankers:
        solution = root(lambda guess: _expected(population, guess, together=True) - target, alone)
        quality = np.asarray(solution.x)
    missed = np.abs(_expected(population, quality, together=together) - target)
    if not missed.max(initial=0.0) < TOLERANCE:
        name = list(mos)[int(np.argmax(missed))]
        raise InputError(
            f"No images have a MOS of {mos[name]:g} under {name} with these observers",
            "Give other MOS, or observers who rank less often.",
        )
    return Population(dict(zip(mos, quality.tolist(), strict=True)), **options)


def _quality_for(population: Population, name: str, mos: float) -> float:
    def missed(quality: float) -> float:
        return float(_expected(population, np.array([quality]), together=False)[0]) - mos

    least, most = 1 - REACH, population.best + REACH
    ends = sorted((missed(least), missed(most)))
    if not ends[0] <= 0 <= ends[1]:
        raise InputError(
            f"A MOS of {mos:g} for {name} is out of reach of these observers",
            f"Give one from {mos + ends[0]:.4f} to {mos + ends[1]:.4f}.",
        )
    return float(brentq(missed, least, most, xtol=1e-12))


def _expected(population: Population, quality: FloatArray, *, together: bool) -> FloatArray:
    """Return (conditions,) expected answers: kinds in their shares, with lapses."""
    best = population.best
    regular, rankers, avoiders, drifters, constants = population.shares
    nearest = _nearest(population, quality, (1, best))
    ranked = best + 1 - nearest
    if together and rankers:
        ranked = _placed(population, quality)
    avoided = _nearest(population, quality, (2, best - 1)) if best > 2 else nearest
    meant = regular * nearest + rankers * ranked + avoiders * avoided
    if drifters:
        meant = meant + drifters * _nearest_of_the_tired(population, quality)
    lapsed = (1 - constants) * (best + 1) / 2
    return np.asarray((1 - population.lapses) * meant + population.lapses * lapsed + constants * population.middle)


def _nearest(population: Population, quality: FloatArray, ends: tuple[int, int], tired: float = 0.0) -> FloatArray:
    """Return (conditions,) expectations of the answer that is nearest to what is perceived, clipped to two ends."""
    noise, weights = _noises(population)
    others = population.case_sd**2 + population.case_condition_sd**2 + population.bias_sd**2
    spread = np.sqrt(others + (noise * (1 + tired)) ** 2)
    mean = quality - population.fatigue * tired
    # The expectation of a whole number is its least value and the chances of each step above it.
    steps = np.arange(ends[0], ends[1]) + 0.5
    chances = ndtr((mean[:, np.newaxis, np.newaxis] - steps) / np.maximum(spread, 1e-12)[:, np.newaxis])
    return np.asarray(ends[0] + chances.sum(-1) @ weights)


def _nearest_of_the_tired(population: Population, quality: FloatArray) -> FloatArray:
    nodes, weights = np.polynomial.legendre.leggauss(16)
    ends = (1, population.best)
    at = [_nearest(population, quality, ends, tired) for tired in ((nodes + 1) / 2).tolist()]
    return np.asarray(weights / 2 @ np.array(at))


def _placed(population: Population, quality: FloatArray) -> FloatArray:
    """Return (conditions,) expected places, 1 the best; one image's and its rivals' own effects alone matter."""
    noise, weights = _noises(population)
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(96)
    node_weights = node_weights / node_weights.sum()
    spread = np.maximum(np.hypot(population.case_condition_sd, noise), 1e-12)
    expected = np.empty_like(quality)
    for index, own in enumerate(quality):
        rivals = np.delete(quality, index)
        # (noises, nodes, rivals): chance that a rival is perceived as better than this one where it stands.
        better = ndtr((rivals - own) / spread[:, np.newaxis, np.newaxis] - nodes[:, np.newaxis])
        expected[index] = weights @ _mean_place(better, population.best) @ node_weights
    return expected


def _mean_place(better: FloatArray, best: int) -> FloatArray:
    """Return the mean of 1 + the number of independent events, at most `best`; chances along the last axis."""
    count = np.zeros((*better.shape[:-1], better.shape[-1] + 1))
    count[..., 0] = 1.0
    for rival in range(better.shape[-1]):
        chance = better[..., rival, np.newaxis]
        count[..., 1:] = count[..., 1:] * (1 - chance) + count[..., :-1] * chance
        count[..., 0] *= 1 - chance[..., 0]
    return np.asarray(count @ np.minimum(np.arange(1.0, count.shape[-1] + 1), best))


def _noises(population: Population) -> tuple[FloatArray, FloatArray]:
    """Return the nodes and weights of an average over observers, who are not equally consistent."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    return population.inconsistency * np.exp(population.inconsistency_spread * nodes), weights / weights.sum()
