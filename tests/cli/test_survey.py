"""A reader survey by commands alone: set up, simulated, closed, verified; and what is altered is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.survey.folder import SurveyFolder

METHODS = ("nearest", "bicubic", "lanczos")

Run = Callable[..., Any]
"""Of the fixture `medsr`."""


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(3)
    paths = []
    for number in range(3):
        pixels = np.kron(rng.random((16, 20)), np.ones((4, 4))) * 180 + rng.random((64, 80)) * 40
        paths.append(tmp_path / f"case{number}.png")
        Image.fromarray(pixels.astype(np.uint8)).save(paths[-1])
    return paths


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n")
    return path


@pytest.fixture
def study(medsr: Run, images: list[Path], passphrase: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    cases = [part for path in images for part in ("--case", path)]
    conditions = [part for name in METHODS for part in ("--condition", name)]
    outcome = medsr(
        "survey", "new", folder, *cases, *conditions,
        "--scale", 2, "--protocol", "acr", "--passphrase-file", passphrase, "--seed", 5, "--attention-checks", 1,
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    return folder


def simulated(medsr: Run, study: Path, truth: Path, *extra: object) -> Any:
    report = truth.with_name("simulated.json")
    outcome = medsr("survey", "simulate", study, "--observers", 6, "--truth", truth, "--json", report, *extra)
    assert outcome.status == 0, outcome.err
    return json.loads(report.read_text(encoding="utf-8"))


def closed(medsr: Run, study: Path, passphrase: Path) -> dict[str, Any]:
    outcome = medsr("survey", "close", study, "--passphrase-file", passphrase)
    assert outcome.status == 0, outcome.err
    held: dict[str, Any] = json.loads((study / "allocation.json").read_text(encoding="utf-8"))
    return held


def problems(medsr: Run, study: Path, tmp_path: Path) -> list[str]:
    path = tmp_path / "verify.json"
    outcome = medsr("survey", "verify", study, "--json", path)
    found: list[str] = json.loads(path.read_text(encoding="utf-8"))["problems"]
    assert outcome.status == (1 if found else 0)
    assert all(problem in outcome.err for problem in found)
    return found


def test_a_survey_is_rated_by_simulated_observers_who_see_what_is_shown(
    medsr: Run, study: Path, passphrase: Path, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.json"
    written = {"nearest": 1.5, "bicubic": 2.5, "lanczos": 3.5, "reference": 4.6}
    truth.write_text(json.dumps({"conditions": [{"name": name, "mos": mos} for name, mos in written.items()]}))
    found = simulated(medsr, study, truth)
    assert {one["name"]: pytest.approx(one["mos"], abs=1e-3) for one in found["conditions"]} == written
    assert problems(medsr, study, tmp_path) == []
    meanings = closed(medsr, study, passphrase)["meanings"]
    with sqlite3.connect(study / "survey.sqlite") as database:
        payloads = [json.loads(row[0]) for row in database.execute("SELECT payload FROM record WHERE kind = 'rating'")]
    database.close()
    values: dict[str, list[int]] = {}
    for payload in payloads:
        for answer in payload["answers"]:
            values.setdefault(meanings[answer["stimulus"]]["condition"], []).append(answer["value"])
    means = {name: np.mean(given) for name, given in values.items() if name}
    assert sorted(means, key=lambda name: means[name]) == ["nearest", "bicubic", "lanczos", "reference"]
    assert {name: len(given) for name, given in values.items() if name} == dict.fromkeys(written, 6 * 3)


@pytest.mark.parametrize("is_there", [False, True], ids=["missing", "empty"])
def test_the_truth_is_written_where_there_is_none(medsr: Run, study: Path, tmp_path: Path, is_there: bool) -> None:
    truth = tmp_path / "truth.json"
    if is_there:
        truth.touch()
    simulated(medsr, study, truth)
    held = json.loads(truth.read_text(encoding="utf-8"))["conditions"]
    assert [one["name"] for one in held] == [*METHODS, "reference"]
    assert all(1 < one["mos"] < 5 for one in held)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"nearest": 1.5, "bicubic": 2.5}, "does not name lanczos, reference"),
        ({}, "does not name nearest, bicubic, lanczos, reference"),
        (dict.fromkeys([*METHODS, "reference", "fmen"], 3.0), "names fmen, which the survey has not"),
    ],
)
def test_a_truth_that_does_not_fit_is_refused(
    medsr: Run, study: Path, tmp_path: Path, written: dict[str, float], told: str
) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"conditions": [{"name": name, "mos": mos} for name, mos in written.items()]}))
    outcome = medsr("survey", "simulate", study, "--observers", 2, "--truth", truth)
    assert outcome.status == 1
    assert told in outcome.err
    twice = [{"name": name, "mos": 3.0} for name in (*METHODS, "reference", "bicubic")]
    truth.write_text(json.dumps({"conditions": twice}))
    outcome = medsr("survey", "simulate", study, "--observers", 2, "--truth", truth)
    assert outcome.status == 1
    assert "names bicubic more than once" in outcome.err
    assert medsr("survey", "simulate", study, "--observers", 2).status == 0, "nothing was recorded before"


def test_simulated_observers_and_people_do_not_mix(medsr: Run, study: Path, tmp_path: Path) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    again = medsr("survey", "simulate", study, "--observers", 2)
    assert again.status == 1
    assert "simulated before" in again.err


def test_nothing_in_the_folder_names_a_method_before_it_is_closed(medsr: Run, study: Path, tmp_path: Path) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    for path in study.rglob("*"):
        if path.is_file() and path.name != "design.toml":
            content = path.read_bytes().lower()
            assert not any(name.encode() in content for name in (*METHODS, "reference", "case0")), path.name


def test_status_stays_blind(medsr: Run, study: Path, tmp_path: Path) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    path = tmp_path / "status.json"
    assert medsr("survey", "status", study, "--json", path).status == 0
    observers = json.loads(path.read_text(encoding="utf-8"))["observers"]
    assert {(one["done"], one["finished"]) for one in observers} == {(13, True)}
    assert not any(name in path.read_text(encoding="utf-8") for name in METHODS)


def test_status_tells_how_far_the_training_is_and_heads_every_column(medsr: Run, study: Path, tmp_path: Path) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    told = medsr("survey", "status", study).out
    for heading in ("training", "last seen (UTC)", "state"):
        assert heading in told
    assert told.count("finished") == told.count("none") == 6


def test_a_wrong_passphrase_changes_nothing(medsr: Run, study: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong\n")
    outcome = medsr("survey", "close", study, "--passphrase-file", wrong)
    assert outcome.status == 1
    assert "passphrase" in outcome.err
    assert not (study / "allocation.json").exists()
    assert problems(medsr, study, tmp_path) == []


def test_closing_twice_writes_the_allocation_again_and_says_when_it_was_closed(
    medsr: Run, study: Path, passphrase: Path, tmp_path: Path
) -> None:
    first = closed(medsr, study, passphrase)
    (study / "allocation.json").unlink()
    assert problems(medsr, study, tmp_path)
    path = tmp_path / "closed.json"
    again = medsr("survey", "close", study, "--passphrase-file", passphrase, "--json", path)
    assert again.status == 0
    told = json.loads(path.read_text())
    assert (told["is_again"], told["problems"]) == (True, [])
    assert f"it was closed already, on {told['closed_at'][:10]} {told['closed_at'][11:16]} UTC" in again.out
    assert json.loads((study / "allocation.json").read_text()) == first
    assert problems(medsr, study, tmp_path) == []
    alter_stimulus(study)
    assert medsr("survey", "close", study, "--passphrase-file", passphrase).status == 1, "as the first time"


def alter_rating(study: Path) -> None:
    with sqlite3.connect(study / "survey.sqlite") as database:
        row = database.execute("SELECT rowid, payload FROM record WHERE kind = 'rating' LIMIT 1").fetchone()
        changed = json.loads(row[1])
        changed["answers"][0]["value"] = changed["answers"][0]["value"] % 5 + 1
        database.execute("UPDATE record SET payload = ? WHERE rowid = ?", (json.dumps(changed), row[0]))
    database.close()


def drop_last(study: Path) -> None:
    with sqlite3.connect(study / "survey.sqlite") as database:
        database.execute("DELETE FROM record WHERE sequence = (SELECT max(sequence) FROM record)")
    database.close()


def alter_stimulus(study: Path) -> None:
    path = next((study / "stimuli").iterdir())
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def drop_stimulus(study: Path) -> None:
    next((study / "stimuli").iterdir()).unlink()


def alter_plan(study: Path) -> None:
    path = study / "plan.json"
    path.write_text(path.read_text() + " ")


def alter_design(study: Path) -> None:
    path = study / "design.toml"
    path.write_text(path.read_text().replace("scale_factor = 2", "scale_factor = 4"))


def alter_sealed(study: Path) -> None:
    path = study / "allocation.sealed"
    path.write_text(path.read_text().replace('"kdf"', '"kdx"'))


@pytest.mark.parametrize(
    "alter", [alter_rating, drop_last, alter_stimulus, drop_stimulus, alter_plan, alter_design, alter_sealed]
)
def test_what_was_altered_is_found(medsr: Run, study: Path, tmp_path: Path, alter: Callable[[Path], None]) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    alter(copy)
    assert problems(medsr, copy, tmp_path)
    assert problems(medsr, study, tmp_path) == []


def test_a_survey_that_cannot_be_made_leaves_nothing(
    medsr: Run, images: list[Path], passphrase: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    options = ("--scale", 2, "--protocol", "acr", "--passphrase-file", passphrase)
    for paths, condition, word in (
        ([images[0], tmp_path / "broken.png"], "bicubic", "broken.png"),
        ([images[0]], "no-such-method", "no-such-method"),
    ):
        cases = [part for path in paths for part in ("--case", path)]
        outcome = medsr("survey", "new", tmp_path / "study", *cases, "--condition", condition, *options)
        assert outcome.status in {1, 2}
        assert word in outcome.err
        assert not (tmp_path / "study").exists()
    assert not list(tmp_path.glob(".study*"))


def test_what_is_missing_is_named(medsr: Run, passphrase: Path, tmp_path: Path) -> None:
    outcome = medsr("survey", "new", tmp_path / "study", "--passphrase-file", passphrase, "--scale", 2)
    assert outcome.status == 2
    assert "--case" in outcome.err
    assert "--condition" in outcome.err


def test_another_site_rates_and_is_merged_once(medsr: Run, study: Path, tmp_path: Path) -> None:
    assert medsr("survey", "site", study, "--out", tmp_path / "elsewhere").status == 0
    simulated(medsr, tmp_path / "elsewhere", tmp_path / "truth.json")
    bundle = tmp_path / "bundle.zip"
    assert medsr("survey", "export", tmp_path / "elsewhere", "--out", bundle).status == 0
    merged = tmp_path / "merged.json"
    assert medsr("survey", "merge", study, bundle, "--json", merged).status == 0
    assert json.loads(merged.read_text())["merged"][str(bundle)] > 6 * 13
    assert medsr("survey", "merge", study, bundle, "--json", merged).status == 0
    assert json.loads(merged.read_text())["merged"][str(bundle)] == 0
    assert problems(medsr, study, tmp_path) == []
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    outcome = medsr("survey", "merge", study, broken, bundle, "--json", merged)
    assert outcome.status == 1
    assert "broken.zip" in outcome.err
    told = json.loads(merged.read_text())
    assert (list(told["failed"]), told["merged"]) == ([str(broken)], {str(bundle): 0})


def test_sites_have_orders_of_their_own_and_shared_ones_are_named(medsr: Run, study: Path, tmp_path: Path) -> None:
    other, merged = tmp_path / "other", tmp_path / "merged.json"
    outcome = medsr("survey", "site", study, "--out", other, "--observers", 4)
    assert outcome.status == 0
    assert "for 4 observers" in outcome.out
    simulated(medsr, other, tmp_path / "truth.json")
    with SurveyFolder(other).open() as store:
        slots = [(record.payload or {})["slot"] for record in store.records(kinds=("observer",))]
    assert slots == [20, 21, 22, 23, 44, 45], "six observers of four orders: the first two again"
    with SurveyFolder(study).open() as store:
        store.append("observer", {"observer": "ann", "slot": 21}, key="0")  # as of a version without blocks
    bundle = tmp_path / "bundle.zip"
    assert medsr("survey", "export", other, "--out", bundle).status == 0
    outcome = medsr("survey", "merge", study, bundle, "--json", merged)
    assert outcome.status == 0
    (conflict,) = json.loads(merged.read_text())["conflicts"]
    assert all(name in conflict for name in ("ann", "S002", "S006"))
    assert conflict in outcome.err


def test_restored_records_are_gone_on_with_only_when_asked(medsr: Run, study: Path, tmp_path: Path) -> None:
    backup = (study / "survey.sqlite").read_bytes()
    simulated(medsr, study, tmp_path / "truth.json")
    for path in study.glob("survey.sqlite*"):
        path.unlink()
    (study / "survey.sqlite").write_bytes(backup)
    refused = medsr("survey", "simulate", study, "--observers", 2)
    assert refused.status == 1
    assert "backup" in refused.err
    done = medsr("survey", "restored", study)
    assert done.status == 0
    assert "what is missing is on record" in done.out
    again = medsr("survey", "restored", study)
    assert again.status == 0
    assert "nothing was changed" in again.out
    assert medsr("survey", "simulate", study, "--observers", 2).status == 0
    assert any("restored" in problem for problem in problems(medsr, study, tmp_path))


def test_a_sound_survey_passes_the_auditor_and_an_open_allocation_does_not(
    medsr: Run, study: Path, passphrase: Path, tmp_path: Path
) -> None:
    path = tmp_path / "check.json"
    assert medsr("survey", "check", study, "--json", path).status == 0
    assert json.loads(path.read_text()) == {"findings": [], "passed": True}
    (study / "allocation.json").write_text("{}")
    outcome = medsr("survey", "check", study, "--json", path)
    assert outcome.status == 1
    assert "must be mended" in outcome.err
    assert json.loads(path.read_text())["passed"] is False


def test_the_report_finds_what_was_simulated(medsr: Run, study: Path, passphrase: Path, tmp_path: Path) -> None:
    truth, figures, out = tmp_path / "truth.json", tmp_path / "report.json", tmp_path / "report"
    simulated(medsr, study, truth)
    early = medsr("survey", "report", study, "--out", out, "--json", figures)
    assert early.status == 1
    assert "lose the survey first" in early.err
    closed(medsr, study, passphrase)
    outcome = medsr("survey", "report", study, "--out", out, "--json", figures)
    assert outcome.status == 0, outcome.err
    found = {one["name"]: one for one in json.loads(figures.read_text(encoding="utf-8"))["conditions"]}
    for one in json.loads(truth.read_text(encoding="utf-8"))["conditions"]:
        low, high = found[one["name"]]["ci95"]
        assert low - 0.5 < one["mos"] < high + 0.5, "six observers of three cases: near, and not far off by mistake"
        assert low < found[one["name"]]["mos"] < high
        assert found[one["name"]]["n"] == 18
    for name in ("report.html", "report.pdf", "report.json", "ratings.csv", "methods.txt"):
        assert (out / name).stat().st_size > 500
    assert "SIMULATED" in (out / "report.html").read_text(encoding="utf-8")


def test_an_altered_survey_is_closed_and_reported_with_a_warning(
    medsr: Run, study: Path, passphrase: Path, tmp_path: Path
) -> None:
    simulated(medsr, study, tmp_path / "truth.json")
    alter_rating(study)
    outcome = medsr("survey", "close", study, "--passphrase-file", passphrase)
    assert outcome.status == 1
    assert "altered" in outcome.err
    outcome = medsr("survey", "report", study, "--out", tmp_path / "report", "--json", tmp_path / "report.json")
    assert outcome.status == 1
    assert "altered" in outcome.err
    assert "ALTERED" in (tmp_path / "report" / "methods.txt").read_text(encoding="utf-8")


def test_images_enhanced_elsewhere_are_matched_by_name(
    medsr: Run, images: list[Path], passphrase: Path, tmp_path: Path
) -> None:
    vendor = tmp_path / "vendor"
    options = ("--condition", "bicubic", "--scale", 2, "--passphrase-file", passphrase)
    cases = [part for path in images for part in ("--case", path)]
    missing = medsr("survey", "new", tmp_path / "study", *cases, *options, "--images", f"vendor-a={vendor}")
    assert missing.status == 1
    assert "no such folder" in missing.err
    vendor.mkdir()
    for path in images[1:]:
        Image.open(path).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(vendor / path.name)
    lacking = medsr("survey", "new", tmp_path / "study", *cases, *options, "--images", f"vendor-a={vendor}")
    assert lacking.status == 1
    assert "case0" in lacking.err
    Image.open(images[0]).save(vendor / "case0.tif")
    assert medsr("survey", "new", tmp_path / "study", *cases, *options, "--images", f"vendor-a={vendor}").status == 0


def test_originals_in_place_of_enhanced_images_are_told_when_the_survey_is_made(
    medsr: Run, images: list[Path], passphrase: Path, tmp_path: Path
) -> None:
    """Beside the labelled original the same pixels would be known: nobody should learn that at the first rating."""
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    shutil.copy(images[0], vendor)
    outcome = medsr(
        "survey", "new", tmp_path / "study", "--case", images[0], "--condition", "bicubic", "--protocol", "dsis",
        "--scale", 2, "--passphrase-file", passphrase, "--images", f"vendor={vendor}",
    )  # fmt: skip
    assert outcome.status == 1
    assert "labelled and hidden" in outcome.err
    *_, leak, last = outcome.err.splitlines()
    assert "must be mended before it is rated" in leak
    assert "Leave the condition out whose images are the originals" in leak
    assert "study: it is there, but it is not blind: nobody can rate it" in last


def test_stimuli_have_the_steps_and_the_range_of_their_original(study: Path) -> None:
    for path in (study / "stimuli").iterdir():
        pixels = np.load(path)
        if pixels.shape == (64, 80):
            assert np.array_equal(pixels, np.rint(pixels))
            assert pixels.min() >= 0
            assert pixels.max() <= 255
