"""Screening: each rule finds the observers it is for and leaves the others; BT.500's arithmetic by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.outliers import bt500, p913, pearson, with_the_others
from medsr_viewer.survey.statistics.screening import RULES, ScreeningRules, screen_observers

OBSERVERS, CASES, CONDITIONS = 16, 10, 4


def good(seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    latent = np.array([4.8, 3.9, 2.9, 1.6]) + random.normal(0, 0.4, (1, CASES, 1))
    latent = latent + random.normal(0, 0.3, (OBSERVERS, 1, 1))
    return np.clip(np.round(latent + random.normal(0, 0.5, (OBSERVERS, CASES, CONDITIONS))), 1, 5)


def table_of(cube: np.ndarray) -> RatingTable:
    observer, case, condition = np.nonzero(~np.isnan(cube))
    value = cube[observer, case, condition]
    return RatingTable(
        tuple(f"o{index}" for index in range(len(cube))),
        tuple(f"c{index}" for index in range(cube.shape[1])),
        tuple(f"m{index}" for index in range(cube.shape[2])),
        observer,
        case,
        condition,
        value,
        np.zeros(len(value), np.intp),
        np.random.default_rng(1).uniform(3, 9, len(value)),
    )


def reasons(cube: np.ndarray, **options: object) -> dict[str, tuple[str, ...]]:
    found = screen_observers(table_of(cube), **options)  # type: ignore[arg-type]
    return {one.name: one.reasons for one in found.observers if one.reasons}


@pytest.mark.parametrize("seed", range(10))
def test_good_observers_stay(seed: int) -> None:
    assert reasons(good(seed)) == {}


def test_upside_down() -> None:
    cube = good()
    cube[3] = 6 - cube[3]
    assert reasons(cube) == {"o3": ("p913", "inverted")}


def test_answers_at_random_are_not_called_upside_down() -> None:
    cube = good()
    cube[5] = np.random.default_rng(3).integers(1, 6, cube[5].shape)
    found = reasons(cube)
    assert set(found) == {"o5"}
    assert "p913" in found["o5"]
    assert "inverted" not in found["o5"]


def test_one_value() -> None:
    cube = good()
    cube[2] = 3.0
    found = reasons(cube)
    assert found == {"o2": ("one value",)}
    assert math.isnan(screen_observers(table_of(cube)).observers[2].others.r)


def test_ranking() -> None:
    """1 = best, as in the published survey, and 1 = worst."""
    cube = good()
    cube[1] = np.array([1, 2, 3, 4])
    cube[4] = np.array([4, 3, 2, 1])
    cube[4, 0] = np.nan  # a case that was not read does not count
    assert reasons(cube) == {"o1": ("bt500", "p913", "inverted", "ranking"), "o4": ("ranking",)}


def test_attention() -> None:
    checks = {"o0": (4, 4), "o1": (3, 4), "o2": (2, 4), "o3": (0, 1), "unknown": (0, 1)}
    assert reasons(good(), attention=checks) == {"o2": ("attention",), "o3": ("attention",)}


def test_too_fast() -> None:
    table = table_of(good())
    seconds = table.seconds.copy()
    seconds[table.observer == 6] = 1.2  # a fifth of the usual 6 seconds
    seconds[table.observer == 7] = 2.0
    seconds[table.observer == 8] = np.nan
    found = screen_observers(replace(table, seconds=seconds))
    assert found.recommended == {"o6"}
    assert found.observers[6].reasons == ("too fast",)
    assert found.observers[6].median_seconds == 1.2
    assert math.isnan(found.observers[8].median_seconds)
    all_fast = screen_observers(replace(table, seconds=np.full(len(seconds), 0.5)))
    assert len(all_fast.recommended) == OBSERVERS
    assert screen_observers(replace(table, seconds=np.full(len(seconds), np.nan))).recommended == frozenset()


def test_what_is_recommended_can_be_left_out() -> None:
    cube = good()
    cube[3] = 6 - cube[3]
    table = table_of(cube)
    without = table.without(screen_observers(table).recommended)
    assert without.observers == tuple(name for name in table.observers if name != "o3")
    np.testing.assert_array_equal(without.cube(), np.delete(cube, 3, axis=0))


def test_gaps_and_observers_without_answers() -> None:
    cube = good()
    cube[np.random.default_rng(2).random(cube.shape) < 0.5] = np.nan
    cube[9] = np.nan
    cube[10] = 6 - cube[10]
    found = screen_observers(table_of(cube))
    assert {one.name for one in found.observers if "inverted" in one.reasons} == {"o10"}
    assert found.observers[9].n == 0
    assert found.observers[9].reasons == ()


def test_an_observer_alone_has_no_correlation() -> None:
    (one,) = screen_observers(table_of(good()[:1])).observers
    assert math.isnan(one.p913.by_stimulus)
    assert math.isnan(one.p913.by_condition)
    assert one.p913.wanting == "there is no other observer"


def test_a_correlation_that_cannot_be_had_says_why() -> None:
    cube = good()
    cube[2] = 3.0
    found = screen_observers(table_of(cube)).observers
    assert found[2].p913.wanting == "by stimulus: the scores do not vary; by condition: the scores do not vary"
    assert found[0].p913.wanting == ""
    two = screen_observers(table_of(good()[:, :, :2])).observers[0]
    assert two.p913.wanting == "by condition: fewer than three conditions"
    assert not math.isnan(two.p913.by_stimulus)


@pytest.mark.parametrize(
    ("observers", "off"),
    [(1, {"bt500", "p913", "inverted"}), (2, {"bt500", "p913", "inverted"}), (3, {"bt500", "p913"}), (5, {"bt500"})],
)
def test_rules_that_can_find_nobody_among_few_are_named(observers: int, off: set[str]) -> None:
    cube = good()[:observers]
    cube[0] = 6 - cube[0]
    found = screen_observers(table_of(cube))
    assert set(found.without_effect) == off
    assert not {reason for one in found.observers for reason in one.reasons} & off
    assert screen_observers(table_of(good()[:6])).without_effect == {}


def test_rules_for_quality_do_not_judge_confidence() -> None:
    cube = good()
    cube[1] = np.array([1, 2, 3, 4])
    found = screen_observers(table_of(cube), is_quality=False)
    assert found.observers[1].reasons == ("inverted",)
    assert set(found.without_effect) == {"p913", "ranking"}


def test_nobody() -> None:
    nothing = np.zeros(0, np.intp)
    table = RatingTable((), (), (), nothing, nothing, nothing, np.zeros(0), nothing, np.zeros(0))
    assert screen_observers(table).observers == ()


def test_the_rules_in_words_name_their_limits() -> None:
    words = ScreeningRules(correlation=0.6, ranked_share=0.8).in_words()
    assert set(words) == set(RULES)
    assert "below 0.6 by stimulus and below 0.8 by condition" in words["p913"]
    assert "parameters" in words["p913"]
    assert "80%" in words["ranking"]
    assert not any("{" in text for text in words.values())


@pytest.mark.parametrize(
    ("scores", "far"),
    [
        # Kurtosis 2.5; two deviations (N - 1) are 2.31, and 1 and 5 lie 2 from the mean.
        pytest.param([1, 2, 2, 3, 3, 3, 3, 4, 4, 5], [], id="none"),
        # Kurtosis 3.4; 1 lies 2.33 deviations below the mean.
        pytest.param([3] * 8 + [2, 2, 4, 4, 4, 1], [13], id="one"),
        # Kurtosis 10: sqrt(20) deviations are asked for, and 5 lies 3.2 above.
        pytest.param([3] * 11 + [5], [], id="long tails"),
        # Kurtosis 29: 5 lies 5.4 above.
        pytest.param([3] * 30 + [5], [30], id="one in long tails"),
    ],
)
def test_bt500_by_hand(scores: list[float], far: list[int]) -> None:
    found = bt500(np.array(scores, np.float64)[:, None])
    assert [index for index, one in enumerate(found) if one.above + one.below] == far


def test_bt500_rejects_who_is_far_on_both_sides_and_keeps_who_is_far_on_one() -> None:
    random = np.random.default_rng(1)
    near = 3 + np.repeat([-0.5, -0.25, 0, 0.25, 0.5], [3, 5, 8, 5, 3])
    scores = np.array([random.permutation(near) for _ in range(60)]).T
    scores[0, :12] = 3 + np.tile([0.8, -0.8], 6)
    scores[1, 12:24] = 3.8
    found = bt500(scores)
    assert (found[0].above, found[0].below, found[0].n) == (6, 6, 60)
    assert found[0].share == pytest.approx(0.2)
    assert found[0].one_sidedness == 0
    assert (found[1].above, found[1].below, found[1].one_sidedness) == (12, 0, 1)
    assert [one.rejected for one in found] == [True] + [False] * 23


def test_bt500_a_stimulus_on_which_all_agree_counts_for_nobody() -> None:
    found = bt500(np.full((5, 10), 4.0))
    assert [(one.above, one.below, one.n, one.rejected) for one in found] == [(0, 0, 10, False)] * 5


def test_p913_rejects_one_at_a_time_worst_first_and_keeps_three() -> None:
    cube = good()
    cube[0] = 6 - cube[0]
    cube[1] = np.random.default_rng(3).integers(1, 6, cube[1].shape)
    found = p913(cube)
    assert [one.order for one in found] == [1, 2] + [0] * 14
    kept = cube[2:].mean(axis=0)
    assert found[5].by_stimulus == pytest.approx(np.corrcoef(cube[5].ravel(), kept.ravel())[0, 1])
    assert found[5].by_condition == pytest.approx(np.corrcoef(cube[5].mean(axis=0), kept.mean(axis=0))[0, 1])
    random = np.random.default_rng(4).integers(1, 6, (8, 10, 4)).astype(float)
    assert sum(not one.rejected for one in p913(random, by_stimulus=0.999, by_condition=0.999)) == 3


def test_p913_wants_both_correlations_low() -> None:
    """Noisy on single images, right on conditions."""
    cube = good()
    cube[0] = np.clip(np.array([5, 4, 3, 2]) + np.random.default_rng(5).choice([-2, 0, 2], (CASES, CONDITIONS)), 1, 5)
    found = p913(cube)[0]
    assert found.by_stimulus < 0.75
    assert found.by_condition > 0.8
    assert not found.rejected
    assert p913(cube, by_condition=1.0)[0].rejected


def test_with_the_others_leaves_the_observer_out_of_the_mean() -> None:
    flat = good().reshape(OBSERVERS, -1)
    found = with_the_others(flat)
    assert found[0].r == pytest.approx(np.corrcoef(flat[0], flat[1:].mean(axis=0))[0, 1])
    assert found[0].p_inverted > 0.99


def test_pearson_needs_three_and_spread() -> None:
    assert math.isnan(pearson(np.array([1.0, 2.0, np.nan]), np.array([1.0, 2.0, 3.0]))[0])
    assert math.isnan(pearson(np.ones(5), np.arange(5.0))[0])
    assert pearson(np.arange(5.0), -np.arange(5.0)) == (pytest.approx(-1), 5)
