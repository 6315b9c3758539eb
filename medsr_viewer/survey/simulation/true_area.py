"""The true area under the ROC curve of a population, and its true mean confidence; and the population that has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from medsr_viewer.errors import InputError
from medsr_viewer.survey.simulation.population import FloatArray, Population


def apart(quality: FloatArray) -> FloatArray:
    """Return how far the evidence of a finding, or of its absence, lies from undecided, in steps of the scale.

    Parameters
    ----------
    quality : float64 ndarray
        Of the image: the better, the further the two kinds of cases stand apart; at the worst not at all.
    """
    return np.asarray(np.maximum(quality - 1.0, 0.0) / 2)


def true_areas(population: Population) -> dict[str, float]:
    """Return the expected area of an observer, over all observers, present and absent cases of a population.

    Parameters
    ----------
    population : Population

    Returns
    -------
    dict of str to float
        By condition, 0 to 1: how often one observer rates a present case above an absent one, ties by half.
    """
    return {name: _area(population, quality) for name, quality in population.quality.items()}


def true_confidences(population: Population, present: float) -> dict[str, float]:
    """Return the expected confidence in each condition, where so great a share of the cases is present."""
    values = np.arange(1, population.best + 1)
    found = {}
    for name, quality in population.quality.items():
        upper, lower, weights = _chances(population, quality)
        found[name] = float(weights @ (present * upper + (1 - present) * lower) @ values)
    return found


def population_with_areas(areas: Mapping[str, float], **options: Any) -> Population:
    """Return a population whose true areas are given ones.

    Parameters
    ----------
    areas : mapping of str to float
        By condition.
    **options
        Of `Population`, all but the quality.

    Raises
    ------
    InputError
        If such people cannot have that area, whatever the images.
    """
    population = Population(dict.fromkeys(areas, 0.0), **options)
    quality = {name: _quality_for(population, name, value) for name, value in areas.items()}
    return Population(quality, **options)


_WORST, _BEST = -2.0, 20.0
"""Qualities at which nothing is seen of a finding, and everything."""


def _quality_for(population: Population, name: str, wanted: float) -> float:
    least, most = sorted(_area(population, quality) for quality in (_WORST, _BEST))
    if not least < wanted < most:
        raise InputError(
            f"An area of {wanted:g} under the ROC curve for {name} is out of reach of these observers",
            f"Give one above {least:.4f} and below {most:.4f}.",
        )
    return float(brentq(lambda quality: _area(population, quality) - wanted, _WORST, _BEST, xtol=1e-7))


def _area(population: Population, quality: float) -> float:
    upper, lower, weights = _chances(population, quality)
    below = np.cumsum(lower, axis=-1) - lower / 2
    return float(weights @ (upper * below).sum(axis=-1))


def _chances(population: Population, quality: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (observers, values) chances of each answer to present and to absent cases, and the observers' weights."""
    biases, of_biases = np.polynomial.hermite_e.hermegauss(16)
    noises, of_noises = np.polynomial.hermite_e.hermegauss(16)
    bias = np.repeat(population.bias_sd * biases, len(noises))
    noise = np.tile(population.inconsistency * np.exp(population.inconsistency_spread * noises), len(biases))
    weights = np.outer(of_biases, of_noises).ravel()
    weights = weights / weights.sum()
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(64)
    seen = apart(quality + np.hypot(population.case_sd, population.case_condition_sd) * nodes)
    kinds = [kind for kind, share in enumerate(population.shares) if share]
    sides = []
    for sign in (1, -1):
        evidence = population.middle + sign * seen
        meant = [_meant(population, evidence, node_weights / node_weights.sum(), bias, noise, kind) for kind in kinds]
        sides.append(np.concatenate(meant))
    return sides[0], sides[1], np.concatenate([population.shares[kind] * weights for kind in kinds])


def _meant(
    population: Population, evidence: FloatArray, weights: FloatArray, bias: FloatArray, noise: FloatArray, kind: int
) -> FloatArray:
    """Return (observers, values) chances of the answers of one kind of people, in the order of `KINDS`."""
    best = population.best
    if kind == _CONSTANT:
        return np.tile(np.eye(best)[population.middle - 1], (len(bias), 1))
    tired, of_tired = _TIRED if kind == _DRIFTER else _FRESH
    steps = np.arange(1, best) + 0.5
    above = np.zeros((len(bias), best - 1))
    for moment, share in zip(tired, of_tired, strict=True):
        mean = evidence + bias[:, np.newaxis] - population.fatigue * moment
        spread = np.maximum(noise * (1 + moment), 1e-12)[:, np.newaxis, np.newaxis]
        above += share * np.einsum("oqs,q->os", ndtr((mean[..., np.newaxis] - steps) / spread), weights)
    ends = np.ones((len(bias), 1)), np.zeros((len(bias), 1))
    chances: FloatArray = -np.diff(np.concatenate((ends[0], above, ends[1]), axis=1), axis=1)
    if kind == _RANKER:
        chances = chances[:, ::-1]
    if kind == _AVOIDER and best > 2:
        chances = chances.copy()
        chances[:, 1] += chances[:, 0]
        chances[:, -2] += chances[:, -1]
        chances[:, [0, -1]] = 0.0
    return np.asarray((1 - population.lapses) * chances + population.lapses / best)


_RANKER, _AVOIDER, _DRIFTER, _CONSTANT = 1, 2, 3, 4
"""Places in `KINDS`."""
_FRESH: tuple[FloatArray, FloatArray] = np.zeros(1), np.ones(1)
_TIRED: tuple[FloatArray, FloatArray] = (
    (np.polynomial.legendre.leggauss(8)[0] + 1) / 2,
    np.polynomial.legendre.leggauss(8)[1] / 2,
)
