"""`medsr-train recipes`: the list, and one recipe in full."""

from __future__ import annotations

import pytest

from trainer.cli import main
from trainer.recipe_file import parse_recipe, shipped_recipes


def test_every_recipe_has_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == shipped_recipes()


def test_a_printed_recipe_is_the_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "vdsr"]) == 0
    assert parse_recipe(capsys.readouterr().out, "printed").name == "vdsr"


def test_an_unknown_recipe_is_refused_with_those_that_ship(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "nothing"]) != 0
    assert "fmen-x4" in capsys.readouterr().err
