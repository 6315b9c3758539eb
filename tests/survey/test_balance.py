from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.survey.balance import Deck, OrderBalance, RowBalance, Showing, williams_square
from medsr_viewer.survey.spreading import spread_cases


@pytest.mark.parametrize("conditions", [2, 3, 4, 5, 6, 7, 8])
def test_a_williams_square_is_balanced_for_places_and_for_what_comes_before(conditions: int) -> None:
    square = williams_square(conditions)
    assert len(square) == conditions * (1 + conditions % 2)
    assert all(sorted(row) == list(range(conditions)) for row in square)
    for place in range(conditions):
        assert len(set(np.bincount(square[:, place], minlength=conditions))) == 1
    follows = Counter((int(one), int(other)) for row in square for one, other in pairwise(row))
    assert len(follows) == conditions * (conditions - 1)
    assert len(set(follows.values())) == 1


def test_a_deck_deals_every_case_before_one_again() -> None:
    deck = Deck(7, np.random.default_rng(0))
    dealt = [case for _ in range(7) for case in deck.deal(3)]
    assert all(sorted(dealt[start : start + 7]) == list(range(7)) for start in range(0, 21, 7))


def test_rows_go_round_for_each_case_where_all_are_read() -> None:
    balance = RowBalance(5, 4, np.random.default_rng(0))
    drawn = np.array([balance.draw(range(5)) for _ in range(8)])
    for case in range(5):
        assert sorted(drawn[:4, case]) == sorted(drawn[4:, case]) == [0, 1, 2, 3]


def test_every_two_rows_come_together_where_an_observer_reads_two_cases_of_many() -> None:
    # rows next to each other in a square of four hold each condition beside two of the others alone
    balance, deck = RowBalance(8, 4, np.random.default_rng(0)), Deck(8, np.random.default_rng(1))
    drawn = [sorted(balance.draw(deck.deal(2))) for _ in range(48)]
    together = Counter((one, other) for one, other in drawn)
    assert len(together) == 6
    assert min(together.values()) >= 4
    assert set(Counter(row for pair in drawn for row in pair).values()) == {24}


@pytest.mark.parametrize(("cases", "conditions"), [(2, 2), (4, 2), (6, 3), (7, 3), (5, 4), (20, 5)])
def test_what_comes_first_is_balanced_after_each_round(cases: int, conditions: int) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        square = williams_square(conditions)
        rows = RowBalance(cases, len(square), rng)
        balance = OrderBalance(1, cases, cases, conditions, rng)
        first = []
        for _ in range(4 * len(square)):
            drawn = [Showing(case, (int(square[row][0]),)) for case, row in enumerate(rows.draw(range(cases)))]
            first += balance.draw(0, drawn, None)[0].conditions
        assert all(
            sorted(first[start : start + conditions]) == list(range(conditions))
            for start in range(0, len(first), conditions)
        )


@pytest.mark.parametrize(("cases", "least"), [(3, 1.8), (4, 1.3), (6, 1.2)])
def test_two_conditions_follow_one_another_about_equally_often(cases: int, least: float) -> None:
    # the places alone are balanced as well by A B A B and B A B A in turn, where the first image tells the next
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows, balance = RowBalance(cases, 2, rng), OrderBalance(2, cases, cases, 2, rng)
        follows: Counter[tuple[int, int]] = Counter()
        for _ in range(24):
            drawn = [williams_square(2)[row] for row in rows.draw(range(cases))]
            order: list[Showing] = []
            for block in range(2):
                showings = [Showing(case, (int(row[block]),)) for case, row in enumerate(drawn)]
                order += balance.draw(block, showings, order[-1] if order else None)
            follows.update(pairwise(showing.conditions[0] for showing in order))
        assert max(follows.values()) < least * min(follows.values())


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 99))
def test_cases_are_spread_wherever_that_can_be_had(numbers: list[int], seed: int) -> None:
    showings = [Showing(case, (turn,)) for case, number in enumerate(numbers) for turn in range(number)]
    order = spread_cases(showings, np.random.default_rng(seed))
    assert sorted(order, key=lambda one: (one.case, one.conditions)) == showings
    touching = sum(one.case == other.case for one, other in pairwise(order))
    most = max(numbers)
    assert touching == max(0, most - (sum(numbers) - most) - 1)
