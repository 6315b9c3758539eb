"""From what simulated observers see to what they answer."""

from __future__ import annotations

import numpy as np

from medsr_viewer.survey.simulation.population import (
    KINDS,
    FloatArray,
    IntArray,
    People,
    Population,
    draw_people,
    seen_quality,
)


def perceived(
    population: Population, seen: FloatArray, people: People, position: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Return what people perceive of images: with their bias and noise, and what tiredness does to it.

    Parameters
    ----------
    population : Population
    seen : (..., conditions) float64 ndarray
        Of `seen_quality`; broadcast against the people.
    people : People
        Its arrays broadcast against all of `seen`.
    position : float64 ndarray
        Where in the observer's sequence each image is rated, 0 to 1; broadcast likewise.
    rng : numpy.random.Generator

    Returns
    -------
    (..., conditions) float64 ndarray
        In steps of the scale.
    """
    tired = np.where(people.kind == KINDS.index("drifter"), position, 0.0)
    mean = np.asarray(seen + people.bias - population.fatigue * tired)
    return np.asarray(mean + people.noise * (1 + tired) * rng.standard_normal(mean.shape))


def marks(
    population: Population, latent: FloatArray, people: People, rng: np.random.Generator, *, together: bool = False
) -> IntArray:
    """Return the values that people answer.

    Parameters
    ----------
    population : Population
    latent : (..., conditions) float64 ndarray
        Of `perceived`.
    people : People
        As there.
    rng : numpy.random.Generator
    together : bool
        Whether the conditions are rated side by side (the queens' protocol), so that rankers can give places.

    Returns
    -------
    (..., conditions) int ndarray
        1 to `Population.best`.
    """
    best = population.best
    nearest = np.clip(np.floor(latent + 0.5), 1, best)
    answers = np.select(
        [people.kind == KINDS.index(kind) for kind in ("ranker", "avoider", "constant")],
        [
            _places(latent, best) if together else best + 1 - nearest,
            np.clip(nearest, 2, best - 1) if best > 2 else nearest,
            np.full_like(nearest, population.middle),
        ],
        nearest,
    )
    lapsed = (rng.random(latent.shape) < population.lapses) & (people.kind != KINDS.index("constant"))
    return np.where(lapsed, rng.integers(1, best, latent.shape, endpoint=True), answers).astype(np.intp)


def rating_cubes(
    population: Population,
    studies: int,
    observers: int,
    cases: int,
    rng: np.random.Generator,
    *,
    together: bool = False,
) -> IntArray:
    """Simulate whole studies at once, each with its own observers and cases; everyone rates everything, in any order.

    Returns
    -------
    (studies, observers, cases, conditions) int ndarray
        1 to `Population.best`; conditions in the order of `Population.quality`.
    """
    seen = seen_quality(population, (studies, 1, cases), rng)
    people = draw_people(population, (studies, observers, 1, 1), rng)
    trials = (studies, observers, cases, 1 if together else seen.shape[-1])
    places = np.argsort(rng.random((studies, observers, trials[2] * trials[3])), axis=-1).reshape(trials)
    position = (places + 0.5) / (trials[2] * trials[3])
    seen = np.broadcast_to(seen, (studies, observers, cases, seen.shape[-1]))
    return marks(population, perceived(population, seen, people, position, rng), people, rng, together=together)


def _places(latent: FloatArray, best: int) -> FloatArray:
    better = (latent[..., np.newaxis, :] > latent[..., :, np.newaxis]).sum(-1)
    return np.asarray(np.minimum(1 + better, best), np.float64)
