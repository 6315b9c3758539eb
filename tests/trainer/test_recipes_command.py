"""`medsr-train recipes`: the list, and one recipe in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.cli import main
from trainer.recipe_file import load_recipe, parse_recipe, recipe_as_dict, shipped_recipes


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


def table(printed: str) -> dict[str, list[str]]:
    head, rule, *rows = [line.strip("| ").split(" | ") for line in printed.splitlines()]
    assert set(rule) == {"---"}
    assert {len(row) for row in rows} == {len(head)}
    return {row[0].split("`")[1]: row[1:] for row in rows}


def test_the_table_has_every_recipe_and_what_runs_and_cards_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, steps in (("old", 400), ("new", 12_000)):
        run = tmp_path / "runs" / folder
        run.mkdir(parents=True)
        (run / "recipe.json").write_text(json.dumps({"name": "fmen-x4"}))
        best = {"step": steps, "seconds": 1800.0, "ct_psnr_db": 30.5, "ct_gain_db": 4.25, "ct_ssim": 0.9}
        (run / "best.json").write_text(
            json.dumps(best | {"train_ct_gain_db": 9.0, "loss": float("nan"), "ct_perceptual_distance": float("nan")})
        )
    settings = {"data": {"batch": 3}}
    card = {
        "training": {"recipe": "vdsr", "steps": 600, "seconds": 360, "settings": settings},
        "figures": {"ct": {"gain_db": 1.0}},
    }
    (tmp_path / "mine-x4.json").write_text(json.dumps(card))
    (tmp_path / "other.json").write_text("[]")
    assert main(["recipes", "--markdown", "--runs", str(tmp_path)]) == 0
    rows = table(capsys.readouterr().out)
    assert list(rows) == shipped_recipes()
    assert rows["fmen-x4"] == ["ours", "-", "ct 30.50 dB, +4.25, SSIM 0.900", "network alone", "12,000", "0.50", "-"]
    viewed = "as the viewer runs it"
    assert rows["vdsr"][1:6] == [load_recipe("vdsr").published, "ct +1.00", viewed, "600 (**barely trained**)", "0.10"]
    assert rows["vdsr"][-1].startswith(f"**Here data.batch = 3, was {load_recipe('vdsr').data.batch}.**")
    assert rows["srgan-published"][2:6] == ["not trained", "-", "-", "-"]
    assert all(len(row[-1]) < 400 for row in rows.values()), "one line"


def test_the_table_says_what_a_run_set_otherwise_than_its_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = recipe_as_dict(load_recipe("srgan-published", ["loss.content_backbone='vgg16'", "optimiser.steps=9"]))
    del recipe["data"]["clahe_share"]  # as a run of an earlier version, which also had a key that is gone
    recipe["optimiser"]["clip_norm"] = 1.0
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    (tmp_path / "best.json").write_text(json.dumps({"step": 9}))
    assert main(["recipes", "--markdown", "--runs", str(tmp_path)]) == 0
    differs = table(capsys.readouterr().out)["srgan-published"][-1]
    assert differs.startswith("**Here loss.content_backbone = 'vgg16', was 'vgg19'.** Our images")


def test_a_run_counts_by_the_card_in_its_folder_and_the_row_says_how_it_was_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = {"resize": [512, 512], "resize_validation": True}
    recipe = {"data": data, "degradation": {"kernel": "bilinear-aliased"}}
    for name in ("vdsr", "espcn"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "recipe.json").write_text(json.dumps(recipe | {"name": name}))
        (tmp_path / name / "best.json").write_text(json.dumps({"step": 9, "ct_gain_db": 1.0}))

    def write_card(path: Path, name: str, gain_db: float, **more: int) -> None:
        training = {"recipe": name, "steps": 9, "settings": recipe if name == "vdsr" else {}}
        path.write_text(json.dumps({"training": training, "figures": {"ct": {"gain_db": gain_db}}} | more))

    write_card(tmp_path / "vdsr" / "vdsr-x4.json", "vdsr", 1.5)
    write_card(tmp_path / "a-x2.json", "fmen-x2", 2.5, orientations=8)
    write_card(tmp_path / "b-x2.json", "fmen-x2", 2.25)
    write_card(tmp_path / "c-x3.json", "fmen-x3", 3.5, orientations=8)
    assert main(["recipes", "--markdown", "--runs", str(tmp_path)]) == 0
    rows = table(capsys.readouterr().out)
    conditions = "images resized to 512 x 512, degraded by bilinear"
    assert rows["vdsr"][2] == "ct +1.50", "of the card, not of the run beside it"
    assert rows["vdsr"][3].startswith(f"as the viewer runs it, {conditions}")
    assert rows["espcn"][2] == "ct +1.00"
    assert rows["espcn"][3].startswith(f"network alone, {conditions}")
    assert rows["fmen-x2"][2:4] == ["ct +2.25", "as the viewer runs it"], "the plain one, though of as many steps"
    assert rows["fmen-x3"][3] == "as the viewer runs it, mean over 8 orientations"


def test_a_folder_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--markdown", "--runs", "nowhere"]) == 2
    assert "nowhere: no such file or folder" in capsys.readouterr().err
