"""The reported interval holds the true MOS as often as it says, with observers and cases drawn anew each time."""

from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.simulation.marks import rating_cubes
from medsr_viewer.survey.simulation.population import Population
from medsr_viewer.survey.simulation.truth import population_with, true_mos
from medsr_viewer.survey.statistics.mos import mean_opinion_scores

STUDIES, OBSERVERS, CASES = 4000, 20, 20  # in 1,000 chance alone moves the share by 1.4 %
SPREAD_OUT = {"bicubic": 2.2, "fmen": 3.1, "srgan": 3.9, "reference": 4.5}


def covered(population: Population, seed: int, *, together: bool = False) -> dict[str, float]:
    """Return in which share of simulated studies each condition's interval holds its true MOS."""
    truth = true_mos(population, together=together)
    cubes = rating_cubes(population, STUDIES, OBSERVERS, CASES, np.random.default_rng(seed), together=together)
    observer, case, condition = (axis.ravel() for axis in np.indices(cubes.shape[1:]))
    held = dict.fromkeys(truth, 0)
    for cube in cubes:
        table = RatingTable(
            tuple(map(str, range(OBSERVERS))),
            tuple(map(str, range(CASES))),
            tuple(truth),
            observer,
            case,
            condition,
            cube.ravel().astype(np.float64),
            np.zeros(cube.size, np.intp),
            np.ones(cube.size),
        )
        for score in mean_opinion_scores(table):
            held[score.name] += score.ci95.low <= truth[score.name] <= score.ci95.high
    return {name: count / STUDIES for name, count in held.items()}


@pytest.mark.slow
def test_the_interval_of_a_mos_over_new_observers_and_cases_covers_it() -> None:
    shares = covered(population_with(SPREAD_OUT), 11)
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares
