from __future__ import annotations

import csv
import dataclasses
import html
import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from medsr_viewer.errors import ModelError, NothingToOpen
from medsr_viewer.imaging.degrade import crop_to_multiple, degrade
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.methods import Method
from trainer.cli import main
from trainer.evaluation.figures import evaluate, image_figures, load_perceptual
from trainer.evaluation.measuring import Plan, Row, measure
from trainer.evaluation.summary import summarise
from trainer.images import TrainingImage, load_images
from trainer.recipe import DegradationRecipe

BICUBIC = Method("bicubic", "interpolation")


def test_the_figures_of_an_image_are_scikit_images(data: list[Path]) -> None:
    image = load_images(data, "val")[0]
    reference = crop_to_multiple(image.pixels.clip(0, 1), 2)
    upscaled = enlarge(degrade(reference, 2), 2, "bicubic")
    figures = image_figures(BICUBIC, 2, image)
    assert figures["psnr_db"] == pytest.approx(peak_signal_noise_ratio(reference, upscaled, data_range=1), abs=1e-3)
    expected = structural_similarity(
        reference, upscaled, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert figures["ssim"] == pytest.approx(expected, abs=1e-4)
    assert figures["gain_db"] == 0
    assert (figures["improvement"], figures["omission"], figures["hallucination"]) == (0, 1, 0)
    assert math.isnan(figures["ms_ssim"]), "undefined at this size"
    assert "perceptual_distance" not in figures


def test_a_grid_is_measured_and_not_where_an_image_is_small() -> None:
    ramp = np.tile(np.arange(128, dtype=np.uint8), (128, 1))
    small, large = (TrainingImage(ramp[:side, :side], "r.png", "r", "E", "CT", 0, 255) for side in (31, 128))
    nearest, bicubic = (
        image_figures(Method(name, "interpolation"), 4, large)["grid"] for name in ("nearest", "bicubic")
    )
    assert nearest > 10 * bicubic, "blocks repeat with every input pixel"
    assert math.isnan(image_figures(BICUBIC, 4, small)["grid"])


def test_features_of_the_reference_and_of_bicubic_are_computed_once_an_image(
    data: list[Path], plan: Plan, vgg: Path
) -> None:
    perceptual = load_perceptual(vgg)
    assert perceptual is not None
    calls: list[object] = []
    watch = perceptual.features.register_forward_hook(lambda *call: calls.append(call))
    rows = measure(dataclasses.replace(plan, vgg=vgg), load_images(data, "val"))
    watch.remove()
    assert len(calls) == 2 * (len(plan.methods) + 2)
    own = {row.folder: row.figures["perceptual_distance"] for row in rows if row.method == "bicubic"}
    assert own["xray"] != own["ct"]
    for row in rows:
        assert row.figures["baseline_perceptual_distance"] == pytest.approx(own[row.folder], rel=1e-5)


def test_a_card_is_told_no_figure_that_is_undefined(card: ModelCard) -> None:
    shades = np.random.default_rng(0).integers(0, 255, (10, 40)).astype(np.uint8)
    images = [
        TrainingImage(shades, "low.png", "low", "E", "CT", 0, 255),
        TrainingImage(np.zeros((32, 32), np.uint8), "blank.png", "blank", "E", "CT", 0, 255),
    ]
    figures = evaluate(card, images)
    assert {"psnr_db", "gain_db", "images"} <= set(figures["low"])
    assert "ssim" not in figures["low"], "its window is 11 x 11"
    assert "gain_db" not in figures["blank"], "bicubic meets it exactly"
    json.dumps(figures, allow_nan=False)


def test_every_method_is_measured_on_every_image_and_summed_by_group(data: list[Path], plan: Plan) -> None:
    rows = measure(plan, load_images(data, "val"))
    assert [(row.method, row.folder, row.modality, row.trained_on) for row in rows] == [
        ("bicubic", "xray", "CR/DX", ""), ("nearest", "xray", "CR/DX", ""), ("tiny", "xray", "CR/DX", "no"),
        ("bicubic", "ct", "PT", ""), ("nearest", "ct", "PT", ""), ("tiny", "ct", "PT", "no"),
    ]  # fmt: skip
    summaries = {(s["grouping"], s["group"], s["method"]): s for s in summarise(rows, "bicubic")}
    mean = summaries["all", "all", "nearest"]["figures"]["psnr_db"]
    assert mean["value"] == pytest.approx((rows[1].figures["psnr_db"] + rows[4].figures["psnr_db"]) / 2)
    assert mean["count"] == 2
    assert summaries["modality", "PT", "nearest"]["figures"]["psnr_db"]["value"] == rows[4].figures["psnr_db"]
    assert summaries["modality", "PT", "tiny"]["untrained"] == ["PT"]
    assert summaries["all", "all", "tiny"]["untrained"] == ["CR/DX", "PT"]
    assert summaries["all", "all", "bicubic"]["p"] == {}, "the baseline is not tested against itself"
    assert summaries["all", "all", "nearest"]["p"]["psnr_db"] is None, "two pairs are too few"


def test_pairs_are_tested_image_by_image_and_corrected_for_the_number_of_methods() -> None:
    rows = [
        Row(method, 0, str(i), "f", "s", "m", "", {"psnr_db": 20.0 + i + gain})
        for i in range(8)
        for method, gain in (("bicubic", 0.0), ("better", 0.1 + i / 100), ("other", 0.2 + i / 100))
    ]
    summaries = [s for s in summarise(rows, "bicubic") if s["grouping"] == "all"]
    assert [s["p"].get("psnr_db") for s in summaries] == [None, pytest.approx(2 / 256), pytest.approx(2 / 256)], (
        "though the images differ by far more than the methods"
    )
    assert [s["p_holm"].get("psnr_db") for s in summaries] == [None, pytest.approx(4 / 256), pytest.approx(4 / 256)]


def test_an_image_that_cannot_be_measured_is_left_out_by_name(plan: Plan, data: list[Path]) -> None:
    too_small = TrainingImage(np.zeros((1, 1), np.uint8), "speck.png", "ct", "E", "CT", 0, 255)
    said: list[str] = []
    rows = measure(plan, [too_small, *load_images(data[1:], "val")], said.append)
    assert len(rows) == len(plan.methods)
    assert len(said) == 1
    assert "speck.png" in said[0]
    with pytest.raises(NothingToOpen, match="none of 1"):
        measure(plan, [too_small], said.append)


def test_weights_that_are_gone_end_the_run_rather_than_every_image(
    plan: Plan, card: ModelCard, data: list[Path]
) -> None:
    card.path.unlink()
    with pytest.raises(ModelError, match="tiny-x2"):
        measure(plan, load_images(data, "val"))


def test_an_image_beyond_memory_is_read_once_for_all_methods(
    interpolations: Plan, data: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (image,) = load_images(data[:1], "val")
    expected = measure(interpolations, [image])
    monkeypatch.setattr("trainer.images.read_gray", None)  # a second reading would fail
    rows = measure(interpolations, [dataclasses.replace(image, stored=None)])
    assert [row.figures["psnr_db"] for row in rows] == [row.figures["psnr_db"] for row in expected]


def test_the_command_writes_a_table_json_csv_and_a_page(
    data: list[Path], vgg: Path, card: ModelCard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = {kind: tmp_path / f"rows.{kind}" for kind in ("json", "csv", "html")}
    arguments = ["evaluate", "--data", *map(str, data), "--scale", "2", "--methods", "nearest", "lanczos"]
    arguments += ["--models", str(card.path.with_suffix(".json")), "--vgg", str(vgg), "--worst", "1"]
    assert main([*arguments, *(part for kind, path in out.items() for part in (f"--{kind}", str(path)))]) == 0
    printed = capsys.readouterr().out
    assert "lanczos" in printed
    assert "tiny: trained on CT, tested on radiographs (1 images), PT (1 images)." in printed
    document = json.loads(out["json"].read_text())
    assert {row["method"] for row in document["rows"]} == {"bicubic", "nearest", "lanczos", "tiny"}, (
        "the baseline comes along"
    )
    assert document["rows"][0]["figures"]["ms_ssim"] is None, "JSON has no NaN"
    assert [s["sha256"] for s in document["subjects"] if s["name"] == "tiny"] == [card.sha256]
    with out["csv"].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 8
    assert float(table[0]["psnr_db"]) == document["rows"][0]["figures"]["psnr_db"]
    assert table[0]["ms_ssim"] == ""
    assert "peak_memory_mib" in table[0]
    page = out["html"].read_text()
    assert page.count("data:image/png") == 5 + 2, "five plots; one worst case of either order"
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_images_without_figures_are_listed_with_the_reason_wherever_the_figures_are(
    data: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    shutil.copytree(data[1], own)
    (own / "manifest.csv").unlink()
    reasons = {
        "blank.png": (np.full((64, 64), 90, np.uint8), "blank: all its pixels are equal, so PSNR has no value"),
        "speck.png": (np.arange(25, dtype=np.uint8).reshape(5, 5), "5 x 5 pixels are too few to score at x4"),
    }
    for name, (pixels, _) in reasons.items():
        Image.fromarray(pixels).save(own / "val" / name)
    expected = [f"{own / 'val' / name}: {reason}" for name, (_, reason) in reasons.items()]
    out = {kind: tmp_path / f"rows.{kind}" for kind in ("json", "csv", "html")}
    files = [part for kind, path in out.items() for part in (f"--{kind}", str(path))]
    assert main(["evaluate", "--data", str(own), "--methods", "nearest", *files]) == 0
    printed = capsys.readouterr()
    assert "1 images, degraded by" in " ".join(printed.out.split())
    assert "2 images were left out" in printed.out
    assert [line for line in printed.err.splitlines() if "left out" in line] == [f"left out: {e}" for e in expected]
    assert json.loads(out["json"].read_text())["left_out"] == expected
    with out["csv"].open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["left_out"] for row in table] == ["", "", *expected]
    assert [row["method"] for row in table] == ["bicubic", "nearest", "", ""]
    page = out["html"].read_text()
    assert all(f"<li>{html.escape(line)}</li>" in page for line in expected)


def test_an_image_that_one_method_meets_exactly_is_left_out_for_all(interpolations: Plan) -> None:
    blocks = np.kron(np.arange(400).reshape(20, 20) % 7, np.ones((2, 2))).astype(np.uint8) * 30
    degraded = dataclasses.replace(interpolations, degradation=DegradationRecipe(kernel="nearest"))
    said: list[str] = []
    with pytest.raises(NothingToOpen):
        measure(degraded, [TrainingImage(blocks, "blocks.png", "ct", "E", "CT", 0, 255)], said.append)
    assert said == ["left out: blocks.png: nearest met it exactly, so PSNR has no value"]


def test_one_degradation_is_chosen_for_all_methods_and_named(
    data: list[Path], card: ModelCard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "rows.json"
    arguments = ["evaluate", "--data", str(data[0]), "--scale", "2", "--models", str(card.path.with_suffix(".json"))]
    assert main([*arguments, "--degradation", "nearest", "--json", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "degraded by nearest pixel" in " ".join(printed.split())
    assert "tiny: trained for another degradation" in printed
    document = json.loads(out.read_text())
    assert document["degradation"] == "nearest pixel"
    (image,) = load_images(data[:1], "val")
    reference = crop_to_multiple(image.pixels.clip(0, 1), 2)
    expected = peak_signal_noise_ratio(reference, enlarge(reference[1::2, 1::2], 2, "bicubic"), data_range=1)
    by_method = {row["method"]: row["figures"] for row in document["rows"]}
    assert by_method["bicubic"]["psnr_db"] == pytest.approx(expected, abs=1e-3)


def test_an_unknown_method_is_wrong_usage(data: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", *map(str, data), "--methods", "magic"]) == 2
    assert "magic" in capsys.readouterr().err


def test_a_model_of_another_scale_is_wrong_usage(
    data: list[Path], card: ModelCard, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", *map(str, data), "--models", str(card.path.with_suffix(".json"))]) == 2
    assert "tiny is for x2, not x4" in capsys.readouterr().err


def test_a_card_that_is_not_there_is_wrong_usage(data: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--data", *map(str, data), "--models", "nowhere.json"]) == 2
    assert "nowhere.json: no such model card. Name the .json file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--csv", "--html"])
def test_a_file_that_cannot_be_written_is_told_before_hours_of_measuring(
    option: str, data: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(*_: object) -> None:
        raise AssertionError("too late")

    monkeypatch.setattr("trainer.evaluation.measuring.measure", measured)
    (tmp_path / "file").write_text("")
    for path, reason in ((tmp_path / "file" / "x", ""), (tmp_path, "it is a folder")):
        assert (
            main(["evaluate", "--data", *map(str, data), "--scale", "2", "--methods", "nearest", option, str(path)])
            == 1
        )
        assert f"The file was not written: {path}: {reason}" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("module", "option", "extra"), [("matplotlib.figure", "--html", "train"), ("dask", "--workers", "cluster")]
)
def test_a_missing_package_is_named_with_what_installs_it(
    module: str,
    option: str,
    extra: str,
    data: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    arguments = ["evaluate", "--data", *map(str, data), "--scale", "2", "--methods", "nearest", option, "1"]
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert f"pip install 'medsr-viewer[{extra}]'" in error
