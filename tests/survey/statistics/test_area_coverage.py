"""Of simulated reader studies the intervals of areas and shares hold the truth about as often as they say, near 1 too.

The generator shares no code with the analysis. All figures, two minutes on one core:
``pytest tests/survey/statistics/test_area_coverage.py -s``. Printed are the shares of studies whose interval holds the
truth, in brackets those of the plain interval (value +- t standard errors).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.readers import ReaderMean
from medsr_viewer.survey.statistics.roc import roc
from medsr_viewer.survey.statistics.vgc import vgc

STUDIES = 500
READERS, SIZES = (5, 10, 20), (20, 40)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(32)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Population:
    """Two kinds of images in five steps of confidence: normal, a reader's own distance apart, an own bias.

    What a reader sees of a case has variance 1; `cases` of it is the case's, and all readers see it.
    """

    skill: float  # standard deviation over the readers of the distance
    cases: float
    bias: float = 0.3

    def draw(self, rng: np.random.Generator, distance: float, readers: int, size: int, paired: bool) -> np.ndarray:
        """Return (readers, 2 * size) ratings, upper ones first; (readers, size, 2) where both are of one case."""
        own = distance + self.skill * rng.normal(size=(readers, 1))
        bias, common = self.bias * rng.normal(size=(readers, 1)), rng.normal(size=(2, 1, size))
        common[1] = common[0] if paired else common[1]
        noise = np.sqrt(1 - self.cases) * rng.normal(size=(2, readers, size))
        sides = bias + np.array([1, -1])[:, None, None] * own / 2 + np.sqrt(self.cases) * common + noise
        ratings = np.searchsorted(STEPS, sides) + 1.0
        return ratings.transpose(1, 2, 0)[:, :, ::-1] if paired else np.concatenate(list(ratings), axis=1)

    def chances(self, distance: float, side: int) -> np.ndarray:
        """Return (biases, distances, 5) chances of each answer to images of a side, 1 or -1."""
        mean = self.bias * NODES[:, None] + side * (distance + self.skill * NODES) / 2
        below = ndtr(STEPS - mean[..., None])
        return np.diff(below, axis=-1, prepend=0.0, append=1.0)

    def area(self, distance: float) -> float:
        upper, lower = self.chances(distance, 1), self.chances(distance, -1)
        areas = (upper * (np.cumsum(lower, axis=-1) - lower / 2)).sum(axis=-1)
        return float(WEIGHTS @ areas @ WEIGHTS)

    def sensitivity(self, distance: float) -> float:
        return float(WEIGHTS @ self.chances(distance, 1)[..., 3:].sum(axis=-1) @ WEIGHTS)


STEPS = 0.8 * np.array([-1.5, -0.5, 0.5, 1.5])
POPULATIONS = {
    "readers alike": Population(skill=0.15, cases=0.3),
    "readers differ": Population(skill=0.5, cases=0.3),
    "cases differ": Population(skill=0.3, cases=0.6),
}


def _table(cube: np.ndarray, conditions: tuple[str, ...]) -> RatingTable:
    o, c, m = (axis.ravel() for axis in np.indices(cube.shape))
    names = tuple(map(str, range(cube.shape[0]))), tuple(map(str, range(cube.shape[1])))
    return RatingTable(*names, conditions, o, c, m, cube.ravel(), np.zeros(len(o), np.intp), np.ones(len(o)))


def _roc(ratings: np.ndarray) -> ReaderMean:
    present = {str(case): case < ratings.shape[1] // 2 for case in range(ratings.shape[1])}
    return roc(_table(ratings[:, :, None], ("a",)), present, resamples=2)[0].auc


def _sensitivity(ratings: np.ndarray) -> ReaderMean:
    present = {str(case): case < ratings.shape[1] // 2 for case in range(ratings.shape[1])}
    return roc(_table(ratings[:, :, None], ("a",)), present, resamples=2)[0].sensitivity


def _vgc(ratings: np.ndarray) -> ReaderMean:
    found = vgc(_table(ratings, ("baseline", "better")), "baseline", resamples=2)[0].over_readers
    assert found is not None
    return found


def measured(
    population: Population, truth: float, figure: Callable[[float], float], analyse: Callable[[np.ndarray], ReaderMean]
) -> np.ndarray:
    """Return (sizes of study, 2) how often the interval holds the truth, and the plain one; prints them."""
    distance, shares = brentq(lambda apart: figure(apart) - truth, -9, 40), []
    print(f"\n{analyse.__name__[1:]} of {truth:g}, {population}:")
    for readers in READERS:
        for size in SIZES:
            rng, held = np.random.default_rng([readers, size]), np.zeros(2)
            for _ in range(STUDIES):
                found = analyse(population.draw(rng, distance, readers, size, analyse is _vgc))
                plain = stats.t.ppf(0.975, found.df) * found.standard_error
                held += found.ci95[0] <= truth <= found.ci95[1], abs(found.value - truth) <= plain
            shares.append(held / STUDIES)
            print(f"  {readers} readers, {size} cases a side: {shares[-1][0]:.3f} ({shares[-1][1]:.3f})")
    return np.array(shares)


@pytest.mark.slow
@pytest.mark.parametrize("area", [0.7, 0.9, 0.97, 0.994])
@pytest.mark.parametrize("name", POPULATIONS)
def test_area_under_the_roc_curve(name: str, area: float) -> None:
    found = measured(POPULATIONS[name], area, POPULATIONS[name].area, _roc)
    assert found[:, 0].min() >= 0.89
    assert found[:, 0].mean() >= 0.93
    if area > 0.99:
        assert found[:, 1].mean() < 0.85  # which is why it is not ours


@pytest.mark.slow
@pytest.mark.parametrize("area", [0.5, 0.9, 0.994])
@pytest.mark.parametrize("name", ["readers differ", "cases differ"])
def test_area_under_the_vgc_curve(name: str, area: float) -> None:
    found = measured(POPULATIONS[name], area, POPULATIONS[name].area, _vgc)
    assert found[:, 0].min() >= 0.87
    assert found[:, 0].mean() >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("sensitivity", [0.5, 0.8, 0.95, 0.99])
def test_sensitivity(sensitivity: float) -> None:
    population = POPULATIONS["readers differ"]
    found = measured(population, sensitivity, population.sensitivity, _sensitivity)
    assert found[:, 0].min() >= 0.89
    assert found[:, 0].mean() >= 0.93
