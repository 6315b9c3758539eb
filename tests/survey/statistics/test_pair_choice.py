from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from scipy.stats import spearmanr

from medsr_viewer.survey.statistics.neighbours import pairs_to_separate
from medsr_viewer.survey.statistics.pair_choice import SLACK, expected_information, next_pair


def test_before_any_choice_every_pair_and_order_is_as_likely() -> None:
    rng = np.random.default_rng(0)
    counts = Counter(next_pair(np.zeros((3, 3)), rng) for _ in range(1200))
    assert set(counts) == {(a, b) for a in range(3) for b in range(3) if a != b}
    assert all(150 < times < 250 for times in counts.values())


def test_the_pair_that_is_least_known_is_told_most_about() -> None:
    wins = np.zeros((3, 3))
    wins[0, 1] = wins[1, 0] = 4  # 0 and 1 are equal, that is known; 2 never was shown
    gains = expected_information(wins, [(0, 1), (0, 2), (1, 2)])
    assert gains[1] == pytest.approx(gains[2])
    assert gains[0] < gains[1]
    assert 2 in next_pair(wins, np.random.default_rng(0))
    wins[0, 2] = wins[1, 2] = 60  # it always loses: who wins against it is known, though its value is not
    gains = expected_information(wins, [(0, 1), (0, 2), (1, 2)])
    assert gains[0] > gains[1]


def test_information_equals_the_definition() -> None:
    rng = np.random.default_rng(1)
    (gain,) = expected_information(np.zeros((2, 2)), [(0, 1)])
    chance = expit(rng.normal(0, 2 * np.sqrt(2), 400_000))
    entropy = -chance * np.log(chance) - (1 - chance) * np.log1p(-chance)
    assert gain == pytest.approx(np.log(2) - entropy.mean(), abs=0.005)


@given(arrays(np.float64, (4, 4), elements=st.sampled_from([0.0, 0.5, 1.0, 5.0, 40.0])), st.integers(0, 9))
def test_a_pair_always_comes_and_exposure_is_balanced(wins: np.ndarray, seed: int) -> None:
    np.fill_diagonal(wins, 0)
    first, second = next_pair(wins, np.random.default_rng(seed))
    assert first != second
    shown = wins.sum(axis=0) + wins.sum(axis=1)
    assert min(shown[first], shown[second]) == shown.min() or max(shown[first], shown[second]) <= shown.min() + SLACK


def test_adaptive_choices_order_stimuli_better_than_random_ones() -> None:
    rng = np.random.default_rng(2)
    true = np.array([-3, -1.5, 0, 0.7, 1.4, 3])

    def order(adaptive: bool) -> float:
        wins = np.zeros((6, 6))
        for _ in range(30):
            a, b = next_pair(wins, rng) if adaptive else rng.choice(6, 2, replace=False)
            winner, loser = (a, b) if rng.random() < expit(true[a] - true[b]) else (b, a)
            wins[winner, loser] += 1
        shown = wins.sum(axis=0) + wins.sum(axis=1)
        if adaptive:
            assert np.ptp(shown) <= SLACK + 2
        values = [pairs_to_separate(wins, stimulus, 0).value for stimulus in range(1, 6)]
        return float(spearmanr([0, *values], true).statistic)

    assert np.mean([order(True) for _ in range(40)]) > np.mean([order(False) for _ in range(40)])


def test_same_wins_and_seed_give_the_same_pair() -> None:
    wins = np.array([[0, 2, 1], [1, 0, 0], [0, 1, 0.5]]) * (1 - np.eye(3))
    assert next_pair(wins, np.random.default_rng(4)) == next_pair(wins, np.random.default_rng(4))


def test_more_pairs_until_two_are_told_apart() -> None:
    wins = np.array([[0, 9], [5, 0.0]])
    found = pairs_to_separate(wins, 0, 1)
    assert found.value == pytest.approx(np.log(9 / 5), rel=0.15)
    assert found.more is not None
    rng = np.random.default_rng(3)
    apart = 0
    for _ in range(300):
        times = rng.binomial(found.more, expit(found.value))
        later = wins + np.array([[0, times], [found.more - times, 0]])
        apart += pairs_to_separate(later, 0, 1).more == 0
    assert apart / 300 == pytest.approx(0.8, abs=0.1)
    assert pairs_to_separate(wins, 0, 1, power=0.95).more > found.more  # type: ignore[operator]


def test_told_apart_already_and_never() -> None:
    assert pairs_to_separate(np.array([[0, 40], [5, 0.0]]), 0, 1).more == 0
    assert pairs_to_separate(np.array([[0, 7], [7, 0.0]]), 0, 1).more is None


def test_one_stimulus_has_no_pair() -> None:
    with pytest.raises(ValueError, match="two or more"):
        next_pair(np.zeros((1, 1)), np.random.default_rng(0))
