from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.statistics.intraclass import FORMS, intraclass_correlations

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
"""Six targets, four judges: Shrout and Fleiss (1979), table 2."""


def test_shrout_and_fleiss_worked_example() -> None:
    found = intraclass_correlations(SHROUT_FLEISS)
    rounded = [round(found[form].value, 2) for form in FORMS]
    assert rounded == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]  # their table 4
    assert all((found[form].n, found[form].raters, found[form].dropped) == (6, 4, 0) for form in FORMS)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # pingouin's use of pandas
@pytest.mark.parametrize("seed", range(4))
def test_six_forms_and_intervals_equal_pingouin(seed: int) -> None:
    pandas, pingouin = pytest.importorskip("pandas"), pytest.importorskip("pingouin")
    rng = np.random.default_rng(seed)
    table = np.round(rng.normal(3, 1, (12, 1)) + rng.normal(0, 0.5, (1, 5)) + rng.normal(0, 0.7, (12, 5)), 1)
    stimuli, raters = np.indices(table.shape)
    frame = pandas.DataFrame({"s": stimuli.ravel(), "r": raters.ravel(), "y": table.ravel()})
    oracle = pingouin.intraclass_corr(frame, targets="s", raters="r", ratings="y")
    found = intraclass_correlations(table)
    names = {"1": "1", "2": "A", "3": "C"}
    for form, ours in found.items():
        theirs = oracle[oracle["Type"] == f"ICC({names[form[4]]},{form[6]})"].iloc[0]
        assert ours.value == pytest.approx(theirs["ICC"], abs=1e-9)
        assert ours.ci95 == pytest.approx(tuple(theirs["CI95"]), abs=0.0051)  # it rounds to two digits
        assert (ours.f, ours.df1, ours.df2) == pytest.approx((theirs["F"], theirs["df1"], theirs["df2"]))
        assert ours.p == pytest.approx(theirs["pval"])


def test_interval_holds_the_true_coefficient_in_95_of_100_tables() -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        table = rng.normal(0, 1, (30, 1)) + rng.normal(0, 0.5, (1, 8)) + rng.normal(0, 1, (30, 8))
        low, high = intraclass_correlations(table)["ICC(2,1)"].ci95
        held += low <= 1 / (1 + 0.25 + 1) <= high
    assert 0.92 <= held / 400 <= 0.98


def test_stimuli_not_rated_by_all_are_left_out() -> None:
    missing = SHROUT_FLEISS.copy()
    missing[2, 1] = np.nan
    found = intraclass_correlations(missing)
    assert found["ICC(2,1)"].dropped == 1
    assert found["ICC(2,1)"].value == intraclass_correlations(np.delete(SHROUT_FLEISS, 2, axis=0))["ICC(2,1)"].value


def test_perfect_agreement_is_1_and_equal_ratings_have_no_coefficient() -> None:
    perfect = intraclass_correlations(np.repeat([[1.0], [3.0], [4.0], [4.0], [2.0]], 4, axis=1))
    assert [each.value for each in perfect.values()] == [1.0] * 6
    assert all(each.ci95 == (1.0, 1.0) for each in perfect.values())
    equal = intraclass_correlations(np.full((6, 3), 4.1))
    assert all(np.isnan(each.value) for each in equal.values())
    assert all(np.isnan(each.p) for each in equal.values())


def test_raters_who_differ_by_a_constant_are_consistent_but_do_not_agree() -> None:
    found = intraclass_correlations(np.tile([1.0, 2, 3, 4, 5], 2)[:, None] + [0.0, 1.0])
    rows, columns = 2 * 20 / 9, 10 * 2 * 0.25
    assert found["ICC(3,1)"].value == 1
    assert found["ICC(2,1)"].value == pytest.approx(rows / (rows + 2 * columns / 10))
    assert np.isfinite(found["ICC(2,1)"].ci95).all()


def test_too_little_is_refused() -> None:
    with pytest.raises(TooFewRatings, match="there are 0 with 3 each"):
        intraclass_correlations([[1, 2, np.nan], [np.nan, 2, 3]])
    with pytest.raises(TooFewRatings, match="needs 10 stimuli .* there are 3 with 2 each"):
        intraclass_correlations([[2.0, 4], [4, 2], [3, 3]])


def test_what_the_interval_does_not_tell_is_said_in_words() -> None:
    clear = intraclass_correlations(np.arange(12.0)[:, None] + [0.0, 0.1])["ICC(2,1)"]
    assert clear.wanting == ""
    rng = np.random.default_rng(1)
    wide = next(
        found
        for _ in range(500)
        if (found := intraclass_correlations(rng.normal(0, 1, (10, 1)) + rng.normal(0, 0.5, (10, 2)))["ICC(1,1)"])
        and found.ci95[0] < 0.5
        and found.ci95[1] > 0.9
    )
    assert "n = 10" in wide.wanting
    assert "poor to excellent" in wide.wanting
    crossed = intraclass_correlations(np.array([[2, 4], [4, 2]] * 5, float))
    assert crossed["ICC(3,k)"].wanting.startswith("not defined")
    assert not any(np.isinf(one.value) for one in crossed.values())


def test_forms_are_told_or_withheld_by_one_rule() -> None:
    some = intraclass_correlations(np.arange(12.0)[:, None] + [0.0, 0.1])["ICC(1,k)"]
    held = {ends: bool(replace(some, ci95=ends).wanting) for ends in ((-1.63, 0.82), (-1.63, 0.4), (0.22, 0.74))}
    assert held == {(-1.63, 0.82): True, (-1.63, 0.4): False, (0.22, 0.74): False}
    assert replace(some, ci95=(0.45, 0.91)).wanting
    assert all(replace(some, form=form, ci95=(0.05, 0.8)).wanting for form in FORMS)
