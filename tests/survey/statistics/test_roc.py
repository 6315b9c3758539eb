from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.readers import ReaderMean
from medsr_viewer.survey.statistics.roc import roc, roc_differences

# Van Dyke et al., RSNA 1993: aortic dissection on two kinds of MRI, five readers, 69 normal and 45 abnormal cases.
CINE = """\
122151111111411111111131311214111113121211233131133111111221111332111 555545554555434245555555154454553555115554451
232222222322522232222222422223222222222222222222222222222432232222222 535555542555442225555555243354552425225555352
222235112242422232221232411322112224121412112222223211211221151421212 545555555555542355555555252255552555225555552
111111311111111111112111211112111111111111111111331111111111111311111 555555555555555155555555554544553555125555555
351211112221211122113221111211211231221113332111211111111341231212113 525255551545452235555554144322151515115553552
""".splitlines()
SPIN_ECHO = """\
333222223213122222211111421312214323123122233111333113412421241442111 535555554555544335555555355355554455535555551
322222223222222122221222322222212212222231223222222222322322222222122 535555552555344245455545252355532425525555552
242222322211132222121121411512112122212221132111233113221232341242121 525555555555354145555555253355543555534555551
221111312111122111211111321212111122112111112121212211111212111323211 545555554555455555555555455445555555535555555
223122221222111222122212322321212222112121132122332122221222231233111 525455555455343335555555251332532545533555553
""".splitlines()


def _van_dyke() -> tuple[RatingTable, dict[str, bool]]:
    lines = [[line.replace(" ", "") for line in lines] for lines in (CINE, SPIN_ECHO)]
    cube = np.array([[[int(digit) for digit in line] for line in of] for of in lines], float).transpose(1, 2, 0)
    return _table(cube, ("cine", "spin echo")), {f"c{index}": index >= 69 for index in range(114)}


def _table(cube: np.ndarray, conditions: tuple[str, ...]) -> RatingTable:
    o, c, m = np.nonzero(~np.isnan(cube))
    names = tuple(f"o{index}" for index in range(cube.shape[0])), tuple(f"c{index}" for index in range(cube.shape[1]))
    return RatingTable(*names, conditions, o, c, m, cube[o, c, m], np.zeros(len(o), np.intp), np.ones(len(o)))


def test_published_multi_reader_study() -> None:
    # Figures of OR-DBM MRMC 2.51 and of MRMCaov 0.1.8, jackknife covariances.
    cine, spin_echo = roc(*_van_dyke())
    assert list(cine.by_observer.values()) == pytest.approx(
        [0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066], abs=1e-8
    )
    assert list(spin_echo.by_observer.values()) == pytest.approx(
        [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169], abs=1e-8
    )
    assert cine.auc.value == pytest.approx(0.8970370, abs=1e-7)
    assert cine.auc.standard_error == pytest.approx(0.03317360, abs=1e-8)
    assert cine.auc.df == pytest.approx(12.74465, abs=1e-5)
    assert _symmetric(cine.auc) == pytest.approx((0.8252236, 0.9688505), abs=1e-7)
    assert spin_echo.auc.standard_error == pytest.approx(0.02156637, abs=1e-8)
    assert _symmetric(spin_echo.auc) == pytest.approx((0.8941378, 0.9875369), abs=1e-7)
    for auc in (cine.auc, spin_echo.auc):  # ours is on the logit
        reach = stats.t.ppf(0.975, auc.df) * auc.standard_error / (auc.value * (1 - auc.value))
        assert auc.ci95 == pytest.approx(tuple(expit(logit(auc.value) + np.array([-reach, reach]))))
    assert (cine.n, cine.present, cine.absent, cine.left_out) == (570, 45, 69, ())
    assert cine.ci95_bootstrap == pytest.approx(_symmetric(cine.auc), abs=0.02)


def _symmetric(mean: ReaderMean) -> tuple[float, float]:
    """Return the interval that those programs print."""
    reach = stats.t.ppf(0.975, mean.df) * mean.standard_error
    return mean.value - reach, mean.value + reach


@pytest.mark.parametrize("readers", [1, 5])
def test_readers_who_tell_all_apart_leave_what_so_many_cases_cannot_exclude(readers: int) -> None:
    ratings = np.tile(np.repeat([1.0, 5.0], 20), (readers, 1))
    present = {f"c{index}": index >= 20 for index in range(40)}
    (found,) = roc(_table(ratings[:, :, None], ("a",)), present)
    assert (found.auc.value, found.auc.standard_error) == (1.0, 0.0)
    low, high = found.auc.ci95
    assert high == 1
    # Hanley and McNeil's variance at the low end puts 1 just so far away.
    assert 1 - low == pytest.approx(1.959964 * np.sqrt(_hanley_mcneil(low, 20) / readers))
    assert np.isnan(found.ci95_bootstrap).all()
    answers = 20 * readers
    assert found.sensitivity.ci95[0] == pytest.approx(answers / (answers + 1.959964**2))  # Wilson's
    assert "score interval" in found.auc.test


def _hanley_mcneil(area: float, cases: int) -> float:
    both, neither = area / (2 - area), 2 * area**2 / (1 + area)
    return (area * (1 - area) + (cases - 1) * (both + neither - 2 * area**2)) / cases**2


def test_published_test_of_two_treatments() -> None:
    (found,) = roc_differences(*_van_dyke(), "spin echo")
    assert found.difference.value == pytest.approx(-0.04380032, abs=1e-8)
    assert found.difference.standard_error == pytest.approx(0.02074862, abs=1e-8)
    assert found.difference.df == pytest.approx(15.25967, abs=1e-5)
    assert found.difference.p == pytest.approx(0.05166569, abs=1e-8)
    assert found.difference.ci95 == pytest.approx((-0.0879594986, 0.0003588544), abs=1e-9)


def test_sensitivity_and_specificity_at_the_cut() -> None:
    table, present = _van_dyke()
    cine, _ = roc(table, present)
    ratings = table.cube()[:, :, 0]
    assert cine.cut == 4
    assert cine.sensitivity.value == pytest.approx(np.mean(ratings[:, 69:] >= 4))
    assert cine.specificity.value == pytest.approx(np.mean(ratings[:, :69] < 4))
    strict, _ = roc(table, present, cut=5)
    assert strict.sensitivity.value < cine.sensitivity.value
    assert strict.specificity.value > cine.specificity.value
    low, high = cine.sensitivity.ci95
    assert low < cine.sensitivity.value < high <= 1


def test_pooled_curve_has_the_pooled_area() -> None:
    table, present = _van_dyke()
    cine, _ = roc(table, present)
    ratings = table.cube()[:, :, 0]
    pairs = product(ratings[:, 69:].ravel(), ratings[:, :69].ravel())
    assert cine.auc_pooled == pytest.approx(np.mean([(a > b) + (a == b) / 2 for a, b in pairs]))
    assert cine.auc_pooled == pytest.approx(np.trapezoid(cine.curve.y, cine.curve.x))


def test_observers_with_too_few_cases_are_left_out_by_name() -> None:
    table, present = _van_dyke()
    cube = table.cube()
    cube[2, 70:] = np.nan
    few, _ = roc(_table(cube, ("a", "b")), present)
    assert few.left_out == ("o2",)
    assert set(few.by_observer) == {"o0", "o1", "o3", "o4"}
    cube[:, 70:] = np.nan
    with pytest.raises(TooFewRatings):
        roc(_table(cube, ("a", "b")), present)


def test_one_reader_has_the_delong_variance_up_to_the_jackknifes_factor() -> None:
    table, present = _van_dyke()
    cube = table.cube()[:1]
    cine, _ = roc(_table(cube, ("a", "b")), present)
    upper, lower = cube[0, 69:, 0], cube[0, :69, 0]
    wins = (upper[:, None] > lower) + 0.5 * (upper[:, None] == lower)
    delong = np.var(wins.mean(axis=1), ddof=1) / 45 + np.var(wins.mean(axis=0), ddof=1) / 69
    assert cine.auc.standard_error == pytest.approx(np.sqrt(delong), rel=0.02)
    assert cine.auc.df == np.inf


def test_unknown_baseline_names_the_conditions() -> None:
    with pytest.raises(TooFewRatings) as caught:
        roc_differences(*_van_dyke(), "CT")
    assert "cine, spin echo" in caught.value.advice


def test_every_two_conditions_are_compared_and_holm_counts_them_all() -> None:
    table, present = _van_dyke()
    cube = table.cube()
    third = np.random.default_rng(3).integers(1, 6, cube.shape[:2])
    three = _table(np.dstack([cube, third]), ("a", "b", "c"))
    found = roc_differences(three, present, "b")
    assert [(one.condition, one.baseline) for one in found] == [("a", "b"), ("c", "b"), ("c", "a")]
    assert found[2].difference.value == pytest.approx(found[1].difference.value - found[0].difference.value)
    assert found[2].p_holm < 0.01
    smallest = min(one.difference.p for one in found)
    assert min(one.p_holm for one in found) == pytest.approx(min(1, 3 * smallest))
