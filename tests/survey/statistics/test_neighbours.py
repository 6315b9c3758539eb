from __future__ import annotations

import numpy as np

from medsr_viewer.survey.ratings import PairTable
from medsr_viewer.survey.statistics.neighbours import neighbours, pairs_to_separate
from medsr_viewer.survey.statistics.pairs import pair_scale

VALUES = np.array([0.0, 1.2, 1.35])


def _choices(n: int, *, sway: float = 0.0, seed: int = 0) -> PairTable:
    """Return choices of ten observers, each of whom leans to a scale of their own by `sway`."""
    rng = np.random.default_rng(seed)
    own = VALUES + rng.normal(0, sway, (10, 3))
    both = np.array([rng.permutation(3)[:2] for _ in range(n)])
    observer = rng.integers(0, 10, n)
    first = rng.random(n) < 1 / (1 + np.exp(own[observer, both[:, 1]] - own[observer, both[:, 0]]))
    winner, loser = np.where(first, both.T, both.T[::-1])
    names = tuple(f"o{index}" for index in range(10)), tuple(f"c{index}" for index in range(8)), ("a", "b", "c")
    return PairTable(*names, observer, rng.integers(0, 8, n), winner, loser)


def test_neighbours_stand_next_to_one_another_and_the_interval_decides_who_is_apart() -> None:
    table = _choices(600)
    scale = pair_scale(table, resamples=200)
    upper, lower = neighbours(scale, table.wins())
    assert {upper.better, upper.worse} == {"b", "c"}
    assert lower.worse == "a"
    wins = table.wins()
    assert lower.compared == sum(
        int(wins[place, 0] + wins[0, place]) for place in (1, 2) if "abc"[place] == lower.better
    )
    assert lower.separation.more == 0
    assert upper.separation.more is None or upper.separation.more > 50
    for pair in (upper, lower):
        each = next(one for one in scale.differences if {one.first, one.second} == {pair.better, pair.worse})
        assert (pair.separation.more == 0) == (each.ci95[0] > 0 or each.ci95[1] < 0)


def test_observers_who_disagree_ask_for_more() -> None:
    swayed = _choices(600, sway=1.5, seed=3)
    found = neighbours(pair_scale(swayed, resamples=200), swayed.wins())
    assert max(pair.dependence for pair in found) > 2
    wins = np.array([[0, 9], [5, 0.0]])
    alone, together = (pairs_to_separate(wins, 0, 1, dependence=factor).more for factor in (1.0, 3.0))
    assert alone is not None
    assert together is not None
    assert together > 3 * alone
