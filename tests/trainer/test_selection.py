from __future__ import annotations

import pytest

from trainer.recipe import ValidationRecipe
from trainer.selection import Selection, figure_of
from trainer.validation import FolderScore


def score(gain_db: float, ssim: float = 0.9, distance: float = 0.5) -> dict[str, FolderScore]:
    return {"a": FolderScore(30 + gain_db, 30.0, ssim, distance, 0.0)}


def test_figures_grow_with_quality() -> None:
    both = {"a": FolderScore(32.0, 30.0, 0.8, 0.5, 0.0), "b": FolderScore(31.0, 30.0, 0.6, 0.1, 0.0)}
    assert figure_of(ValidationRecipe(), both) == pytest.approx(1.5)
    assert figure_of(ValidationRecipe(selection="ssim"), both) == pytest.approx(0.7)
    assert figure_of(ValidationRecipe(selection="perceptual_distance"), both) == pytest.approx(-0.3)


def test_the_best_is_the_first_of_the_highest_figure() -> None:
    selection = Selection(ValidationRecipe(early_stop=2))
    assert [selection.is_best(score(gain)) for gain in (1, 2, 2, 3)] == [True, True, False, True]
    assert not selection.is_exhausted
    assert [selection.is_best(score(gain)) for gain in (2.9, 3)] == [False, False]
    assert selection.is_exhausted
    assert selection.shortfall == ""


def test_weights_that_gain_enough_beat_all_that_do_not() -> None:
    selection = Selection(ValidationRecipe(selection="perceptual_distance", min_gain_db=0.5))
    assert selection.is_best(score(0.1, distance=0.01))
    assert selection.is_best(score(0.3, distance=0.9)), "none gains enough: the higher gain counts"
    assert "0.30 dB" in selection.shortfall
    assert not selection.is_best(score(0.2, distance=0.01))
    assert selection.is_best(score(0.6, distance=0.8)), "enough"
    assert selection.shortfall == ""
    assert not selection.is_best(score(0.4, distance=0.01))
    assert selection.is_best(score(0.5, distance=0.7)), "now the distance counts"
    again = Selection(selection.recipe)
    again.restore(selection.state())
    assert not again.is_best(score(9, distance=0.71))
    assert again.waited == 1


def test_every_folder_must_gain_enough() -> None:
    selection = Selection(ValidationRecipe(min_gain_db=0.5))
    selection.is_best({**score(5), "b": score(0.4)["a"]})
    assert "no weights gained 0.5 dB" in selection.shortfall


def test_the_last_weights_are_kept_whatever_they_score() -> None:
    selection = Selection(ValidationRecipe(selection="last", early_stop=1, min_gain_db=5))
    assert [selection.is_best(score(gain)) for gain in (3, 2, 2, 1)] == [True] * 4
    assert not selection.is_exhausted
    assert selection.shortfall == ""
    assert figure_of(selection.recipe, score(1.5)) == pytest.approx(1.5), "what a plateau follows"
