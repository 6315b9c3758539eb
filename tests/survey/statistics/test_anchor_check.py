"""The low anchor tells who rates carelessly: whoever rates it as good as the hidden reference is named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.design import Role
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.anchor_check import anchor_checks

ROLES: dict[str, Role] = {"reference": "reference", "fmen": "test", "low": "anchor"}
CAREFUL = [[5, 4, 1], [5, 3, 2], [4, 4, 1], [5, 4, 2]]
CARELESS = [[3, 4, 3], [3, 3, 5], [4, 4, 2], [3, 4, 3]]


def table_of(*observers: list[list[float]]) -> RatingTable:
    cube = np.array(observers, np.float64)
    observer, case, condition = np.nonzero(~np.isnan(cube))
    value = cube[observer, case, condition]
    names = tuple(f"o{index}" for index in range(len(cube)))
    cases = tuple(f"c{index}" for index in range(cube.shape[1]))
    seconds = np.full(len(value), 4.0)
    return RatingTable(
        names, cases, tuple(ROLES), observer, case, condition, value, np.zeros(len(value), np.intp), seconds
    )


def test_a_careless_observer_is_told_from_a_careful_one() -> None:
    careful, careless = anchor_checks(table_of(CAREFUL, CARELESS), ROLES)
    assert (careful.observer, careful.n, careful.anchor_mean, careful.reference_mean) == ("o0", 4, 1.5, 4.75)
    assert not careful.flagged
    assert (careless.observer, careless.anchor, careless.anchor_mean, careless.reference_mean) == (
        "o1", "low", 3.25, 3.25,
    )  # fmt: skip
    assert careless.flagged


def test_only_cases_of_which_both_were_rated_count() -> None:
    gaps = [[5, 4, math.nan], [math.nan, 3, 5], [2, 4, 1], [math.nan, 4, 5]]
    never = [[5, 4, math.nan], [math.nan, 3, 5], [2, 4, math.nan], [math.nan, 4, 5]]
    some, none = anchor_checks(table_of(gaps, never), ROLES)
    assert (some.n, some.anchor_mean, some.reference_mean, some.flagged) == (1, 1, 2, False)
    assert none.n == 0
    assert not none.flagged


@pytest.mark.parametrize("missing", ["reference", "low"])
def test_without_an_anchor_or_a_reference_there_is_no_check(missing: str) -> None:
    full = table_of(CAREFUL)
    names = tuple("other" if name == missing else name for name in full.conditions)
    table = RatingTable(
        full.observers, full.cases, names, full.observer, full.case, full.condition, full.value, full.repeat,
        full.seconds,
    )  # fmt: skip
    with pytest.raises(TooFewRatings):
        anchor_checks(table, ROLES)
