from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.errors import TooFewRatings
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.statistics.agreement import inter_observer, intra_observer
from medsr_viewer.survey.statistics.alpha import krippendorff_alpha
from medsr_viewer.survey.statistics.intraclass import intraclass_correlations


def _table(cube: np.ndarray, again: np.ndarray | None = None) -> RatingTable:
    names = [tuple(f"{kind}{index}" for index in range(count)) for kind, count in zip("ocm", cube.shape, strict=True)]
    rows = []
    for repeat, values in enumerate((cube,) if again is None else (cube, again)):
        places = zip(*np.nonzero(~np.isnan(values)), strict=True)
        rows += [(*place, values[place], repeat) for place in places]
    o, c, m, value, repeat_ = (np.array(column) for column in zip(*rows, strict=True))
    return RatingTable(*names, o, c, m, value.astype(float), repeat_, np.ones(len(value)))


def _cube(seed: int = 0, shape: tuple[int, int, int] = (5, 6, 3)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    latent = 3 + rng.normal(0, 0.5, shape[0])[:, None, None] + rng.normal(0, 1, shape[1:]) + rng.normal(0, 0.4, shape)
    return np.clip(np.round(latent), 1, 5)


def test_between_observers_every_case_and_condition_is_a_stimulus() -> None:
    cube = _cube()
    found = inter_observer(_table(cube), resamples=50)
    stimuli = cube.reshape(5, 18).T
    assert (found.observers, found.stimuli) == (5, 18)
    assert found.icc["ICC(2,1)"].value == intraclass_correlations(stimuli)["ICC(2,1)"].value
    assert found.alpha_ordinal.value == krippendorff_alpha(stimuli, resamples=0).value
    assert found.alpha_ordinal.value > 0.4
    assert found.kappa_quadratic.pairs == 10
    assert found.without_icc == ""


def test_observers_of_different_cases_have_alpha_but_no_icc() -> None:
    cube = _cube()
    for observer in range(5):
        cube[observer, observer] = np.nan
        cube[observer, (observer + 1) % 6] = np.nan
    found = inter_observer(_table(cube), resamples=20)
    assert found.icc == {}
    assert "there are 0" in found.without_icc or "needs two" in found.without_icc
    assert np.isfinite(found.alpha_ordinal.value)


def test_repeats_of_each_observer() -> None:
    cube = _cube()
    again = np.full_like(cube, np.nan)
    again[0, :4] = cube[0, :4]  # repeats exactly
    again[1, :4] = 6 - cube[1, :4]  # turned the scale over
    everyone, steady, turned = intra_observer(_table(cube, again))
    assert (everyone.observer, steady.observer, turned.observer) == ("", "o0", "o1")
    assert (everyone.n, steady.n) == (24, 12)
    assert steady.icc is not None
    assert steady.kappa is not None
    assert turned.kappa is not None
    assert steady.icc.value == 1
    assert steady.kappa.value == 1
    assert steady.identical == 1
    assert turned.kappa.value < 0
    assert everyone.identical < 1


def test_first_ratings_alone_count_between_observers() -> None:
    cube = _cube()
    plain = inter_observer(_table(cube), resamples=10)
    repeated = inter_observer(_table(cube, 6 - cube), resamples=10)
    assert plain.alpha_ordinal.value == repeated.alpha_ordinal.value


def test_no_repeats_are_refused_with_advice() -> None:
    with pytest.raises(TooFewRatings) as caught:
        intra_observer(_table(_cube()))
    assert "repeat_share" in caught.value.advice
