"""Which two are compared next."""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, xlogy

FloatArray: TypeAlias = NDArray[np.float64]

PRIOR_SD = 2.0
"""Of a scale value before any choice, in logits: differences up to about 5 are thought possible."""

SLACK = 2
"""How much oftener than the least shown a stimulus may have been shown and still be chosen."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


def next_pair(wins: ArrayLike, rng: np.random.Generator) -> tuple[int, int]:
    """Return the two whose comparison is expected to tell most, in random order.

    Parameters
    ----------
    wins : (n, n) array
        ``[i, j]`` how often i was chosen over j; halves are allowed.
    rng : numpy Generator
        Decides between pairs that tell equally much, and which comes first.

    Raises
    ------
    ValueError
        Under two stimuli, or `wins` is not square.

    Notes
    -----
    Bradley-Terry with a normal prior, Laplace approximation; the expected information is that of the choice about the
    scale (Chen et al., WSDM 2013; Mikhailiuk et al., ICPR 2020). Pairs of which one was shown more than `SLACK` times
    oftener than the least shown stimulus are left out: a stimulus that is shown no more would stay uncertain for ever.
    """
    table = np.asarray(wins, np.float64)
    count = len(table)
    if table.shape != (count, count) or count < 2:
        raise ValueError(f"wins of two or more stimuli are a square array, not {table.shape}")
    shown = table.sum(axis=0) + table.sum(axis=1)
    pairs = list(combinations(range(count), 2))
    allowed = [pair for pair in pairs if max(shown[list(pair)]) <= shown.min() + SLACK]
    pairs = allowed or [pair for pair in pairs if min(shown[list(pair)]) == shown.min()]
    gains = np.array(expected_information(table, pairs))
    best = np.flatnonzero(gains >= gains.max() - 1e-9)
    first, second = pairs[int(rng.choice(best))]
    return (first, second) if rng.random() < 0.5 else (second, first)


def expected_information(wins: ArrayLike, pairs: list[tuple[int, int]]) -> list[float]:
    """Return, in nats, what one more choice of each pair is expected to tell about the scale."""
    values, covariance = posterior(np.asarray(wins, np.float64))
    gains = []
    for first, second in pairs:
        mean = values[first] - values[second]
        variance = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
        chances = expit(mean + np.sqrt(variance) * _NODES)
        weights = _WEIGHTS / _WEIGHTS.sum()
        gains.append(float(_entropy(weights @ chances) - weights @ _entropy(chances)))
    return gains


def posterior(wins: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mode of the scale and the covariance about it, after so many wins and `PRIOR_SD`.

    Newton's method: the posterior is concave.
    """
    count = len(wins)
    values = np.zeros(count)
    total = wins + wins.T
    for _ in range(100):
        chances = expit(values[:, None] - values[None, :])
        gradient = np.sum(wins * (1 - chances) - wins.T * chances, axis=1) - values / PRIOR_SD**2
        information = total * chances * (1 - chances)
        precision = np.diag(information.sum(axis=1)) - information + np.eye(count) / PRIOR_SD**2
        step = np.linalg.solve(precision, gradient)
        # Far from the mode a full step may overshoot.
        values = values + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10:
            break
    return values, np.linalg.inv(precision)


def _entropy(chance: FloatArray) -> FloatArray:
    entropy: FloatArray = -xlogy(chance, chance) - xlogy(1 - chance, 1 - chance)
    return entropy
